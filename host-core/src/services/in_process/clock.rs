//! The real clock, or one that stands still.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant, SystemTime};

/// What the monotonic clock shows at first, ns: not 0, which the Go runtime takes for a
/// broken clock.
const STARTED: u64 = 1_000_000_000;

#[derive(Debug)]
pub(super) enum Clock {
    Real { origin: Instant },
    Fixed { start: u64, passed: AtomicU64 },
}

impl Clock {
    pub(super) fn real() -> Self {
        Self::Real {
            origin: Instant::now(),
        }
    }

    pub(super) fn fixed(start: u64) -> Self {
        Self::Fixed {
            start,
            passed: AtomicU64::new(0),
        }
    }

    pub(super) fn now(&self) -> u64 {
        match self {
            Self::Real { .. } => SystemTime::now()
                .duration_since(SystemTime::UNIX_EPOCH)
                .map_or(0, nanoseconds),
            Self::Fixed { start, passed } => start.saturating_add(passed.load(Ordering::Relaxed)),
        }
    }

    pub(super) fn monotonic(&self) -> u64 {
        match self {
            Self::Real { origin } => STARTED + nanoseconds(origin.elapsed()),
            Self::Fixed { passed, .. } => STARTED + passed.load(Ordering::Relaxed),
        }
    }

    pub(super) fn advance(&self, time: Duration) {
        if let Self::Fixed { passed, .. } = self {
            passed.fetch_add(nanoseconds(time), Ordering::Relaxed);
        }
    }
}

fn nanoseconds(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)
}
