//! The ways in which wasmi executes.

use host_core::{EngineInfo, EngineOptions, Mechanism, ModeKind};
use wasmi::{CompilationMode, Config};

/// The wasmi version this crate is pinned to.
const VERSION: &str = "2.0.0";

/// Calls deep that a guest may go; wasmi's own default of 1,000 is too few for recursive
/// parsers in real modules.
const RECURSION: usize = 16 * 1024;

/// Bytes of value stack that a guest may use, as much as wasmtime's default gives frames.
const STACK: usize = 4 << 20;

/// When wasmi translates a function to its bytecode.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Mode {
    /// With the module.
    Eager,
    /// At the function's first call; the whole module is validated with the module, as
    /// every other engine does.
    Lazy,
}

impl Mode {
    /// Every mode, in the order of the catalogue.
    pub const ALL: [Self; 2] = [Self::Eager, Self::Lazy];

    /// The mode's part of the runtime id.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Eager => "eager",
            Self::Lazy => "lazy",
        }
    }

    /// One line for lists.
    pub const fn summary(self) -> &'static str {
        match self {
            Self::Eager => "interpreter, translates the whole module at once",
            Self::Lazy => "interpreter, translates a function at its first call",
        }
    }

    /// The mode's class.
    pub const fn kind(self) -> ModeKind {
        ModeKind::Interpreter
    }

    pub(crate) fn runtime(self) -> String {
        format!("wasmi/{}", self.name())
    }

    pub(crate) fn config(self, options: &EngineOptions) -> Config {
        let mut config = Config::default();
        config
            .compilation_mode(match self {
                Self::Eager => CompilationMode::Eager,
                Self::Lazy => CompilationMode::LazyTranslation,
            })
            .consume_fuel(options.deadline.is_some())
            .set_max_recursion_depth(RECURSION)
            .set_max_stack_height(STACK);
        config
    }

    pub(crate) fn info(self) -> EngineInfo {
        EngineInfo {
            runtime: self.runtime(),
            engine: "wasmi",
            version: VERSION.to_owned(),
            mode: self.name(),
            kind: self.kind(),
            optimisation: match self {
                Self::Eager => "eager translation to register bytecode",
                Self::Lazy => "LazyTranslation: validated at once, translated at first call",
            }
            .to_owned(),
            bounds_check: "explicit, in the interpreter".to_owned(),
            deadline: Mechanism::Engine(
                "fuel, converted from time by a rate that is measured when it opens",
            ),
            memory_limit: Mechanism::Engine("store limits"),
            simd: true,
            pooling: "none: on demand, memory zeroed and data copied".to_owned(),
            compile_threads: 1,
        }
    }
}
