//! The ways in which WAMR executes.

use host_core::{EngineInfo, EngineOptions, Mechanism, ModeKind};

use crate::cache::VERSION;
use crate::compiler::Compiler;
use crate::error::Missing;
use crate::library::Build;

/// Optimisation level of the compilers that use LLVM, wamrc's default.
pub(crate) const OPTIMISATION: u32 = 3;
/// Size level of the compilers that use LLVM, wamrc's default.
pub(crate) const SIZE: u32 = 3;

/// Bytes of module beyond which a guest has the larger stack.
const LARGE_MODULE: usize = 8 << 20;

/// Threads that WAMR compiles with, `WASM_ORC_JIT_COMPILE_THREAD_NUM` of its config.h.
const COMPILE_THREADS: usize = 4;

/// How WAMR executes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Mode {
    /// Interprets a register code that it translates the module to.
    FastInterp,
    /// Machine code of its ahead-of-time compiler, which uses LLVM.
    Aot,
    /// Interprets the module's own bytecode.
    ClassicInterp,
    /// Machine code of LLVM, made in the process.
    LlvmJit,
    /// Machine code of its own light compiler, made in the process.
    FastJit,
}

impl Mode {
    /// Every mode, in the order of the catalogue.
    pub const ALL: [Self; 5] = [
        Self::FastInterp,
        Self::Aot,
        Self::ClassicInterp,
        Self::LlvmJit,
        Self::FastJit,
    ];

    /// The mode's part of the runtime id.
    pub const fn name(self) -> &'static str {
        match self {
            Self::FastInterp => "fast-interp",
            Self::Aot => "aot",
            Self::ClassicInterp => "classic-interp",
            Self::LlvmJit => "llvm-jit",
            Self::FastJit => "fast-jit",
        }
    }

    /// One line for lists.
    pub const fn summary(self) -> &'static str {
        match self {
            Self::FastInterp => "interpreter of a register code",
            Self::Aot => "LLVM's code, loaded from an artifact",
            Self::ClassicInterp => "interpreter of the module's own bytecode",
            Self::LlvmJit => "LLVM, in the process",
            Self::FastJit => "light compiler, in the process; experimental",
        }
    }

    /// The mode's class.
    pub const fn kind(self) -> ModeKind {
        match self {
            Self::FastInterp | Self::ClassicInterp => ModeKind::Interpreter,
            Self::Aot => ModeKind::Aot,
            Self::LlvmJit | Self::FastJit => ModeKind::Jit,
        }
    }

    /// Why this mode cannot run here and what to do about it, if so.
    pub fn missing_here(self) -> Option<(String, &'static str)> {
        self.missing()
            .map(|missing| (missing.reason, missing.remedy))
    }

    pub(crate) fn missing(self) -> Option<Missing> {
        if self == Self::FastJit && !cfg!(target_arch = "x86_64") {
            return Some(Missing {
                reason: "WAMR's Fast JIT generates code for x86-64 only".to_owned(),
                remedy: "use wamr/aot",
            });
        }
        let missing = self.build(false).missing();
        match self {
            Self::Aot => missing.or_else(Compiler::missing),
            _ => missing,
        }
    }

    /// The library that the mode needs, by whether there is a deadline.
    pub(crate) const fn build(self, deadline: bool) -> Build {
        match (self, deadline) {
            (Self::FastInterp, false) | (Self::Aot, _) => Build::Fast,
            (Self::FastInterp, true) => Build::FastDeadline,
            (Self::ClassicInterp, false) => Build::Classic,
            (Self::ClassicInterp, true) => Build::ClassicDeadline,
            (Self::FastJit, false) => Build::FastJit,
            (Self::FastJit, true) => Build::FastJitDeadline,
            (Self::LlvmJit, _) => Build::LlvmJit,
        }
    }

    pub(crate) fn runtime(self) -> String {
        format!("wamr/{}", self.name())
    }

    /// Whether WAMR can end a guest of this mode from outside: the code that LLVM makes
    /// looks for that only in modules with shared memory.
    const fn can_stop(self) -> bool {
        !matches!(self, Self::Aot | Self::LlvmJit)
    }

    /// Whether there is a build here that ends guests at their deadline.
    pub(crate) fn stops_here(self) -> bool {
        self.can_stop() && self.build(true).missing().is_none()
    }

    /// Bytes of stack that a guest of this many bytes of module has. The frames of interpreters
    /// and of Fast JIT lie there, and WAMR fills it with zeros for each instance; LLVM's code uses
    /// the thread's, but calls into the LLVM JIT pass through frames here too, and overrun 16 KiB.
    pub(crate) const fn stack(self, module_bytes: usize) -> u32 {
        match self {
            Self::Aot => 16 << 10,
            // Whole programs call deeper, and these are little beside what they write. Where four
            // megabytes do for one mode they are too few for these two.
            Self::ClassicInterp | Self::FastJit if module_bytes > LARGE_MODULE => 16 << 20,
            _ if module_bytes > LARGE_MODULE => 4 << 20,
            Self::FastInterp | Self::ClassicInterp | Self::FastJit | Self::LlvmJit => 256 << 10,
        }
    }

    /// All that changes an artifact.
    pub(crate) fn settings(self, options: &EngineOptions) -> String {
        // Artifacts have no checks for a deadline either way; they are told apart because
        // every runtime's are.
        let deadline = if options.deadline.is_some() {
            "left to the process"
        } else {
            "off"
        };
        format!("opt level {OPTIMISATION}, size level {SIZE}, stack checks, deadline {deadline}")
    }

    pub(crate) fn info(self) -> EngineInfo {
        EngineInfo {
            runtime: self.runtime(),
            engine: "wamr",
            version: VERSION.to_owned(),
            mode: self.name(),
            kind: self.kind(),
            optimisation: match self {
                Self::FastInterp => "translation to register code; C compiled with -O3".to_owned(),
                Self::ClassicInterp => "none; C compiled with -O3".to_owned(),
                Self::FastJit => "Fast JIT, every function at load, no levels".to_owned(),
                Self::Aot => {
                    format!("LLVM 19, opt level {OPTIMISATION}, size level {SIZE}, this processor")
                }
                Self::LlvmJit => format!(
                    "LLVM 19, every function at load, opt level {OPTIMISATION}, size level {SIZE}"
                ),
            },
            bounds_check: match self {
                Self::FastInterp | Self::ClassicInterp => {
                    "guard pages (8 GiB reservation), signals; no check in the interpreter"
                }
                Self::Aot | Self::LlvmJit => {
                    "guard pages (8 GiB reservation), signals; the native stack is checked in code"
                }
                Self::FastJit => "guard pages (8 GiB reservation), signals",
            }
            .to_owned(),
            deadline: if self.stops_here() {
                Mechanism::Engine(
                    "wasm_runtime_terminate by a watchdog thread, in a build with WAMR's thread manager",
                )
            } else {
                Mechanism::Process
            },
            memory_limit: Mechanism::Engine("most pages at instantiation"),
            simd: matches!(self, Self::Aot | Self::LlvmJit),
            pooling: format!(
                "none: on demand, {} KiB stack zeroed, data copied",
                self.stack(0) >> 10
            ) + match self {
                Self::Aot => "",
                _ => "; 4 MiB for modules over 8 MiB",
            },
            compile_threads: match self {
                Self::FastInterp | Self::ClassicInterp => 1,
                Self::Aot => 0,
                Self::LlvmJit | Self::FastJit => COMPILE_THREADS,
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_large_module_has_the_larger_stack_unless_its_frames_lie_elsewhere() {
        for mode in Mode::ALL {
            let (small, large) = match mode {
                Mode::Aot => (16 << 10, 16 << 10),
                Mode::ClassicInterp | Mode::FastJit => (256 << 10, 16 << 20),
                Mode::FastInterp | Mode::LlvmJit => (256 << 10, 4 << 20),
            };
            assert_eq!(mode.stack(0), small, "{mode:?}");
            assert_eq!(mode.stack(8 << 20), small, "{mode:?}");
            assert_eq!(mode.stack((8 << 20) + 1), large, "{mode:?}");
            assert_eq!(mode.stack(256 << 20), large, "{mode:?}");
            assert!(
                mode.info()
                    .pooling
                    .contains(&format!("{} KiB stack", small >> 10))
            );
        }
    }
}
