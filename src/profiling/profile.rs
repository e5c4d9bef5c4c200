//! One profile of one runtime on one workload.

use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::Serialize;

use super::breakdown::{Kind, Part, parts};
use super::functions::Function;
use super::{flame, perf};
use crate::error::Error;
use crate::experiment::{Entrant, Interrupt, Runner, Stop};
use crate::trial::{Answer, Failed, Job, Profiled, Subject, Symbols};

/// A profile. Times are nanoseconds for one transaction. Documented in `pwbench profile --help`.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Profile {
    /// Runtime id.
    pub(crate) runtime: String,
    /// Workload.
    pub(crate) workload: String,
    /// Variant.
    pub(crate) variant: String,
    /// Transactions of each run.
    pub(crate) transactions: u64,
    /// Wall time of a transaction without timers.
    pub(crate) ns_per_transaction: f64,
    /// How much longer it takes under all timers, as a ratio.
    pub(crate) under_timers: f64,
    /// Where the time goes.
    pub(crate) parts: Vec<Part>,
    /// Into the guest and back.
    pub(crate) crossing_callback_ns: Option<f64>,
    /// Out of the guest and back.
    pub(crate) crossing_host_call_ns: Option<f64>,
    /// What perf saw.
    pub(crate) perf: Perf,
    /// The flame graph's file.
    pub(crate) flame_graph: String,
}

/// What perf saw.
#[derive(Debug, Clone, Default, Serialize)]
pub(crate) struct Perf {
    /// Samples; 0 where there was no perf.
    pub(crate) samples: u64,
    /// Why there is nothing, or what is missing.
    pub(crate) note: String,
    /// Functions, those with the most samples first.
    pub(crate) functions: Vec<Function>,
}

/// Profiles an entrant and writes the flame graph.
///
/// # Errors
/// The inner error is why the runtime has no profile.
pub(crate) async fn profile(
    entrant: &Entrant,
    subject: &Subject,
    time: Duration,
    with_perf: bool,
    svg: PathBuf,
    (runner, interrupt): (&Runner, &Interrupt),
) -> Result<Result<Profile, Failed>, Stop> {
    let passes = match passes(subject, time, runner).await? {
        Ok(passes) => passes,
        Err(failed) => return Ok(Err(failed)),
    };
    let profiled = match timers(subject, passes, runner).await? {
        Ok(profiled) => profiled,
        Err(failed) => return Ok(Err(failed)),
    };
    let parts = parts(&profiled);
    let mut perf = Perf::default();
    let mut folded = None;
    let runtime = &entrant.cell.runtime;
    match (with_perf, perf::find(), perf::has_names(runtime)) {
        (false, ..) => "perf was left out".clone_into(&mut perf.note),
        (true, _, false) => {
            perf.note = format!("{runtime} does not tell perf its functions' names");
        }
        (true, None, true) => perf.note = format!("perf is not here; {}", perf::REMEDY),
        (true, Some(program), true) => {
            let setup =
                Duration::from_nanos(profiled.setup_ns).mul_f64(1.5) + Duration::from_millis(50);
            let passes = longer(passes, &profiled, setup);
            let patience = Duration::from_secs(60) + time * 4;
            let sampled =
                perf::sample(&program, subject, passes, setup, patience, interrupt).await?;
            match sampled {
                Ok(samples) => {
                    perf.samples = samples.count;
                    perf.functions = samples.functions;
                    folded = Some(samples.folded);
                    if runtime != crate::NATIVE && !has_names(subject) {
                        "the module has no names section: build it unstripped to see its functions' names"
                            .clone_into(&mut perf.note);
                    }
                }
                Err(reason) => perf.note = format!("{reason}; {}", perf::REMEDY),
            }
        }
    }
    let each = profiled.plain_ns as f64 / profiled.transactions.max(1) as f64;
    let title = format!(
        "{} {} on {runtime}",
        entrant.cell.workload, entrant.cell.variant
    );
    let (unit, subtitle) = match folded {
        Some(_) => ("samples", "perf, cpu-clock"),
        None => (
            "ns",
            "timers on callbacks and host calls; nanoseconds of a transaction",
        ),
    };
    let folded = folded.unwrap_or_else(|| stacks(&parts));
    let picture = flame::draw(&title, subtitle, unit, &folded);
    let picture = picture.map_err(|reason| Error::FlameGraph {
        path: svg.clone(),
        reason,
    })?;
    write(&svg, &picture)?;
    Ok(Ok(Profile {
        runtime: runtime.clone(),
        workload: entrant.cell.workload.clone(),
        variant: entrant.cell.variant.clone(),
        transactions: profiled.transactions,
        ns_per_transaction: each,
        under_timers: profiled.timed_ns as f64 / profiled.plain_ns.max(1) as f64,
        parts,
        crossing_callback_ns: profiled.crossing.map(|crossing| crossing.callback_ns),
        crossing_host_call_ns: profiled.crossing.map(|crossing| crossing.host_call_ns),
        perf,
        flame_graph: svg.display().to_string(),
    }))
}

fn write(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    std::fs::write(path, bytes).map_err(Error::io(
        path,
        "write",
        "check the folder and its permissions",
    ))
}

/// How many passes fill the time, by trying one.
async fn passes(
    subject: &Subject,
    time: Duration,
    runner: &Runner,
) -> Result<Result<u64, Failed>, Stop> {
    let tried = match timers(subject, 1, runner).await? {
        Ok(tried) => tried,
        Err(failed) => return Ok(Err(failed)),
    };
    let pass = tried.plain_ns.max(1);
    let wanted = u64::try_from(time.as_nanos()).unwrap_or(u64::MAX) / pass;
    Ok(Ok(wanted.clamp(1, 1_000_000)))
}

/// More passes, for a run that is not looked at from its beginning.
fn longer(passes: u64, profiled: &Profiled, setup: Duration) -> u64 {
    let pass = profiled.plain_ns / passes.max(1);
    let setup = u64::try_from(setup.as_nanos()).unwrap_or(u64::MAX);
    passes.saturating_add(setup / pass.max(1))
}

async fn timers(
    subject: &Subject,
    passes: u64,
    runner: &Runner,
) -> Result<Result<Profiled, Failed>, Stop> {
    let job = Job::Profile {
        subject: Subject {
            symbols: Symbols::None,
            ..subject.clone()
        },
        passes,
        busy: false,
    };
    Ok(match runner.run(job).await?.answer {
        Answer::Profiled(profiled) => Ok(*profiled),
        Answer::Failed(failed) => Err(failed),
        other => Err(Failed::error(format!(
            "not the answer to a profile: {other:?}"
        ))),
    })
}

/// Whether the module has a section of names. A module that only says the word somewhere
/// costs a note that is missing.
fn has_names(subject: &Subject) -> bool {
    let workload = subject.workload.load();
    workload.is_ok_and(|workload| workload.module.windows(5).any(|bytes| bytes == b"\x04name"))
}

/// Parts as stacks: callback, then what it does.
fn stacks(parts: &[Part]) -> Vec<String> {
    let one = |part: &Part| {
        let ns = part.ns.round() as u64;
        let name = flame::frame(&part.name);
        let stack = match (part.callback.as_str(), part.kind) {
            ("", _) => name,
            (callback, Kind::Engine) => format!("{callback};engine;{name}"),
            (callback, _) => format!("{callback};{name}"),
        };
        (ns > 0).then(|| format!("transaction;{stack} {ns}"))
    };
    parts.iter().filter_map(one).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stacks_lead_from_the_transaction_to_the_part() {
        let part = |callback: &str, name: &str, kind, ns| Part {
            callback: callback.to_owned(),
            name: name.to_owned(),
            kind,
            calls: 1.0,
            ns,
            bytes_in: 0.0,
            bytes_out: 0.0,
        };
        let parts = [
            part("proxy_on_log", "proxy_log", Kind::HostCall, 12.4),
            part("proxy_on_log", "enter", Kind::Engine, 3.0),
            part("proxy_on_log", "nothing", Kind::Guest, 0.2),
            part("", "driving the filter", Kind::Host, 9.0),
        ];
        assert_eq!(
            stacks(&parts),
            [
                "transaction;proxy_on_log;proxy_log 12",
                "transaction;proxy_on_log;engine;enter 3",
                "transaction;driving the filter 9"
            ]
        );
    }
}
