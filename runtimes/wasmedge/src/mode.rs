//! The ways in which WasmEdge executes.

use host_core::{EngineInfo, EngineOptions, Mechanism, ModeKind};

/// How the library runs a module.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Mode {
    /// Its interpreter.
    Interpreter,
    /// Its LLVM compiler, in the process.
    Jit,
    /// Its LLVM compiler's code, from an artifact.
    Aot,
}

impl Mode {
    /// Every mode, in the order of the catalogue.
    pub const ALL: [Self; 3] = [Self::Interpreter, Self::Jit, Self::Aot];

    /// The mode's part of the runtime id.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Interpreter => "interp",
            Self::Jit => "jit",
            Self::Aot => "aot",
        }
    }

    /// One line for lists.
    pub const fn summary(self) -> &'static str {
        match self {
            Self::Interpreter => "interpreter",
            Self::Jit => "LLVM, in the process",
            Self::Aot => "LLVM's code, loaded from an artifact",
        }
    }

    /// The mode's class.
    pub const fn kind(self) -> ModeKind {
        match self {
            Self::Interpreter => ModeKind::Interpreter,
            Self::Jit => ModeKind::Jit,
            Self::Aot => ModeKind::Aot,
        }
    }

    /// Whether machine code runs.
    pub(crate) const fn is_compiled(self) -> bool {
        !matches!(self, Self::Interpreter)
    }

    /// `WasmEdge_RunMode`
    pub(crate) const fn run_mode(self) -> u32 {
        match self {
            Self::Interpreter => 0,
            Self::Jit => 1,
            Self::Aot => 2,
        }
    }

    pub(crate) fn runtime(self) -> String {
        format!("wasmedge/{}", self.name())
    }

    /// All that changes the generated code, for artifacts.
    pub(crate) fn settings(self, options: &EngineOptions) -> String {
        let interruptible = if options.deadline.is_some() {
            "on"
        } else {
            "off"
        };
        format!(
            "O3, interruptible {interruptible}, at most {} bytes of memory",
            options.memory_limit
        )
    }

    pub(crate) fn info(self, version: &str) -> EngineInfo {
        let (optimisation, bounds_check) = match self {
            Self::Interpreter => ("none", "explicit, in the interpreter"),
            Self::Jit | Self::Aot => (
                "LLVM O3, for this processor",
                "guard pages; the engine's signal handlers are kept installed between calls",
            ),
        };
        EngineInfo {
            runtime: self.runtime(),
            engine: "wasmedge",
            version: version.to_owned(),
            mode: self.name(),
            kind: self.kind(),
            optimisation: optimisation.to_owned(),
            bounds_check: bounds_check.to_owned(),
            deadline: Mechanism::Engine(match self {
                Self::Interpreter => "a watchdog cancels the executor",
                Self::Jit | Self::Aot => {
                    "a watchdog cancels the executor, for which code is compiled interruptible"
                }
            }),
            memory_limit: Mechanism::Engine("maximum lowered in the module, and MaxMemoryPage"),
            simd: true,
            pooling: match self {
                Self::Jit => "none; each VM that runs beside another is compiled anew",
                _ => "none: on demand, data copied",
            }
            .to_owned(),
            compile_threads: match self {
                Self::Interpreter | Self::Aot => 0,
                Self::Jit => 1,
            },
        }
    }
}
