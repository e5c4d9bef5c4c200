//! Time spent in each callback.

use std::time::{Duration, Instant};

use crate::abi::Callback;

/// How often a callback ran and for how long in all.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CallbackTime {
    /// Number of calls.
    pub calls: u64,
    /// Total time.
    pub total: Duration,
}

/// Times every callback of a VM. Reading the clock costs some 50 ns a callback, so
/// latencies are measured without one.
#[derive(Clone, Debug, Default)]
pub struct Stopwatch {
    times: [CallbackTime; Callback::COUNT],
}

impl Stopwatch {
    /// The callbacks that ran and their times.
    pub fn times(&self) -> impl Iterator<Item = (Callback, CallbackTime)> {
        Callback::ALL
            .iter()
            .map(|callback| (*callback, self.times[callback.index()]))
            .filter(|(_, time)| time.calls > 0)
    }

    pub(crate) fn time<R>(&mut self, callback: Callback, call: impl FnOnce() -> R) -> R {
        let start = Instant::now();
        let result = call();
        let time = &mut self.times[callback.index()];
        time.calls += 1;
        time.total += start.elapsed();
        result
    }
}
