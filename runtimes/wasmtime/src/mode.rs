//! The ways in which wasmtime executes, and the engine configuration of each.

use host_core::{EngineOptions, ModeKind};
use wasmtime::{Config, OptLevel, Strategy};

/// Which of wasmtime's compilers makes the code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Compiler {
    /// The optimising compiler, to machine code.
    Cranelift,
    /// The single-pass compiler, to machine code.
    Winch,
    /// The optimising compiler, to bytecode for wasmtime's interpreter.
    Pulley,
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
            compiler: Compiler::Winch,
            aot: false,
        },
        Self {
            compiler: Compiler::Winch,
            aot: true,
        },
        Self {
            compiler: Compiler::Pulley,
            aot: false,
        },
        Self {
            compiler: Compiler::Pulley,
            aot: true,
        },
    ];

    /// The mode's part of the runtime id.
    pub const fn name(self) -> &'static str {
        match (self.compiler, self.aot) {
            (Compiler::Cranelift, false) => "cranelift",
            (Compiler::Cranelift, true) => "cranelift-aot",
            (Compiler::Winch, false) => "winch",
            (Compiler::Winch, true) => "winch-aot",
            (Compiler::Pulley, false) => "pulley",
            (Compiler::Pulley, true) => "pulley-aot",
        }
    }

    /// The mode's class.
    pub const fn kind(self) -> ModeKind {
        match (self.compiler, self.aot) {
            (Compiler::Pulley, false) => ModeKind::Interpreter,
            (Compiler::Pulley, true) => ModeKind::InterpreterAot,
            (_, false) => ModeKind::Jit,
            (_, true) => ModeKind::Aot,
        }
    }

    /// One line for lists.
    pub const fn summary(self) -> &'static str {
        match (self.compiler, self.aot) {
            (Compiler::Cranelift, false) => "optimising compiler, in the process",
            (Compiler::Cranelift, true) => "optimising compiler's code, loaded from an artifact",
            (Compiler::Winch, false) => "single-pass compiler, in the process",
            (Compiler::Winch, true) => "single-pass compiler's code, loaded from an artifact",
            (Compiler::Pulley, false) => "interpreter of optimised bytecode made in the process",
            (Compiler::Pulley, true) => "interpreter of optimised bytecode from an artifact",
        }
    }

    /// Why this mode has no code generator for the processor it runs on, if so.
    pub const fn missing_here(self) -> Option<&'static str> {
        let native = cfg!(any(
            target_arch = "x86_64",
            target_arch = "aarch64",
            target_arch = "riscv64",
            target_arch = "s390x",
        ));
        let winch = cfg!(any(target_arch = "x86_64", target_arch = "aarch64"));
        match self.compiler {
            Compiler::Cranelift if !native => {
                Some("Cranelift generates no code for this processor")
            }
            Compiler::Winch if !winch => Some("Winch generates code for x86-64 and AArch64 only"),
            _ => None,
        }
    }

    /// The configuration that a production proxy would use.
    pub(crate) fn config(self, options: &EngineOptions) -> Result<Config, wasmtime::Error> {
        let mut config = Config::new();
        config.strategy(match self.compiler {
            Compiler::Winch => Strategy::Winch,
            Compiler::Cranelift | Compiler::Pulley => Strategy::Cranelift,
        });
        config.cranelift_opt_level(OptLevel::Speed);
        config.parallel_compilation(true);
        config.memory_init_cow(true);
        config.epoch_interruption(options.deadline.is_some());
        config.consume_fuel(options.count_instructions);
        if self.compiler == Compiler::Pulley {
            config.target(if cfg!(target_endian = "big") {
                "pulley64be"
            } else {
                "pulley64"
            })?;
        }
        Ok(config)
    }

    /// All that changes the generated code, for artifacts.
    pub(crate) fn settings(self, options: &EngineOptions) -> String {
        let on = |on| if on { "on" } else { "off" };
        format!(
            "epoch {}, fuel {}",
            on(options.deadline.is_some()),
            on(options.count_instructions)
        )
    }
}
