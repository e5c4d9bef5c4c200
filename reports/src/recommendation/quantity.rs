//! Quantities: what limits and objectives are about.

use crate::model::Measurement;
use hdrhistogram::Histogram;
use serde::{Deserialize, Serialize};

/// Transactions that a process must have measured before its p99.9 is told: ten of them are
/// slower.
pub const ENOUGH_FOR_P999: u64 = 10_000;

/// A number that every trial gives; less is better for all of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Quantity {
    /// Median latency of a transaction, nanoseconds.
    P50,
    /// 90th percentile of latency, nanoseconds.
    P90,
    /// 99th percentile of latency, nanoseconds.
    P99,
    /// 99.9th percentile of latency, nanoseconds; needs 10,000 transactions in a trial.
    P999,
    /// CPU time of a transaction, nanoseconds.
    Cpu,
    /// From the module's bytes to the first answered request, nanoseconds.
    Startup,
    /// Growth of resident memory until the first VM is configured, the engine included, bytes.
    Memory,
    /// Resident memory of each further VM, bytes.
    VmMemory,
    /// Linear memory of one VM, bytes.
    LinearMemory,
    /// What is shipped: the artifact where one is loaded, else the module, bytes.
    Size,
}

/// What a quantity is counted in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Counted {
    /// Nanoseconds.
    Time,
    /// Bytes.
    Bytes,
}

impl Quantity {
    /// All, in the order of help and tables.
    pub const ALL: [Quantity; 10] = [
        Quantity::P50,
        Quantity::P90,
        Quantity::P99,
        Quantity::P999,
        Quantity::Cpu,
        Quantity::Startup,
        Quantity::Memory,
        Quantity::VmMemory,
        Quantity::LinearMemory,
        Quantity::Size,
    ];

    /// The word on the command line and in files.
    pub fn word(self) -> &'static str {
        match self {
            Quantity::P50 => "p50",
            Quantity::P90 => "p90",
            Quantity::P99 => "p99",
            Quantity::P999 => "p999",
            Quantity::Cpu => "cpu",
            Quantity::Startup => "startup",
            Quantity::Memory => "memory",
            Quantity::VmMemory => "vm-memory",
            Quantity::LinearMemory => "linear-memory",
            Quantity::Size => "size",
        }
    }

    /// The words for people.
    pub fn title(self) -> &'static str {
        match self {
            Quantity::P50 => "median latency",
            Quantity::P90 => "p90 latency",
            Quantity::P99 => "p99 latency",
            Quantity::P999 => "p99.9 latency",
            Quantity::Cpu => "CPU per request",
            Quantity::Startup => "start-up",
            Quantity::Memory => "memory, first VM",
            Quantity::VmMemory => "memory, each further VM",
            Quantity::LinearMemory => "linear memory",
            Quantity::Size => "size",
        }
    }

    /// The quantity of this word.
    pub fn find(word: &str) -> Option<Quantity> {
        Quantity::ALL.into_iter().find(|known| known.word() == word)
    }

    /// What it is counted in.
    pub fn unit(self) -> Counted {
        match self {
            Quantity::P50
            | Quantity::P90
            | Quantity::P99
            | Quantity::P999
            | Quantity::Cpu
            | Quantity::Startup => Counted::Time,
            Quantity::Memory | Quantity::VmMemory | Quantity::LinearMemory | Quantity::Size => {
                Counted::Bytes
            }
        }
    }

    /// The value of one trial; `None` where the trial does not tell.
    pub fn of(self, measurement: &Measurement, latency: &Histogram<u64>) -> Option<f64> {
        let quantile = |q: f64| (!latency.is_empty()).then(|| latency.value_at_quantile(q) as f64);
        match self {
            Quantity::P50 => quantile(0.5),
            Quantity::P90 => quantile(0.9),
            Quantity::P99 => quantile(0.99),
            Quantity::P999 if latency.len() < ENOUGH_FOR_P999 => None,
            Quantity::P999 => quantile(0.999),
            Quantity::Cpu => (measurement.transactions > 0 && measurement.cpu_ns > 0)
                .then(|| measurement.cpu_ns as f64 / measurement.transactions as f64),
            Quantity::Startup => Some(measurement.startup.total_ns() as f64),
            Quantity::Memory => Some(measurement.memory.rss_first_vm_bytes as f64),
            Quantity::VmMemory => (measurement.memory.further_vms > 0)
                .then_some(measurement.memory.rss_per_vm_bytes as f64),
            Quantity::LinearMemory => Some(measurement.memory.linear_bytes as f64),
            Quantity::Size => {
                let size = &measurement.size;
                Some(size.artifact_bytes.unwrap_or(size.module_bytes) as f64)
            }
        }
    }

    /// A value for people: `3.21 ms`, `178.7 kB`.
    pub fn show(self, value: f64) -> String {
        match self.unit() {
            Counted::Time if value < 1e3 => format!("{value:.0} ns"),
            Counted::Time if value < 1e6 => format!("{:.2} µs", value / 1e3),
            Counted::Time if value < 1e9 => format!("{:.2} ms", value / 1e6),
            Counted::Time => format!("{:.2} s", value / 1e9),
            Counted::Bytes if value < 1e3 => format!("{value:.0} B"),
            Counted::Bytes if value < 1e6 => format!("{:.1} kB", value / 1e3),
            Counted::Bytes => format!("{:.2} MB", value / 1e6),
        }
    }
}

impl Counted {
    /// The words that a limit may end with, with what they stand for in the base unit.
    pub fn words(self) -> &'static [(&'static str, f64)] {
        match self {
            Counted::Time => &[
                ("ns", 1.0),
                ("us", 1e3),
                ("µs", 1e3),
                ("μs", 1e3),
                ("ms", 1e6),
                ("s", 1e9),
            ],
            Counted::Bytes => &[
                ("B", 1.0),
                ("kB", 1e3),
                ("KB", 1e3),
                ("MB", 1e6),
                ("GB", 1e9),
                ("KiB", 1024.0),
                ("MiB", 1_048_576.0),
                ("GiB", 1_073_741_824.0),
            ],
        }
    }
}

impl From<Counted> for crate::charts::Unit {
    fn from(counted: Counted) -> Self {
        match counted {
            Counted::Time => crate::charts::Unit::Nanoseconds,
            Counted::Bytes => crate::charts::Unit::Bytes,
        }
    }
}
