//! Measurements: what one trial found out about its cell.

use super::Latency;
use serde::{Deserialize, Serialize};

/// What a trial that ended well has measured.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Measurement {
    /// Transactions in the measured region, over all passes.
    pub transactions: u64,
    /// Passes over the workload's traffic in the measured region.
    pub passes: u64,
    /// Wall time of the measured region, in nanoseconds.
    pub wall_ns: u64,
    /// CPU time of the worker threads over the measured region, in nanoseconds.
    pub cpu_ns: u64,
    /// Wall time of every transaction.
    pub latency: Latency,
    /// Cost of each callback, in the order in which a transaction meets them.
    pub callbacks: Vec<CallbackCost>,
    /// Transactions over which the callbacks were timed: passes of their own, so that
    /// their clock readings do not disturb the latencies. 0 when those of the measured region.
    pub callback_transactions: u64,
    /// From the module's bytes to the first answered request.
    pub startup: Startup,
    /// What the VMs hold.
    pub memory: Memory,
    /// What the code takes.
    pub size: Size,
    /// Where the trial's own wall time went.
    pub regions: Regions,
}

/// Time spent in one callback, host calls included.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct CallbackCost {
    /// Name of the callback, for example `proxy_on_request_headers`.
    pub name: String,
    /// How often it was called.
    pub calls: u64,
    /// Wall time over all calls, in nanoseconds.
    pub total_ns: u64,
}

/// Start-up, split into its steps. All times are wall nanoseconds unless said otherwise.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Startup {
    /// Compilation or translation; `None` when an ahead-of-time artifact was loaded or nothing is compiled.
    pub compile_ns: Option<u64>,
    /// CPU time of compilation over all its threads.
    pub compile_cpu_ns: Option<u64>,
    /// Loading an ahead-of-time artifact or a native library.
    pub load_aot_ns: Option<u64>,
    /// Instantiation, memory and start function included.
    pub instantiate_ns: u64,
    /// `proxy_on_vm_start` and `proxy_on_configure`.
    pub start_ns: u64,
    /// The first request and its response.
    pub first_request_ns: u64,
}

impl Startup {
    /// From the module's bytes to the first answered request, in nanoseconds:
    /// the load when an artifact was loaded, else the compilation, and the other steps.
    pub fn total_ns(&self) -> u64 {
        self.ready_ns().saturating_add(self.first_request_ns)
    }

    /// As [`Startup::total_ns`], without the first request.
    pub fn ready_ns(&self) -> u64 {
        self.code_ns()
            .saturating_add(self.instantiate_ns)
            .saturating_add(self.start_ns)
    }

    /// Time to get runnable code: the load of an artifact, else the compilation, else 0.
    pub fn code_ns(&self) -> u64 {
        self.load_aot_ns.or(self.compile_ns).unwrap_or(0)
    }
}

/// Memory, in bytes.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Memory {
    /// Linear memory of one VM after the measured region.
    pub linear_bytes: u64,
    /// Resident memory of the process before the engine was started.
    pub rss_before_bytes: u64,
    /// Growth of resident memory from before the engine's start until the first VM was configured.
    pub rss_first_vm_bytes: u64,
    /// Resident memory per further VM (the slope over `further_vms`); 0 when it did not grow.
    pub rss_per_vm_bytes: u64,
    /// How many further VMs the slope was taken over; 0 when it was not measured.
    pub further_vms: u32,
}

/// Sizes of code, in bytes.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Size {
    /// The WebAssembly module (the library for a native twin).
    pub module_bytes: u64,
    /// The serialised artifact, where the runtime can make one.
    pub artifact_bytes: Option<u64>,
    /// The code in memory, where the runtime tells.
    pub code_bytes: Option<u64>,
}

/// Where a trial's wall time went, in nanoseconds.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Regions {
    /// Inside measured regions.
    pub measured_ns: u64,
    /// Inside the engine's compilation.
    pub compile_ns: u64,
    /// Everything else.
    pub other_ns: u64,
}
