//! `pwbench profile`: where a transaction's time goes.

use std::path::{Path, PathBuf};

use reports::Unavailable;
use serde::Serialize;

use crate::cli::ProfileArgs;
use crate::error::{Error, Exit};
use crate::experiment::{Entrant, Field, Interrupt, Progress, Runner, Stop};
use crate::output::{Format, number, print_json, print_text, table};
use crate::profiling::{Profile, profile as run};
use crate::trial::{Subject, Symbols};

/// Functions that the table shows.
const SHOWN: usize = 15;
/// Parts below this share of the transaction are summed up in the table.
const SMALL: f64 = 0.002;

/// Documented in `pwbench profile --help`.
#[derive(Debug, Default, Serialize)]
struct Profiles {
    profiles: Vec<Profile>,
    unavailable: Vec<Unavailable>,
}

/// Profiles.
pub(super) fn profile(arguments: &ProfileArgs) -> Result<Exit, Error> {
    let mut selection = arguments.selection.clone();
    if selection.runtimes.is_empty() {
        selection.runtimes = vec![runtimes::reference().to_owned()];
    }
    let mut field = Field::of(&selection)?;
    field.take_artifacts(&selection.artifacts, None)?;
    let interrupt = Interrupt::listen()?;
    // Three runs and what comes before them.
    let patience = arguments.time * 8 + std::time::Duration::from_secs(120);
    let runner = Runner::new(patience, interrupt.clone(), 0)?;
    let all = super::block_on(all(arguments, &field, &runner, &interrupt))?;
    let (profiles, failed) = match all {
        Ok(profiles) => profiles,
        Err(Stop::Interrupted) => return Ok(Exit::Interrupted),
        Err(Stop::Error(error)) => return Err(*error),
    };
    match arguments.format {
        Format::Json => print_json(&profiles)?,
        Format::Table => print_text(&profiles.text()),
    }
    Ok(match failed {
        true => Exit::CheckFailed,
        false => Exit::Fine,
    })
}

/// Every entrant's profile, and whether one failed.
async fn all(
    arguments: &ProfileArgs,
    field: &Field,
    runner: &Runner,
    interrupt: &Interrupt,
) -> Result<(Profiles, bool), Stop> {
    let mut profiles = Profiles {
        unavailable: field.unavailable.clone(),
        ..Profiles::default()
    };
    let mut failed = false;
    let progress = Progress::new();
    let entrants = field.entrants("thread");
    progress.stage("profiling", entrants.len());
    for entrant in &entrants {
        progress.trial(&entrant.cell.label(), None);
        let svg = match entrants.len() {
            1 => arguments.output.clone(),
            _ => numbered(&arguments.output, entrant),
        };
        let subject = subject(entrant, field);
        let perf = !arguments.no_perf;
        let both = (runner, interrupt);
        match run(entrant, &subject, arguments.time, perf, svg, both).await? {
            Ok(profile) => profiles.profiles.push(profile),
            Err(reason) => {
                failed |= reason.kind != reports::FailureKind::Refused;
                profiles.unavailable.push(Unavailable {
                    runtime: entrant.cell.runtime.clone(),
                    workload: Some(entrant.cell.workload.clone()),
                    reason: reason.to_string(),
                    remedy: "see `pwbench verify`".to_owned(),
                });
            }
        }
        progress.ended();
    }
    progress.finish();
    Ok((profiles, failed))
}

fn subject(entrant: &Entrant, field: &Field) -> Subject {
    Subject {
        runtime: entrant.cell.runtime.clone(),
        workload: entrant.source.clone(),
        artifact: entrant.artifact.clone(),
        isolation: "thread".to_owned(),
        deadline_ms: None,
        symbols: Symbols::None,
        knobs: field.knobs,
    }
}

/// `profile.svg` becomes `profile-header-rewrite-rust-wasmi_eager.svg`.
fn numbered(output: &Path, entrant: &Entrant) -> PathBuf {
    let cell = &entrant.cell;
    let name = format!("{}-{}-{}", cell.workload, cell.variant, cell.runtime);
    let name: String = name
        .chars()
        .map(|c| {
            if c.is_ascii_alphanumeric() || c == '-' {
                c
            } else {
                '_'
            }
        })
        .collect();
    let stem = output.file_stem().unwrap_or_default().to_string_lossy();
    let ending = output.extension().map(|ending| ending.to_string_lossy());
    let ending = ending
        .map(|ending| format!(".{ending}"))
        .unwrap_or_default();
    output.with_file_name(format!("{stem}-{name}{ending}"))
}

impl Profiles {
    fn text(&self) -> String {
        let mut parts: Vec<String> = self.profiles.iter().map(text).collect();
        for row in &self.unavailable {
            let workload = row.workload.as_ref().map(|name| format!(" on {name}"));
            parts.push(format!(
                "{}{} takes no part: {}; {}",
                row.runtime,
                workload.unwrap_or_default(),
                row.reason,
                row.remedy
            ));
        }
        parts.join("\n\n")
    }
}

fn text(profile: &Profile) -> String {
    let whole: f64 = profile.parts.iter().map(|part| part.ns).sum();
    let mut rows = table(&[
        "Callback",
        "Part",
        "What",
        "Calls",
        "ns",
        "Share",
        "Bytes in",
        "Bytes out",
    ]);
    let mut shown: Vec<_> = profile.parts.iter().collect();
    shown.sort_by(|a, b| b.ns.total_cmp(&a.ns));
    let (shown, small): (Vec<_>, Vec<_>) = shown
        .into_iter()
        .partition(|part| part.ns / whole.max(1.0) >= SMALL);
    let row = |names: [String; 3], calls: f64, ns: f64, bytes: (f64, f64)| {
        let [callback, name, kind] = names;
        vec![
            callback.into(),
            name.into(),
            kind.into(),
            number(format!("{calls:.1}")),
            number(format!("{ns:.0}")),
            number(format!("{:.1} %", 100.0 * ns / whole.max(1.0))),
            number(format!("{:.0}", bytes.0)),
            number(format!("{:.0}", bytes.1)),
        ]
    };
    for part in shown {
        let names = [
            part.callback.clone(),
            part.name.clone(),
            part.kind.words().to_owned(),
        ];
        rows.add_row(row(
            names,
            part.calls,
            part.ns,
            (part.bytes_in, part.bytes_out),
        ));
    }
    if !small.is_empty() {
        let sum =
            |of: fn(&crate::profiling::Part) -> f64| small.iter().map(|part| of(part)).sum::<f64>();
        let names = [
            String::new(),
            format!("{} more", small.len()),
            String::new(),
        ];
        rows.add_row(row(
            names,
            sum(|part| part.calls),
            sum(|part| part.ns),
            (sum(|part| part.bytes_in), sum(|part| part.bytes_out)),
        ));
    }
    let mut text = format!(
        "{} {} on {}: {:.0} ns a transaction over {} of them ({:.2} times that under all timers)\n\n{rows}",
        profile.workload,
        profile.variant,
        profile.runtime,
        profile.ns_per_transaction,
        profile.transactions,
        profile.under_timers,
    );
    if let (Some(callback), Some(host_call)) =
        (profile.crossing_callback_ns, profile.crossing_host_call_ns)
    {
        text.push_str(&format!(
            "\n\nCrossing into the guest and back takes {callback:.0} ns, out of it and back {host_call:.0} ns."
        ));
    }
    if profile.perf.samples > 0 {
        let mut functions = table(&["Function", "Whose", "Share of samples"]);
        for function in profile.perf.functions.iter().take(SHOWN) {
            functions.add_row(vec![
                function.name.as_str().into(),
                function.kind.words().into(),
                number(format!("{:.1} %", 100.0 * function.share)),
            ]);
        }
        text.push_str(&format!(
            "\n\nperf, {} samples\n\n{functions}",
            profile.perf.samples
        ));
    }
    if !profile.perf.note.is_empty() {
        text.push_str(&format!("\n\n{}", profile.perf.note));
    }
    text.push_str(&format!("\n\nflame graph: {}", profile.flame_graph));
    text
}
