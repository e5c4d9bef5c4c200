//! The ways in which V8 executes.

use host_core::{EngineError, ModeKind};

/// Which of V8's compilers run, and when.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Mode {
    /// As V8 comes: Liftoff at a function's first call, TurboFan in the background for
    /// those that turn out hot.
    Default,
    /// Liftoff alone, the whole module at once.
    Liftoff,
    /// TurboFan alone, the whole module at once.
    Turbofan,
}

/// Why V8 cannot run here in a mode.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Missing {
    /// What is missing.
    pub reason: String,
    /// What to do about it.
    pub remedy: String,
}

impl Mode {
    /// Every mode, in the order of the catalogue.
    pub const ALL: [Self; 3] = [Self::Default, Self::Liftoff, Self::Turbofan];

    /// The mode's part of the runtime id.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Default => "default",
            Self::Liftoff => "liftoff",
            Self::Turbofan => "turbofan",
        }
    }

    /// One line for lists.
    pub const fn summary(self) -> &'static str {
        match self {
            Self::Default => "Liftoff at first call, then TurboFan where hot, as V8 comes",
            Self::Liftoff => "single-pass compiler, the whole module at once",
            Self::Turbofan => "optimising compiler, the whole module at once",
        }
    }

    /// The mode's class.
    pub const fn kind(self) -> ModeKind {
        ModeKind::Jit
    }

    pub(crate) fn runtime(self) -> String {
        format!("v8/{}", self.name())
    }

    /// Why the mode cannot run, if so: it is not built in, or this process runs another.
    #[cfg(feature = "v8")]
    pub fn missing_here(self) -> Option<Missing> {
        crate::process::other_than(self)
    }

    /// Why the mode cannot run: it is not built in.
    #[cfg(not(feature = "v8"))]
    pub fn missing_here(self) -> Option<Missing> {
        Some(Missing::not_built_in())
    }
}

impl Missing {
    #[cfg(not(feature = "v8"))]
    pub(crate) fn not_built_in() -> Self {
        Self {
            reason: "built without feature v8".to_owned(),
            remedy: "`cargo build --release --features v8` downloads V8 and builds it in; where \
                     only package registries are reachable, `scripts/engines/v8 cargo build \
                     --release --features v8` does"
                .to_owned(),
        }
    }

    pub(crate) fn unavailable(self, mode: Mode) -> EngineError {
        EngineError::Unavailable {
            runtime: mode.runtime(),
            reason: self.reason,
            remedy: self.remedy,
        }
    }
}

#[cfg(feature = "v8")]
mod built_in {
    use host_core::{EngineInfo, Mechanism};

    use super::Mode;

    impl Mode {
        /// V8's flags for the mode.
        pub(crate) const fn flags(self) -> &'static str {
            match self {
                Self::Default => "",
                Self::Liftoff => "--liftoff-only --no-wasm-lazy-compilation",
                Self::Turbofan => "--no-liftoff --no-wasm-lazy-compilation",
            }
        }

        pub(crate) fn info(self) -> EngineInfo {
            EngineInfo {
                runtime: self.runtime(),
                engine: "v8",
                version: crate::process::version(),
                mode: self.name(),
                kind: self.kind(),
                optimisation: match self {
                    Self::Default => {
                        "Liftoff at first call, TurboFan in the background where hot; compile \
                         time excludes functions not yet called: do not compare it with eager \
                         modes"
                    }
                    Self::Liftoff => "Liftoff only, eager",
                    Self::Turbofan => "TurboFan only, eager",
                }
                .to_owned(),
                bounds_check: "explicit, in compiled code: the v8 crate leaves V8's trap \
                               handler off"
                    .to_owned(),
                deadline: Mechanism::Engine("a watchdog thread that terminates execution"),
                memory_limit: Mechanism::Engine(
                    "the module's own maximum, lowered before it is compiled",
                ),
                simd: true,
                pooling: "none: an isolate of its own for each VM".to_owned(),
                compile_threads: crate::process::compile_threads(),
            }
        }
    }
}
