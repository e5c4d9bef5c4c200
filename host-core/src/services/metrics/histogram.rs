//! A distribution in buckets whose bounds are powers of two.

use std::sync::atomic::{AtomicU64, Ordering};

/// One bucket for 0 and one for each number of significant bits.
const BUCKETS: usize = 65;

#[derive(Debug)]
pub(super) struct Histogram {
    buckets: [AtomicU64; BUCKETS],
    sum: AtomicU64,
    minimum: AtomicU64,
    maximum: AtomicU64,
}

/// A histogram at one moment. Recording goes on while it is read, so the parts may differ
/// by the values recorded meanwhile.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HistogramSnapshot {
    /// Number of values.
    pub count: u64,
    /// Their sum, modulo 2^64.
    pub sum: u64,
    /// The smallest; 0 when there is none.
    pub minimum: u64,
    /// The largest; 0 when there is none.
    pub maximum: u64,
    /// The buckets that are not empty: largest value that belongs there, number of values.
    pub buckets: Vec<(u64, u64)>,
}

impl Default for Histogram {
    fn default() -> Self {
        Self {
            buckets: [const { AtomicU64::new(0) }; BUCKETS],
            sum: AtomicU64::new(0),
            minimum: AtomicU64::new(u64::MAX),
            maximum: AtomicU64::new(0),
        }
    }
}

impl Histogram {
    pub(super) fn record(&self, value: u64) {
        self.buckets[bucket(value)].fetch_add(1, Ordering::Relaxed);
        self.sum.fetch_add(value, Ordering::Relaxed);
        self.minimum.fetch_min(value, Ordering::Relaxed);
        self.maximum.fetch_max(value, Ordering::Relaxed);
    }

    pub(super) fn snapshot(&self) -> HistogramSnapshot {
        let counts = self
            .buckets
            .iter()
            .map(|count| count.load(Ordering::Relaxed));
        let buckets: Vec<_> = counts
            .enumerate()
            .filter(|(_, count)| *count > 0)
            .map(|(at, count)| (bound(at), count))
            .collect();
        let count = buckets.iter().map(|(_, count)| count).sum();
        let minimum = self.minimum.load(Ordering::Relaxed);
        HistogramSnapshot {
            count,
            sum: self.sum.load(Ordering::Relaxed),
            minimum: if count == 0 { 0 } else { minimum },
            maximum: self.maximum.load(Ordering::Relaxed),
            buckets,
        }
    }
}

/// Number of significant bits.
fn bucket(value: u64) -> usize {
    (u64::BITS - value.leading_zeros()) as usize
}

/// The largest value of a bucket.
fn bound(bucket: usize) -> u64 {
    match bucket {
        0 => 0,
        bits => u64::MAX >> (64 - bits),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn every_value_is_counted_in_the_first_bucket_that_holds_it(
            values in prop::collection::vec(any::<u64>().prop_map(|v| v >> (v % 64)), 1..50)
        ) {
            let histogram = Histogram::default();
            values.iter().for_each(|value| histogram.record(*value));
            let snapshot = histogram.snapshot();
            prop_assert_eq!(snapshot.count, values.len() as u64);
            prop_assert_eq!(snapshot.minimum, *values.iter().min().unwrap());
            prop_assert_eq!(snapshot.maximum, *values.iter().max().unwrap());
            for (bound, count) in snapshot.buckets {
                let inside = |value: &&u64| **value <= bound && (bound == 0 || **value > bound / 2);
                prop_assert_eq!(values.iter().filter(inside).count() as u64, count);
            }
        }
    }

    #[test]
    fn an_empty_histogram_has_no_minimum() {
        let snapshot = Histogram::default().snapshot();
        assert_eq!(
            (snapshot.count, snapshot.minimum, snapshot.maximum),
            (0, 0, 0)
        );
        assert!(snapshot.buckets.is_empty());
    }
}
