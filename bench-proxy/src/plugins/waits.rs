//! How long a worker waits for VMs that it shares with others.

use std::sync::Arc;
use std::time::Duration;

use host_core::LockWatch;

use crate::stats::Counter;

/// The first bound, 2^7 ns.
const FIRST: u32 = 7;
/// Bounds for each doubling.
const STEPS: u32 = 4;
/// Doublings: the last bound is about 17 s.
const DOUBLINGS: u32 = 27;
const BUCKETS: usize = (STEPS * DOUBLINGS) as usize + 1;

/// What one worker waited for the VMs of one plugin. Only the worker writes.
#[derive(Debug)]
pub(crate) struct LockMeter {
    taken: Counter,
    waited_ns: Counter,
    /// Waits up to each bound, and longer ones at the end.
    buckets: [Counter; BUCKETS],
}

impl Default for LockMeter {
    fn default() -> Self {
        Self {
            taken: Counter::default(),
            waited_ns: Counter::default(),
            buckets: [const { Counter::new() }; BUCKETS],
        }
    }
}

/// Lets a seat write to a meter.
#[derive(Debug)]
pub(super) struct Watch(pub(super) Arc<LockMeter>);

impl LockWatch for Watch {
    #[inline]
    fn taken(&mut self, waited: Option<Duration>) {
        self.0.taken.count();
        if let Some(waited) = waited {
            self.0.waited(waited);
        }
    }
}

impl LockMeter {
    fn waited(&self, waited: Duration) {
        let waited = u64::try_from(waited.as_nanos()).unwrap_or(u64::MAX);
        self.waited_ns.add(waited);
        self.buckets[bucket(waited)].count();
    }
}

/// The first bucket whose bound is not below `ns`.
fn bucket(ns: u64) -> usize {
    // Bounds rise, so that this is a search; waits are rare beside what they cost.
    let (mut low, mut high) = (0, BUCKETS - 1);
    while low < high {
        let middle = (low + high) / 2;
        if bound(middle) >= ns {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    low
}

/// The upper bound of a bucket, in nanoseconds: quarters between powers of two.
fn bound(bucket: usize) -> u64 {
    let bucket = bucket as u32;
    let base = 1_u64 << (FIRST + bucket / STEPS);
    base + base / u64::from(STEPS) * u64::from(bucket % STEPS)
}

/// What all workers waited together.
#[derive(Clone, Debug, Default, serde::Serialize)]
pub(crate) struct LockTotals {
    /// Locks taken.
    pub(crate) taken: u64,
    /// Of these, locks that were not free.
    pub(crate) contended: u64,
    /// Time waited, in nanoseconds.
    pub(crate) waited_ns: u64,
    /// Upper bound in nanoseconds, and waits from the bound before up to it; the last bound
    /// holds for longer ones, too. Bounds without waits are left out.
    pub(crate) waits: Vec<(u64, u64)>,
}

impl LockTotals {
    /// Adds the meters of all workers up.
    pub(crate) fn of<'a>(meters: impl IntoIterator<Item = &'a LockMeter>) -> Self {
        let mut totals = Self::default();
        let mut waits = [0; BUCKETS];
        for meter in meters {
            totals.taken += meter.taken.get();
            totals.waited_ns += meter.waited_ns.get();
            for (sum, bucket) in waits.iter_mut().zip(&meter.buckets) {
                *sum += bucket.get();
            }
        }
        totals.contended = waits.iter().sum();
        let all = waits.into_iter().enumerate();
        totals.waits = all
            .filter(|(_, count)| *count > 0)
            .map(|(bucket, count)| (bound(bucket), count))
            .collect();
        totals
    }

    /// Waits up to each of a few bounds in nanoseconds, as Prometheus wants them.
    pub(crate) fn cumulative(&self) -> Vec<(u64, u64)> {
        let up_to = |bound: u64| {
            let below = self.waits.iter().filter(|(at, _)| *at <= bound);
            (bound, below.map(|(_, count)| count).sum())
        };
        // 1 us, then each the fourfold, to about 1 s.
        (0..11).map(|step| up_to(1 << (10 + 2 * step))).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wait_falls_under_the_first_bound_that_is_not_below_it() {
        for ns in [0, 1, 127, 128, 129, 1_000, 1_023, 1_024, 1_025, 987_654_321] {
            let at = bucket(ns);
            assert!(bound(at) >= ns, "{ns}");
            assert!(at == 0 || bound(at - 1) < ns, "{ns}");
        }
        assert_eq!(bucket(u64::MAX), BUCKETS - 1);
    }

    #[test]
    fn totals_add_workers_up() {
        let meters = [LockMeter::default(), LockMeter::default()];
        let mut watches = meters.map(|meter| Watch(Arc::new(meter)));
        for watch in &mut watches {
            watch.taken(None);
            watch.taken(Some(Duration::from_micros(3)));
        }
        watches[0].taken(Some(Duration::from_secs(1000)));
        let totals = LockTotals::of(watches.iter().map(|watch| &*watch.0));
        assert_eq!((totals.taken, totals.contended), (5, 3));
        assert_eq!(totals.waited_ns, 1_000_000_006_000);
        let cumulative = totals.cumulative();
        assert_eq!(cumulative.first(), Some(&(1 << 10, 0)));
        assert_eq!(cumulative.last(), Some(&(1 << 30, 2)));
    }
}
