//! Time: since the start of the run, of a thread's CPU, and what it waited for a CPU.

use std::time::{Duration, Instant};

use rustix::time::{ClockId, clock_gettime};

/// Nanoseconds since the start of the run; the same for all threads.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Clock(Instant);

impl Clock {
    pub(crate) fn start_in(delay: Duration) -> Self {
        Self(Instant::now() + delay)
    }

    /// Waits for the start.
    pub(crate) fn wait(&self) {
        std::thread::sleep(self.0.saturating_duration_since(Instant::now()));
    }

    /// Nanoseconds since the start; 0 before it.
    #[inline]
    pub(crate) fn now(&self) -> u64 {
        nanoseconds(Instant::now().saturating_duration_since(self.0))
    }

    /// The moment that is `ns` after the start.
    #[cfg(not(target_os = "linux"))]
    pub(crate) fn at(&self, ns: u64) -> Instant {
        self.0 + Duration::from_nanos(ns)
    }
}

/// Nanoseconds of a duration; more than 584 years count as that.
pub(crate) fn nanoseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}

/// What the kernel says of the calling thread, in nanoseconds.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct ThreadTime {
    /// CPU time.
    pub(crate) cpu: u64,
    /// Ready to run but without a CPU; `None` where the kernel does not say.
    pub(crate) waited: Option<u64>,
}

impl ThreadTime {
    pub(crate) fn now() -> Self {
        let time = clock_gettime(ClockId::ThreadCPUTime);
        let cpu = (time.tv_sec as u64) * 1_000_000_000 + time.tv_nsec as u64;
        let file = std::fs::read_to_string("/proc/thread-self/schedstat").ok();
        let waited = file.and_then(|text| text.split(' ').nth(1)?.parse().ok());
        Self { cpu, waited }
    }

    pub(crate) fn since(self, earlier: Self) -> Self {
        Self {
            cpu: self.cpu.saturating_sub(earlier.cpu),
            waited: self
                .waited
                .zip(earlier.waited)
                .map(|(now, then)| now.saturating_sub(then)),
        }
    }
}
