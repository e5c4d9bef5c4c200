//! What an engine says of itself: the material of the fairness manifest.

use std::time::Duration;

use super::Knobs;

/// How a mode executes: the classes that must not be compared without saying so.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ModeKind {
    /// Native code of the same source, no WebAssembly.
    Native,
    /// Machine code compiled before the process starts.
    Aot,
    /// Machine code compiled in the process.
    Jit,
    /// Interpreted.
    Interpreter,
    /// Bytecode compiled before the process starts, then interpreted.
    InterpreterAot,
}

impl ModeKind {
    /// The word used in tables and files.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Native => "native",
            Self::Aot => "aot",
            Self::Jit => "jit",
            Self::Interpreter => "interpreter",
            Self::InterpreterAot => "interpreter-aot",
        }
    }
}

/// How a limit is enforced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mechanism {
    /// By the engine; the text names the mechanism.
    Engine(&'static str),
    /// Not by the engine: only a process boundary with a kill timer contains it.
    Process,
}

/// Facts about one runtime (an engine in one mode), as configured.
#[derive(Clone, Debug)]
pub struct EngineInfo {
    /// Runtime id, `engine/mode`.
    pub runtime: String,
    /// The engine's name.
    pub engine: &'static str,
    /// The engine's version.
    pub version: String,
    /// The mode's name.
    pub mode: &'static str,
    /// The mode's class.
    pub kind: ModeKind,
    /// Optimisation level, in the engine's words.
    pub optimisation: String,
    /// How memory accesses are checked.
    pub bounds_check: String,
    /// How a deadline is enforced, were one asked for.
    pub deadline: Mechanism,
    /// How a memory limit is enforced.
    pub memory_limit: Mechanism,
    /// Whether SIMD is enabled.
    pub simd: bool,
    /// How instances are allocated.
    pub pooling: String,
    /// Threads used to compile one module; 0 when nothing is compiled.
    pub compile_threads: usize,
}

/// What a profiler or debugger is told of the code that an engine generates. Engines that
/// cannot tell leave it be.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum GuestSymbols {
    /// Nothing, which costs nothing.
    #[default]
    None,
    /// Where each function lies, in the file that `perf` looks for.
    PerfMap,
    /// Source lines and variables, for a debugger; the code is then not optimised.
    DebugInfo,
}

/// What the embedder asks of an engine when it opens it.
#[derive(Clone, Copy, Debug)]
pub struct EngineOptions {
    /// The longest that one call into the guest may take; `None` leaves the check out of
    /// the compiled code. [`crate::VmSettings::transaction_limit`] is for a whole transaction.
    pub deadline: Option<Duration>,
    /// The most linear memory a VM may have, bytes.
    pub memory_limit: u64,
    /// Count executed WebAssembly instructions ([`super::Instance::instructions`]).
    pub count_instructions: bool,
    /// Settings besides those that a production proxy would choose.
    pub knobs: Knobs,
    /// What a profiler or debugger is told of the generated code.
    pub symbols: GuestSymbols,
}

impl Default for EngineOptions {
    fn default() -> Self {
        Self {
            deadline: None,
            memory_limit: 1 << 30,
            count_instructions: false,
            knobs: Knobs::default(),
            symbols: GuestSymbols::None,
        }
    }
}
