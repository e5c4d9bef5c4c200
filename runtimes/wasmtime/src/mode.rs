//! The ways in which wasmtime executes, and the engine configuration of each.

use host_core::{Choice, EngineOptions, GuestSymbols, Knob, ModeKind};
use wasmtime::{Config, OptLevel, ProfilingStrategy, Strategy};

use crate::interrupt::Interrupt;
use crate::knobs::{self, GROWTH, pool};

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

    /// The configuration that a production proxy would use, with the knobs that were turned.
    pub(crate) fn config(self, options: &EngineOptions) -> Result<Config, wasmtime::Error> {
        let knobs = options.knobs;
        let mut config = Config::new();
        config.strategy(match self.compiler {
            Compiler::Winch => Strategy::Winch,
            Compiler::Cranelift | Compiler::Pulley => Strategy::Cranelift,
        });
        config.cranelift_opt_level(match knobs.get(Knob::Optimisation) {
            Some("none") => OptLevel::None,
            Some("speed_and_size") => OptLevel::SpeedAndSize,
            _ => OptLevel::Speed,
        });
        config.parallel_compilation(knobs.is_on(Knob::ParallelCompilation, true));
        config.memory_init_cow(knobs.is_on(Knob::CopyOnWrite, true));
        config.epoch_interruption(Interrupt::of(options) == Interrupt::Epoch);
        config
            .consume_fuel(options.count_instructions || Interrupt::of(options) == Interrupt::Fuel);
        let pooling = knobs.is_on(Knob::Pooling, false);
        if knobs.get(Knob::Bounds) == Some("explicit") {
            self.check_explicitly(&mut config, pooling, options.memory_limit);
        }
        if pooling {
            config.allocation_strategy(pool(options.memory_limit));
        }
        match options.symbols {
            GuestSymbols::None => {}
            GuestSymbols::PerfMap => {
                config.profiler(ProfilingStrategy::PerfMap);
            }
            GuestSymbols::DebugInfo => {
                config.debug_info(true);
                // Optimised code has few lines and fewer variables left to show.
                config.cranelift_opt_level(OptLevel::None);
            }
        }
        if self.compiler == Compiler::Pulley {
            config.target(if cfg!(target_endian = "big") {
                "pulley64be"
            } else {
                "pulley64"
            })?;
        }
        Ok(config)
    }

    fn check_explicitly(self, config: &mut Config, pooling: bool, memory_limit: u64) {
        config.memory_guard_size(0);
        // Memories of a pool cannot move: each has its whole limit reserved.
        config.memory_reservation(if pooling { memory_limit } else { 0 });
        config.memory_reservation_for_growth(GROWTH);
        // Winch finds null pointers and overflows of the stack by signals, whatever it does
        // about memory.
        if self.compiler == Compiler::Cranelift {
            config.signals_based_traps(false);
        }
    }

    /// The knobs that the mode has.
    pub const fn knobs(self) -> &'static [Choice] {
        match self.compiler {
            Compiler::Cranelift => &knobs::CRANELIFT,
            Compiler::Winch => &knobs::WINCH,
            Compiler::Pulley => &knobs::PULLEY,
        }
    }

    /// All that changes the generated code, for artifacts.
    pub(crate) fn settings(self, options: &EngineOptions) -> String {
        let on = |on| if on { "on" } else { "off" };
        let mut text = format!(
            "epoch {}, fuel {}",
            on(Interrupt::of(options) == Interrupt::Epoch),
            on(options.count_instructions || Interrupt::of(options) == Interrupt::Fuel)
        );
        let in_code = [
            Knob::Optimisation,
            Knob::Pooling,
            Knob::CopyOnWrite,
            Knob::Bounds,
        ];
        for (knob, value) in options.knobs.only(&in_code).iter() {
            text.push_str(&format!(", {knob} {value}"));
        }
        text
    }
}
