//! The fairness manifest: what each runtime was given.

use super::{BoundsMethod, Compilation};
use serde::{Deserialize, Serialize};
use std::fmt;

/// One row of the fairness manifest. Free text, as it stands in the report.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct RuntimeManifest {
    /// Engine and mode, for example `wasmtime/cranelift`.
    pub runtime: String,
    /// The engine, for example `wasmtime`.
    pub engine: String,
    /// The engine's version.
    pub version: String,
    /// The mode, for example `cranelift-aot`.
    pub mode: String,
    /// What sort of execution the mode is; when absent it is inferred from engine and mode.
    pub kind: ModeKind,
    /// Optimisation level.
    pub optimisation: String,
    /// How memory accesses are kept inside the sandbox.
    pub bounds_check: String,
    /// How an endless loop is stopped, or `none`.
    pub time_limit: String,
    /// How the memory of a VM is limited, or `none`.
    pub memory_limit: String,
    /// Whether SIMD instructions were allowed to the guest.
    pub simd: String,
    /// Whether instances come from a pool.
    pub pooling: String,
    /// Threads used for compilation.
    pub compile_threads: String,
    /// What of the compilation counts as start-up.
    pub compile_included: String,
    /// Through which interface the engine is driven: its own, or `wasm-c-api`.
    pub interface: String,
    /// Settings that were asked for besides the usual ones, `opt=none,pooling=on`; empty
    /// where nothing was.
    pub knobs: String,
    /// The class of `bounds_check`.
    pub bounds_method: BoundsMethod,
    /// When functions are compiled, the class of `compile_included`.
    pub compilation: Compilation,
    /// Whether the engine itself ends a call that takes too long, in this campaign.
    pub time_limit_on: bool,
    /// True for the native twin.
    pub native: bool,
}

/// What sort of execution a mode is. Modes of unlike kinds may be compared, but never unawares.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize,
)]
#[serde(rename_all = "kebab-case")]
pub enum ModeKind {
    /// The guest's source compiled natively: no sandbox.
    Native,
    /// Compiled ahead of time by whichever compiler; only the load counts as start-up.
    Aot,
    /// Compiled at start-up by an optimising compiler.
    OptimisingJit,
    /// Compiled at start-up in one pass.
    BaselineJit,
    /// Interpreted, from the module or from a translation of it.
    Interpreter,
    /// Not known.
    #[default]
    #[serde(other)]
    Unknown,
}

impl ModeKind {
    /// The kind of a mode by its name. Knows the modes in the glossary.
    pub fn infer(engine: &str, mode: &str) -> ModeKind {
        let mode = mode.to_ascii_lowercase();
        if engine.eq_ignore_ascii_case("native") || mode == "native" {
            return ModeKind::Native;
        }
        let interpreted = ["pulley", "interp", "eager", "lazy"];
        // Pulley's ahead-of-time artifact is bytecode: it is still interpreted.
        if interpreted.iter().any(|word| mode.contains(word)) {
            return ModeKind::Interpreter;
        }
        if mode.contains("aot") {
            return ModeKind::Aot;
        }
        match mode.as_str() {
            // V8's default ends with its optimising compiler wherever code is hot.
            "cranelift" | "llvm" | "llvm-jit" | "jit" | "turbofan" | "default" => {
                ModeKind::OptimisingJit
            }
            "winch" | "singlepass" | "liftoff" | "fast-jit" => ModeKind::BaselineJit,
            _ => ModeKind::Unknown,
        }
    }

    /// The words used in reports.
    pub fn words(self) -> &'static str {
        match self {
            ModeKind::Native => "native",
            ModeKind::Aot => "ahead of time",
            ModeKind::OptimisingJit => "optimising JIT",
            ModeKind::BaselineJit => "baseline JIT",
            ModeKind::Interpreter => "interpreter",
            ModeKind::Unknown => "unknown",
        }
    }
}

impl fmt::Display for ModeKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.words())
    }
}

impl RuntimeManifest {
    /// The stated kind, else the inferred one.
    pub fn mode_kind(&self) -> ModeKind {
        match (self.kind, self.native) {
            (ModeKind::Unknown, true) => ModeKind::Native,
            (ModeKind::Unknown, false) => ModeKind::infer(&self.engine, &self.mode),
            (kind, _) => kind,
        }
    }
}
