//! What parent and child say to each other.

use std::path::PathBuf;
use std::time::Duration;

use host_core::{EngineOptions, Isolation, Knobs};
use reports::{Check, ConformanceRow, Contended, Measurement, Percentiles, RuntimeManifest};
use serde::{Deserialize, Serialize};

use super::{Failed, Finding, Profiled, Ready, Slice, Source, TurnsJob};

/// A child's job.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Spec {
    pub(crate) job: Job,
}

/// What a child can do.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub(crate) enum Job {
    /// Make an ahead-of-time artifact.
    Compile { subject: Subject, artifact: PathBuf },
    /// Compare outcomes and traces over one pass, and time one more.
    Check {
        subject: Subject,
        /// Count instructions, on the reference runtime.
        count_instructions: bool,
        /// Base name of the reference's files to compare with.
        reference: Option<PathBuf>,
        /// Base name of the files to write for others to be compared with.
        write_reference: Option<PathBuf>,
    },
    /// Measure.
    Measure {
        subject: Subject,
        measure: MeasureJob,
    },
    /// Get ready, then measure slices whenever the parent says so.
    Turns { subject: Subject, turns: TurnsJob },
    /// Let several threads run transactions beside each other.
    Contend {
        subject: Subject,
        contend: ContendJob,
    },
    /// Find out where a transaction's time goes.
    Profile {
        subject: Subject,
        /// Passes of each of the runs.
        passes: u64,
        /// Only run, for a profiler or debugger that looks on.
        busy: bool,
    },
    /// Run the conformance suite.
    Conform { runtime: String },
    /// Compile and instantiate a module, or load its artifact and instantiate that.
    Fit {
        runtime: String,
        module: PathBuf,
        artifact: Option<PathBuf>,
        deadline_ms: Option<u64>,
        #[serde(default, with = "super::knobs_text")]
        knobs: Knobs,
    },
    /// Make the artifact of a module that is no workload.
    Seal {
        runtime: String,
        module: PathBuf,
        artifact: PathBuf,
        deadline_ms: Option<u64>,
        #[serde(default, with = "super::knobs_text")]
        knobs: Knobs,
    },
    /// Find out which WebAssembly proposals a runtime has.
    Probe {
        runtime: String,
        proposals: Vec<String>,
    },
}

/// What a profiler or debugger is told of the generated code, in a trial's description.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Symbols {
    /// Nothing.
    #[default]
    None,
    /// The names of functions, for perf.
    PerfMap,
    /// Source lines and variables, for gdb and lldb.
    DebugInfo,
}

impl From<Symbols> for host_core::GuestSymbols {
    fn from(symbols: Symbols) -> Self {
        match symbols {
            Symbols::None => Self::None,
            Symbols::PerfMap => Self::PerfMap,
            Symbols::DebugInfo => Self::DebugInfo,
        }
    }
}

/// A runtime with a workload.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Subject {
    /// Runtime id.
    pub(crate) runtime: String,
    /// Where the workload comes from.
    pub(crate) workload: Source,
    /// The artifact, for a runtime that loads one.
    pub(crate) artifact: Option<PathBuf>,
    /// Who shares a VM.
    pub(crate) isolation: String,
    /// The longest that a transaction may keep the guest busy, in milliseconds.
    pub(crate) deadline_ms: Option<u64>,
    /// Knobs that were turned.
    #[serde(default, with = "super::knobs_text")]
    pub(crate) knobs: Knobs,
    /// What a profiler or debugger is told of the generated code.
    #[serde(default)]
    pub(crate) symbols: Symbols,
}

impl Subject {
    /// The options to open the runtime with.
    pub(crate) fn options(&self, count_instructions: bool) -> EngineOptions {
        EngineOptions {
            count_instructions,
            symbols: self.symbols.into(),
            ..options(self.deadline_ms, self.knobs)
        }
    }

    /// The isolation.
    ///
    /// # Errors
    /// When the text is none.
    pub(crate) fn isolation(&self) -> Result<Isolation, Failed> {
        self.isolation.parse().map_err(Failed::error)
    }
}

/// The options to open a runtime with, under a deadline in milliseconds if there is one.
pub(crate) fn options(deadline_ms: Option<u64>, knobs: Knobs) -> EngineOptions {
    EngineOptions {
        deadline: deadline_ms.map(Duration::from_millis),
        knobs,
        ..EngineOptions::default()
    }
}

/// How much to measure.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct MeasureJob {
    /// Passes before measuring, at least one.
    pub(crate) warm_up_passes: u64,
    /// Passes to measure, at least one.
    pub(crate) measured_passes: u64,
    /// Passes with a stopwatch on every callback.
    pub(crate) callback_passes: u64,
    /// VMs to start for the slope of resident memory.
    pub(crate) further_vms: u32,
    /// How each transaction ended in the check pass, one letter each.
    pub(crate) endings: String,
}

/// How threads are to run beside each other.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct ContendJob {
    /// Threads.
    pub(crate) threads: u32,
    /// Time before measuring, in milliseconds.
    pub(crate) warm_up_ms: u64,
    /// Time to measure, in milliseconds.
    pub(crate) measured_ms: u64,
    /// How each transaction ended in the check pass, one letter each.
    pub(crate) endings: String,
}

/// A child's answer.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub(crate) enum Answer {
    /// The artifact is in its file.
    Compiled(Compiled),
    /// What the check found.
    Checked(Box<Checked>),
    /// What was measured.
    Measured(Box<Measurement>),
    /// Warm and waiting for turns.
    Ready(Box<Ready>),
    /// One slice.
    Slice(Slice),
    /// All turns are taken.
    Turned { latency: Percentiles },
    /// What threads cost each other.
    Contended(Box<Contended>),
    /// Where the time went.
    Profiled(Box<Profiled>),
    /// How the conformance suite went.
    Conformed(ConformanceRow),
    /// The runtime takes the module.
    Fits,
    /// What was found of each proposal, in order.
    Probed { findings: Vec<Finding> },
    /// It did not work, and why.
    Failed(Failed),
}

/// What making an artifact took.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Compiled {
    /// Wall time of compilation and serialisation, in nanoseconds.
    pub(crate) compile_ns: u64,
    /// CPU time of it over all threads, in nanoseconds.
    pub(crate) compile_cpu_ns: u64,
    /// Size of the artifact, in bytes.
    pub(crate) artifact_bytes: u64,
}

/// What a check found, and what the planner needs.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Checked {
    /// For the record.
    pub(crate) check: Check,
    /// What the runtime was given.
    pub(crate) manifest: RuntimeManifest,
    /// How each transaction ended, one letter each.
    pub(crate) endings: String,
    /// What the plugin warned of while it started.
    #[serde(default)]
    pub(crate) warnings: Option<String>,
    /// The first difference to the reference's trace.
    pub(crate) trace_difference: Option<String>,
    /// Wall time of a warm pass without a tape, in nanoseconds.
    pub(crate) pass_ns: u64,
    /// Wall time of checked and warm passes and of start-up without its compilation, in
    /// nanoseconds.
    pub(crate) measured_ns: u64,
    /// Wall time of compilation or load, in nanoseconds.
    pub(crate) code_ns: u64,
}
