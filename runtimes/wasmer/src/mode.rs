//! The ways in which wasmer executes.

use host_core::{Choice, EngineInfo, EngineOptions, Knob, Mechanism, ModeKind};

/// The wasmer version this crate is pinned to.
pub(crate) const VERSION: &str = "7.3.0";

/// Which of wasmer's compilers makes the code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Compiler {
    /// The optimising compiler.
    Cranelift,
    /// The single-pass compiler.
    Singlepass,
    /// LLVM, with feature `llvm`.
    Llvm,
}

/// A compiler, and whether the process that runs the code also compiles it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Mode {
    /// Which compiler.
    pub compiler: Compiler,
    /// Whether the code comes from an artifact.
    pub aot: bool,
}

impl Mode {
    /// Every mode, in the order of the catalogue.
    pub const ALL: [Self; 6] = [
        Self {
            compiler: Compiler::Cranelift,
            aot: false,
        },
        Self {
            compiler: Compiler::Cranelift,
            aot: true,
        },
        Self {
            compiler: Compiler::Singlepass,
            aot: false,
        },
        Self {
            compiler: Compiler::Singlepass,
            aot: true,
        },
        Self {
            compiler: Compiler::Llvm,
            aot: false,
        },
        Self {
            compiler: Compiler::Llvm,
            aot: true,
        },
    ];

    /// The mode's part of the runtime id.
    pub const fn name(self) -> &'static str {
        match (self.compiler, self.aot) {
            (Compiler::Cranelift, false) => "cranelift",
            (Compiler::Cranelift, true) => "cranelift-aot",
            (Compiler::Singlepass, false) => "singlepass",
            (Compiler::Singlepass, true) => "singlepass-aot",
            (Compiler::Llvm, false) => "llvm",
            (Compiler::Llvm, true) => "llvm-aot",
        }
    }

    /// One line for lists.
    pub const fn summary(self) -> &'static str {
        match (self.compiler, self.aot) {
            (Compiler::Cranelift, false) => "optimising compiler, in the process",
            (Compiler::Cranelift, true) => "optimising compiler's code, loaded from an artifact",
            (Compiler::Singlepass, false) => "single-pass compiler, in the process",
            (Compiler::Singlepass, true) => "single-pass compiler's code, loaded from an artifact",
            (Compiler::Llvm, false) => "LLVM, in the process: fast code, slow to compile",
            (Compiler::Llvm, true) => "LLVM's code, loaded from an artifact",
        }
    }

    /// The mode's class.
    pub const fn kind(self) -> ModeKind {
        if self.aot {
            ModeKind::Aot
        } else {
            ModeKind::Jit
        }
    }

    /// Why this mode cannot run here, if so: it has no code generator for the processor, or
    /// was left out of this program.
    pub const fn missing_here(self) -> Option<&'static str> {
        let cranelift = cfg!(any(
            target_arch = "x86_64",
            target_arch = "aarch64",
            target_arch = "riscv64",
            target_arch = "loongarch64",
        ));
        let singlepass = cfg!(any(
            target_arch = "x86_64",
            target_arch = "aarch64",
            target_arch = "riscv64"
        ));
        match self.compiler {
            Compiler::Cranelift if !cranelift => {
                Some("wasmer's Cranelift generates no code for this processor")
            }
            Compiler::Singlepass if !singlepass => {
                Some("Singlepass generates no code for this processor")
            }
            Compiler::Llvm if !cfg!(feature = "llvm") => Some("built without feature wasmer-llvm"),
            // The same four processors.
            Compiler::Llvm if !cranelift => {
                Some("wasmer's LLVM generates no code for this processor")
            }
            _ => None,
        }
    }

    /// What to do where the mode is missing.
    pub const fn remedy(self) -> &'static str {
        match self.compiler {
            Compiler::Llvm if !cfg!(feature = "llvm") => {
                "scripts/engines/wasmer-llvm build --release --features wasmer-llvm"
            }
            _ => "use wasmi/eager, which runs on every processor",
        }
    }

    pub(crate) fn runtime(self) -> String {
        format!("wasmer/{}", self.name())
    }

    /// All that changes the generated code, for artifacts.
    pub(crate) fn settings(self, options: &EngineOptions) -> String {
        let metered = if options.deadline.is_some() {
            "on"
        } else {
            "off"
        };
        let mut text = format!("metering {metered}");
        if let Some(level) = options.knobs.get(Knob::Optimisation) {
            text.push_str(&format!(", opt {level}"));
        }
        text
    }

    /// The knobs that the mode has.
    pub const fn knobs(self) -> &'static [Choice] {
        match self.compiler {
            Compiler::Cranelift => &[Choice {
                knob: Knob::Optimisation,
                values: &["speed", "speed_and_size", "none"],
            }],
            Compiler::Singlepass => &[],
            Compiler::Llvm => &[Choice {
                knob: Knob::Optimisation,
                values: &["aggressive", "default", "less", "none"],
            }],
        }
    }

    pub(crate) fn info(self, options: &EngineOptions) -> EngineInfo {
        let level = options.knobs.get(Knob::Optimisation);
        EngineInfo {
            runtime: self.runtime(),
            engine: "wasmer",
            version: VERSION.to_owned(),
            mode: self.name(),
            kind: self.kind(),
            optimisation: match self.compiler {
                Compiler::Cranelift => {
                    format!("Cranelift opt_level={}", level.unwrap_or("speed"))
                }
                Compiler::Singlepass => "single pass, none".to_owned(),
                Compiler::Llvm => format!("LLVM opt_level={}", level.unwrap_or("aggressive")),
            },
            bounds_check: "guard pages (4 GiB reservation, 4 GiB guard), signals".to_owned(),
            deadline: Mechanism::Engine(
                "metering points, converted from time by a rate that is measured when it opens",
            ),
            memory_limit: Mechanism::Engine("tunables"),
            simd: self.compiler != Compiler::Singlepass,
            pooling: "none: on demand, data copied".to_owned(),
            compile_threads: if self.aot {
                0
            } else {
                std::thread::available_parallelism().map_or(1, usize::from)
            },
        }
    }
}
