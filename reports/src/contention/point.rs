//! One cell over its blocks.

use super::{Contended, fairness};
use crate::model::Latency;
use crate::statistics::{Estimate, PairedRatio, Policy, Series, estimate, paired_ratio};
use hdrhistogram::Histogram;
use serde::Serialize;
use std::collections::BTreeMap;

/// One number of threads under one isolation.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ContentionPoint {
    /// Threads.
    pub threads: u32,
    /// Transactions per second of all threads together.
    pub rate: Estimate,
    /// The rate over that of the fewest threads, paired within blocks; `None` for these.
    pub scaling: Option<PairedRatio>,
    /// CPU time of a transaction, in nanoseconds.
    pub cpu_ns: Estimate,
    /// Latency of half and of 99 % of the transactions, in nanoseconds, all blocks merged.
    pub latency_ns: [u64; 2],
    /// Waiting for VMs that threads share; `None` where none are.
    pub locks: Option<LockPoint>,
    /// Jain's index of the threads' transactions.
    pub jain: Estimate,
    /// The least served thread over the best served one.
    pub least_to_most: Estimate,
    /// Resident memory of the process, in bytes.
    pub resident_bytes: Estimate,
}

/// Waiting for VMs that threads share.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct LockPoint {
    /// Part of all threads' time that went by waiting.
    pub share: Estimate,
    /// Part of the locks that were not free.
    pub contended: Estimate,
    /// Locks for each transaction.
    pub per_transaction: Estimate,
    /// Waits of which half and 99 % were no longer, and the longest, in nanoseconds; of locks
    /// that were not free, all blocks merged. `None` when all were free.
    pub wait_ns: Option<[u64; 3]>,
    /// Distribution of these waits: quantile and nanoseconds.
    pub curve: Vec<(f64, u64)>,
}

/// What the blocks measured of one cell.
pub(super) type Blocks<'a> = BTreeMap<u32, &'a Contended>;

/// One value for each block.
pub(super) fn series(blocks: &Blocks<'_>, value: impl Fn(&Contended) -> Option<f64>) -> Series {
    let of = |(block, contended): (&u32, &&Contended)| Some((*block, value(contended)?));
    blocks.iter().filter_map(of).collect()
}

/// Rates.
pub(super) fn rates(blocks: &Blocks<'_>) -> Series {
    series(blocks, |contended| Some(contended.rate()))
}

/// Puts the blocks of a cell together. `fewest` is the cell with the fewest threads, unless
/// this is it. `None` when a value is missing in every block.
pub(super) fn point(
    threads: u32,
    blocks: &Blocks<'_>,
    fewest: Option<&Blocks<'_>>,
    policy: &Policy,
    seed: u64,
) -> Option<ContentionPoint> {
    let over_blocks = |value: &dyn Fn(&Contended) -> Option<f64>| {
        estimate(series(blocks, value).into_values(), policy.level, seed)
    };
    let scaling = fewest.and_then(|fewest| {
        paired_ratio(
            &rates(blocks),
            &rates(fewest),
            policy.level,
            policy.band,
            seed,
        )
    });
    let latency = merged(blocks.values().map(|contended| &contended.latency))?;
    Some(ContentionPoint {
        threads,
        rate: over_blocks(&|contended| Some(contended.rate()))?,
        scaling,
        cpu_ns: over_blocks(&|contended| Some(contended.cpu_ns()))?,
        latency_ns: [0.5, 0.99].map(|quantile| latency.value_at_quantile(quantile)),
        locks: locks(blocks, &over_blocks),
        jain: over_blocks(&|contended| fairness::jain(&contended.threads))?,
        least_to_most: over_blocks(&|contended| fairness::least_to_most(&contended.threads))?,
        resident_bytes: over_blocks(&|contended| Some(contended.resident_bytes as f64))?,
    })
}

type OverBlocks<'a> = dyn Fn(&dyn Fn(&Contended) -> Option<f64>) -> Option<Estimate> + 'a;

fn locks(blocks: &Blocks<'_>, over_blocks: &OverBlocks<'_>) -> Option<LockPoint> {
    let waits = blocks
        .values()
        .filter_map(|contended| Some(&contended.locks.as_ref()?.waits));
    let waits = merged(waits)?;
    let at = |quantile| waits.value_at_quantile(quantile);
    Some(LockPoint {
        share: over_blocks(&|contended| contended.lock_share())?,
        contended: over_blocks(&|contended| contended.contended_share())?,
        per_transaction: over_blocks(&|contended| {
            let locks = contended.locks.as_ref()?;
            Some(locks.acquisitions as f64 / contended.transactions() as f64)
        })?,
        wait_ns: (!waits.is_empty()).then(|| [at(0.5), at(0.99), waits.max()]),
        curve: curve(&waits),
    })
}

/// Points of a distribution, from its middle out to where ten waits lie beyond.
fn curve(waits: &Histogram<u64>) -> Vec<(f64, u64)> {
    let most = 1.0 - 10.0 / waits.len().max(1) as f64;
    let steps = (0..=60).map(|step| 1.0 - 10_f64.powf(-f64::from(step) / 12.0));
    steps
        .filter(|quantile| *quantile <= most)
        .map(|quantile| (quantile, waits.value_at_quantile(quantile)))
        .collect()
}

/// `None` when one cannot be read, which then is no measurement.
fn merged<'a>(latencies: impl IntoIterator<Item = &'a Latency>) -> Option<Histogram<u64>> {
    Latency::merge(latencies).ok()
}
