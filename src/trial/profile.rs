//! Where a transaction's time goes, by timers on callbacks and host calls.

use std::hint::black_box;
use std::time::Instant;

use host_core::abi::Callback;
use host_core::{Driver, Isolation, Stopwatch, Tape};
use serde::{Deserialize, Serialize};

use super::clock::ns;
use super::crossing::{self, Crossing};
use super::passes::{Traffic, letter};
use super::rig::{Clock, Rig};
use super::{Failed, Subject};

/// Rounds that tell what a reading of the clock costs.
const CLOCK_ROUNDS: u32 = 20_000;

/// What was timed. Times are nanoseconds over `transactions` transactions, clock readings
/// not yet taken off.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Profiled {
    /// Transactions of each of the three runs over the traffic.
    pub(crate) transactions: u64,
    /// Process id, by which perf names its files.
    pub(crate) pid: u32,
    /// Wall time until the first transaction.
    pub(crate) setup_ns: u64,
    /// Wall time without any timer.
    pub(crate) plain_ns: u64,
    /// Wall time under all timers.
    pub(crate) timed_ns: u64,
    /// Each callback, under timers on callbacks alone.
    pub(crate) callbacks: Vec<CallbackTimed>,
    /// Each host call, by the callback that made it.
    pub(crate) host_calls: Vec<HostCallTimed>,
    /// What an empty span between two readings of the clock seems to last, nanoseconds.
    pub(crate) clock_inside_ns: f64,
    /// What crossing between host and guest costs on this runtime, where it was found.
    pub(crate) crossing: Option<Crossing>,
}

/// A callback.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct CallbackTimed {
    pub(crate) name: String,
    pub(crate) calls: u64,
    pub(crate) total_ns: u64,
}

/// A host call made from a callback.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct HostCallTimed {
    pub(crate) callback: String,
    pub(crate) name: String,
    pub(crate) calls: u64,
    pub(crate) total_ns: u64,
    /// Of that, in the guest's allocator.
    pub(crate) allocator_ns: u64,
    pub(crate) allocations: u64,
    pub(crate) bytes_in: u64,
    pub(crate) bytes_out: u64,
}

/// Runs the traffic `passes` times without timers, with timers on callbacks, and with timers
/// on host calls. With `busy` it is run without timers alone, for somebody who looks on.
pub(super) fn profile(subject: &Subject, passes: u64, busy: bool) -> Result<Profiled, Failed> {
    let begin = Instant::now();
    let workload = subject.workload.load().map_err(Failed::error)?;
    let rig = Rig::new(subject, &workload, Clock::Real, false)?;
    drop(workload);
    let mut driver = rig.driver(Isolation::Thread)?;
    let endings: String = rig
        .exchanges
        .iter()
        .map(|exchange| char::from(letter(&driver.run(exchange))))
        .collect();
    let traffic = Traffic::new(&rig.exchanges, &endings)?;
    let passes = passes.max(1);
    let mut profiled = Profiled {
        pid: std::process::id(),
        setup_ns: ns(begin.elapsed()),
        transactions: passes * rig.exchanges.len() as u64,
        ..Profiled::default()
    };
    repeat(&mut driver, &traffic, passes.div_ceil(4))?;
    profiled.plain_ns = repeat(&mut driver, &traffic, passes)?;
    if busy {
        return Ok(profiled);
    }
    profiled.callbacks = callbacks(&mut driver, &traffic, passes)?;
    let tape = host_calls(&mut driver, &traffic, passes, &mut profiled.timed_ns)?;
    let times = tape
        .times()
        .ok_or_else(|| Failed::error("the tape did not time"))?;
    profiled.host_calls = times
        .rows()
        .map(|(callback, name, time)| HostCallTimed {
            callback: callback.map_or("start", Callback::export).to_owned(),
            name: name.to_owned(),
            calls: time.calls,
            total_ns: ns(time.total),
            allocator_ns: ns(time.allocator),
            allocations: time.allocations,
            bytes_in: time.bytes_in,
            bytes_out: time.bytes_out,
        })
        .collect();
    profiled.clock_inside_ns = clock_inside();
    profiled.crossing = crossing::crossing(&*rig.engine);
    Ok(profiled)
}

/// Runs the traffic so often and answers the wall time.
fn repeat(driver: &mut Driver, traffic: &Traffic<'_>, passes: u64) -> Result<u64, Failed> {
    let begin = Instant::now();
    for _ in 0..passes {
        traffic.pass(driver)?;
    }
    Ok(ns(begin.elapsed()))
}

fn callbacks(
    driver: &mut Driver,
    traffic: &Traffic<'_>,
    passes: u64,
) -> Result<Vec<CallbackTimed>, Failed> {
    if let Some(own) = driver.seat().own() {
        own.vm.set_stopwatch(Some(Box::default()));
    }
    repeat(driver, traffic, passes)?;
    let own = driver.seat().own();
    let stopwatch: Option<Box<Stopwatch>> = own.and_then(|own| own.vm.set_stopwatch(None));
    let stopwatch = stopwatch.ok_or_else(|| Failed::error("the VM was replaced"))?;
    Ok(stopwatch
        .times()
        .map(|(callback, time)| CallbackTimed {
            name: callback.export().to_owned(),
            calls: time.calls,
            total_ns: ns(time.total),
        })
        .collect())
}

fn host_calls(
    driver: &mut Driver,
    traffic: &Traffic<'_>,
    passes: u64,
    timed_ns: &mut u64,
) -> Result<Box<Tape>, Failed> {
    if let Some(own) = driver.seat().own() {
        own.vm.set_tape(Some(Box::new(Tape::timing())));
    }
    *timed_ns = repeat(driver, traffic, passes)?;
    let tape = driver.seat().own().and_then(|own| own.vm.set_tape(None));
    tape.ok_or_else(|| Failed::error("the VM was replaced"))
}

/// The mean of empty spans.
fn clock_inside() -> f64 {
    let mut total = 0_u64;
    for _ in 0..CLOCK_ROUNDS {
        let begin = black_box(Instant::now());
        total += ns(black_box(Instant::now()) - begin);
    }
    total as f64 / f64::from(CLOCK_ROUNDS)
}
