//! The lists of runtimes and workloads, and of the runtimes' limits.

use host_core::{EngineInfo, Mechanism};
use runtimes::{Availability, RuntimeEntry};
use serde::Serialize;
use workloads::{NativeTwin, Workload};

use crate::cli::ListArgs;
use crate::error::{Error, Exit};
use crate::output::{self, Format, number, print_json, print_text, table};

/// Documented in `pwbench list --help`.
#[derive(Debug, Serialize)]
struct Listing {
    runtimes: Vec<RuntimeRow>,
    workloads: Vec<WorkloadRow>,
}

#[derive(Debug, Serialize)]
struct RuntimeRow {
    runtime: String,
    engine: &'static str,
    version: Option<String>,
    mode: &'static str,
    kind: &'static str,
    available: bool,
    reason: Option<String>,
    remedy: Option<String>,
    deadline: Option<String>,
    memory_limit: Option<String>,
}

#[derive(Debug, Serialize)]
struct WorkloadRow {
    name: String,
    title: String,
    variant: String,
    variants: Vec<String>,
    module_bytes: u64,
    exchanges: u64,
    native_twin: bool,
    reason: Option<String>,
    remedy: Option<String>,
}

/// Shows both lists.
pub(super) fn overview(arguments: &ListArgs) -> Result<Exit, Error> {
    let listing = Listing {
        runtimes: runtimes::select(&arguments.runtimes)?
            .into_iter()
            .map(RuntimeRow::of)
            .collect(),
        workloads: workloads::catalogue()?
            .iter()
            .map(WorkloadRow::of)
            .collect(),
    };
    match arguments.format {
        Format::Json => print_json(&listing)?,
        Format::Table if arguments.limits => print_text(&listing.limits()),
        Format::Table => print_text(&listing.text()),
    }
    Ok(Exit::Fine)
}

impl RuntimeRow {
    fn of(entry: &RuntimeEntry) -> Self {
        let (mut reason, mut remedy, mut info): (_, _, Option<EngineInfo>) = (None, None, None);
        match entry.availability() {
            Availability::Unavailable {
                reason: why,
                remedy: how,
            } => (reason, remedy) = (Some(why), Some(how)),
            Availability::Available => match entry.info() {
                Ok(known) => info = Some(known),
                Err(error) => reason = Some(error.to_string()),
            },
        }
        let mechanism =
            |of: fn(&EngineInfo) -> Mechanism| info.as_ref().map(|info| words(of(info)));
        Self {
            runtime: entry.id.clone(),
            engine: entry.engine,
            version: info.as_ref().map(|info| info.version.clone()),
            mode: entry.mode,
            kind: entry.kind.as_str(),
            available: info.is_some(),
            reason,
            remedy,
            deadline: mechanism(|info| info.deadline),
            memory_limit: mechanism(|info| info.memory_limit),
        }
    }

    fn state(&self) -> String {
        match (&self.reason, &self.remedy) {
            (None, _) => "available".to_owned(),
            (Some(reason), None) => format!("no: {reason}"),
            (Some(reason), Some(remedy)) => format!("no: {reason}; {remedy}"),
        }
    }
}

/// How a limit is enforced, in words. The process boundary is that of a trial: its parent
/// ends it.
fn words(mechanism: Mechanism) -> String {
    match mechanism {
        Mechanism::Engine(words) => words.to_owned(),
        Mechanism::Process => PROCESS.to_owned(),
    }
}

const PROCESS: &str = "process boundary only";

impl WorkloadRow {
    fn of(workload: &Workload) -> Self {
        let missing = match &workload.twin {
            NativeTwin::Available { .. } => None,
            NativeTwin::Unavailable { reason, remedy } => Some((reason.clone(), remedy.clone())),
        };
        Self {
            name: workload.name.clone(),
            title: workload.title.clone(),
            variant: workload.variant.clone(),
            variants: workload
                .variants
                .iter()
                .map(|variant| variant.name.clone())
                .collect(),
            module_bytes: workload.module.len() as u64,
            exchanges: workload.exchanges.len() as u64,
            native_twin: missing.is_none(),
            reason: missing.as_ref().map(|missing| missing.0.clone()),
            remedy: missing.map(|missing| missing.1),
        }
    }
}

impl Listing {
    /// How each runtime holds a call to its deadline and a VM to its memory.
    fn limits(&self) -> String {
        let mut limits = table(&["Runtime", "Deadline of a call", "Memory of a VM"]);
        for row in &self.runtimes {
            match (&row.deadline, &row.memory_limit) {
                (Some(deadline), Some(memory)) => {
                    limits.add_row([row.runtime.clone(), deadline.clone(), memory.clone()])
                }
                _ => limits.add_row([row.runtime.clone(), row.state()]),
            };
        }
        format!(
            "{limits}\n\nA deadline is enforced with --deadline only: without it no check is compiled \
             in.\n{PROCESS}: the engine cannot; a trial that takes too long is ended with its \
             process (--trial-timeout), and memory is the system's to limit (ulimit -v, cgroups)."
        )
    }

    fn text(&self) -> String {
        let mut runtimes = table(&["Runtime", "Version", "Kind", "Here"]);
        let or_dash = |text: &Option<String>| text.clone().unwrap_or_else(|| "-".to_owned());
        for row in &self.runtimes {
            runtimes.add_row([
                row.runtime.clone(),
                or_dash(&row.version),
                row.kind.to_owned(),
                row.state(),
            ]);
        }
        let mut workloads = table(&[
            "Workload",
            "Title",
            "Variants",
            "Module",
            "Exchanges",
            "Native twin",
        ]);
        for row in &self.workloads {
            let twin = match (&row.reason, &row.remedy) {
                (Some(reason), Some(remedy)) => format!("no: {reason}; {remedy}"),
                _ => "yes".to_owned(),
            };
            workloads.add_row(vec![
                row.name.as_str().into(),
                row.title.as_str().into(),
                row.variants.join(", ").into(),
                number(output::bytes(row.module_bytes)),
                number(row.exchanges),
                twin.into(),
            ]);
        }
        format!("{runtimes}\n\n{workloads}")
    }
}
