//! The lists of runtimes and workloads, and of the runtimes' limits.

use host_core::{EngineInfo, Mechanism};
use runtimes::{Availability, RuntimeEntry};
use serde::Serialize;
use workloads::{Listed, NativeTwin, Variant};

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
    module_bytes: Option<u64>,
    exchanges: u64,
    native_twin: bool,
    reason: Option<String>,
    remedy: Option<String>,
    builds: Vec<BuildRow>,
}

/// A variant and the module of it.
#[derive(Debug, Serialize)]
struct BuildRow {
    variant: String,
    groups: Vec<String>,
    language: String,
    toolchain: String,
    flags: String,
    module_bytes: Option<u64>,
    available: bool,
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
        workloads: workloads::catalogue().iter().map(WorkloadRow::of).collect(),
    };
    match arguments.format {
        Format::Json => print_json(&listing)?,
        Format::Table if arguments.limits => print_text(&listing.limits()),
        Format::Table if arguments.variants => print_text(&listing.variants()),
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
    fn of(listed: &Listed) -> Self {
        let missing = match &listed.twin {
            NativeTwin::Available { .. } => None,
            NativeTwin::Unavailable { reason, remedy } => Some((reason.clone(), remedy.clone())),
        };
        let builds: Vec<BuildRow> = listed.variants.iter().map(BuildRow::of).collect();
        Self {
            name: listed.name.clone(),
            title: listed.title.clone(),
            // A workload has at least one variant.
            variant: builds[0].variant.clone(),
            variants: builds.iter().map(|build| build.variant.clone()).collect(),
            module_bytes: builds[0].module_bytes,
            exchanges: listed.exchanges as u64,
            native_twin: missing.is_none(),
            reason: missing.as_ref().map(|missing| missing.0.clone()),
            remedy: missing.map(|missing| missing.1),
            builds,
        }
    }

    /// The variants that are here, and how many are not.
    fn variants_in_words(&self) -> String {
        let here = self.builds.iter().filter(|build| build.available);
        let names: Vec<&str> = here.map(|build| build.variant.as_str()).collect();
        let missing = self.builds.len() - names.len();
        let count = match missing {
            0 => String::new(),
            _ => format!("{missing} not built: scripts/build-workloads {}", self.name),
        };
        let parts = [names.join(", "), count];
        parts
            .into_iter()
            .filter(|part| !part.is_empty())
            .collect::<Vec<_>>()
            .join("; ")
    }
}

impl BuildRow {
    fn of(variant: &Variant) -> Self {
        let missing = variant.missing.as_ref();
        Self {
            variant: variant.name.clone(),
            groups: variant.groups.clone(),
            language: variant.language.clone(),
            toolchain: variant.toolchain.clone(),
            flags: variant.flags.clone(),
            module_bytes: variant.module_bytes,
            available: missing.is_none(),
            reason: missing.map(|missing| missing.reason.clone()),
            remedy: missing.map(|missing| missing.remedy.clone()),
        }
    }

    fn here(&self) -> String {
        match &self.reason {
            Some(reason) => format!("no: {reason}"),
            None => "yes".to_owned(),
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

    /// Every variant of every workload, with how it is built.
    fn variants(&self) -> String {
        let mut variants = table(&[
            "Workload", "Variant", "Groups", "Language", "Flags", "Module", "Here",
        ]);
        for row in &self.workloads {
            for build in &row.builds {
                variants.add_row(vec![
                    row.name.as_str().into(),
                    build.variant.as_str().into(),
                    build.groups.join(", ").into(),
                    build.language.as_str().into(),
                    build.flags.as_str().into(),
                    number(size(build.module_bytes)),
                    build.here().into(),
                ]);
            }
        }
        format!(
            "{variants}\n\nWhat is not here is built by scripts/build-workloads WORKLOAD VARIANT, which \
             also knows --group.\nMeasure some by name with --variant, a whole group with --variants, e.g. \
             pwbench run --workload header-rewrite --variants languages."
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
                row.variants_in_words().into(),
                number(size(row.module_bytes)),
                number(row.exchanges),
                twin.into(),
            ]);
        }
        format!("{runtimes}\n\n{workloads}")
    }
}

/// A module's size, or a dash where it is not built.
fn size(bytes: Option<u64>) -> String {
    bytes.map_or_else(|| "-".to_owned(), output::bytes)
}
