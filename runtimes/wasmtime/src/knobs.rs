//! wasmtime's knobs, and what is behind those that are no single setting.

use host_core::{Choice, Knob};
use wasmtime::{InstanceAllocationStrategy, PoolingAllocationConfig};

/// Address space that a memory without guard pages gets beyond its size when it has to move.
pub(crate) const GROWTH: u64 = 16 << 20;

/// VMs that a pool has room for.
const POOLED: u32 = 1000;
/// Elements of a pooled table: wasmtime reserves them all for each.
const POOLED_TABLE: usize = 20_000;
/// Bytes of a memory that a pool sets to zero itself before the next VM: giving pages back to
/// the system costs a call and the faults that fetch them again.
const KEPT_RESIDENT: usize = 128 << 10;

const OPTIMISATION: Choice = Choice {
    knob: Knob::Optimisation,
    values: &["speed", "speed_and_size", "none"],
};
const POOLING: Choice = Choice {
    knob: Knob::Pooling,
    values: &["off", "on"],
};
const COPY_ON_WRITE: Choice = Choice {
    knob: Knob::CopyOnWrite,
    values: &["on", "off"],
};
const BOUNDS: Choice = Choice {
    knob: Knob::Bounds,
    values: &["guard", "explicit"],
};
const INTERRUPT: Choice = Choice {
    knob: Knob::Interrupt,
    values: &["epoch", "fuel"],
};
const PARALLEL: Choice = Choice {
    knob: Knob::ParallelCompilation,
    values: &["on", "off"],
};

pub(crate) const CRANELIFT: [Choice; 6] = [
    OPTIMISATION,
    POOLING,
    COPY_ON_WRITE,
    BOUNDS,
    INTERRUPT,
    PARALLEL,
];
/// Without levels of optimisation: it has none.
pub(crate) const WINCH: [Choice; 5] = [POOLING, COPY_ON_WRITE, BOUNDS, INTERRUPT, PARALLEL];
/// Without a choice of bounds checks: they are explicit in its bytecode.
pub(crate) const PULLEY: [Choice; 5] = [OPTIMISATION, POOLING, COPY_ON_WRITE, INTERRUPT, PARALLEL];

/// A pool of VMs whose memories may grow to `memory_limit` bytes.
pub(crate) fn pool(memory_limit: u64) -> InstanceAllocationStrategy {
    let mut pool = PoolingAllocationConfig::new();
    pool.total_core_instances(POOLED)
        .total_memories(POOLED)
        .total_tables(POOLED)
        .table_elements(POOLED_TABLE)
        .linear_memory_keep_resident(KEPT_RESIDENT)
        .max_memory_size(usize::try_from(memory_limit).unwrap_or(usize::MAX));
    InstanceAllocationStrategy::Pooling(pool)
}
