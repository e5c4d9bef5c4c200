//! A trial that takes turns: it measures a slice whenever its parent says so.
//!
//! The processes of a sitting live at once on one core and measure slices of a few
//! milliseconds in turn, so that whatever disturbs the core disturbs them alike. The parent
//! writes a [`Turn`] a line; each is answered by a line, and the end of input by the last.

use std::io::{BufRead, Write};

use hdrhistogram::Histogram;
use reports::{Percentiles, Size, Startup};
use serde::{Deserialize, Serialize};

use super::passes::{LONGEST_NS, Traffic};
use super::rig::{Clock, Rig};
use super::startup::{first_request, first_vm};
use super::{Answer, Failed, Subject};

/// Version of what parent and child say to each other in a sitting. Builds of pwbench with
/// different numbers cannot be compared with each other.
pub(crate) const PROTOCOL: u32 = 1;

/// More would only cost memory.
const MOST_NUDGE: usize = 1 << 20;

/// How to get ready for turns.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct TurnsJob {
    /// [`PROTOCOL`] of the parent.
    pub(crate) protocol: u32,
    /// The core to be bound to.
    pub(crate) core: Option<u32>,
    /// Bytes to allocate before anything else and to keep: what comes after lies elsewhere
    /// on the heap than in the process before.
    pub(crate) nudge_bytes: usize,
    /// Passes before the first turn, at least one.
    pub(crate) warm_up_passes: u64,
    /// How each transaction ended in the check pass, one letter each.
    pub(crate) endings: String,
}

/// One turn.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(crate) struct Turn {
    /// Passes to measure.
    pub(crate) passes: u64,
}

/// The child is warm and waits.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Ready {
    /// [`PROTOCOL`] of the child.
    pub(crate) protocol: u32,
    /// Version of its build.
    pub(crate) version: String,
    /// Whether it is bound to the core.
    pub(crate) bound: bool,
    /// From the module's bytes to the first answered request.
    pub(crate) startup: Startup,
    /// Growth of resident memory until the first VM was configured, in bytes.
    pub(crate) resident_bytes: u64,
    /// Sizes of code.
    pub(crate) size: Size,
}

/// One slice, in nanoseconds.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
pub(crate) struct Slice {
    pub(crate) cpu_ns: u64,
    pub(crate) wall_ns: u64,
}

/// Gets ready, takes the turns that `input` names and answers each to `output`.
pub(super) fn take_turns(
    subject: &Subject,
    job: &TurnsJob,
    input: &mut dyn BufRead,
    output: &mut dyn Write,
) -> Result<Percentiles, Failed> {
    if job.protocol != PROTOCOL {
        return Err(Failed::error(format!(
            "this build takes turns by protocol {PROTOCOL}, the one that asks by {}; \
             compare builds that are closer to each other",
            job.protocol
        )));
    }
    let bound = job.core.is_some_and(bind);
    let nudge = vec![1_u8; job.nudge_bytes.min(MOST_NUDGE)];
    let workload = subject.workload.load().map_err(Failed::error)?;
    let rig = Rig::new(subject, &workload, Clock::Real, false)?;
    drop(workload);
    let started = first_vm(&rig)?;
    let mut startup = started.startup;
    let mut driver = rig.driver(subject.isolation()?)?;
    let traffic = Traffic::new(&rig.exchanges, &job.endings)?;
    startup.first_request_ns = first_request(&mut driver, &rig.exchanges[0])?;
    for _ in 0..job.warm_up_passes.max(1) {
        traffic.pass(&mut driver)?;
    }
    let mut latency = Histogram::new_with_bounds(1, LONGEST_NS, 3)
        .map_err(|error| Failed::error(format!("histogram: {error}")))?;
    let ready = Ready {
        protocol: PROTOCOL,
        version: crate::machine::version(),
        bound,
        startup,
        resident_bytes: started.resident_bytes.saturating_sub(rig.resident_before),
        size: Size {
            module_bytes: rig.code.module_bytes,
            artifact_bytes: rig.code.artifact_bytes,
            code_bytes: rig.code.module.code_bytes(),
        },
    };
    say(output, &Answer::Ready(Box::new(ready)))?;

    let mut line = String::new();
    loop {
        line.clear();
        match input.read_line(&mut line) {
            Ok(0) => break,
            Ok(_) => {}
            Err(error) => return Err(lost(&error)),
        }
        let turn: Turn = serde_json::from_str(&line)
            .map_err(|error| Failed::error(format!("not a turn: {error}")))?;
        let (cpu_ns, wall_ns) =
            traffic.measured_into(&mut driver, turn.passes.max(1), &mut latency)?;
        say(output, &Answer::Slice(Slice { cpu_ns, wall_ns }))?;
    }
    drop(std::hint::black_box(nudge));
    let at = |quantile| latency.value_at_quantile(quantile);
    Ok(match latency.is_empty() {
        true => Percentiles::default(),
        false => Percentiles {
            p50: at(0.50),
            p90: at(0.90),
            p99: at(0.99),
            p999: at(0.999),
        },
    })
}

fn say(output: &mut dyn Write, answer: &Answer) -> Result<(), Failed> {
    let mut line = serde_json::to_vec(answer).map_err(Failed::error)?;
    line.push(b'\n');
    output
        .write_all(&line)
        .and_then(|()| output.flush())
        .map_err(|error| lost(&error))
}

fn lost(error: &std::io::Error) -> Failed {
    Failed::error(format!("lost the parent: {error}"))
}

/// Binds this thread, and those that it will start, to a core.
#[cfg(target_os = "linux")]
fn bind(core: u32) -> bool {
    use rustix::thread::{CpuSet, sched_setaffinity};
    let core = core as usize;
    if core >= CpuSet::MAX_CPU {
        return false;
    }
    let mut set = CpuSet::new();
    set.set(core);
    sched_setaffinity(None, &set).is_ok()
}

#[cfg(not(target_os = "linux"))]
fn bind(_: u32) -> bool {
    false
}
