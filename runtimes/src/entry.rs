//! One runtime of the catalogue.

use host_core::{Engine, EngineError, EngineOptions, ModeKind};
use runtime_native::NativeEngine;
use runtime_wasmer::WasmerEngine;
use runtime_wasmi::WasmiEngine;
use runtime_wasmtime::WasmtimeEngine;

/// An engine in one mode.
#[derive(Clone, Debug)]
pub struct RuntimeEntry {
    /// `engine/mode`; the native twin is `native`.
    pub id: String,
    /// The engine's name.
    pub engine: &'static str,
    /// The mode's name.
    pub mode: &'static str,
    /// The mode's class.
    pub kind: ModeKind,
    /// One line for lists.
    pub summary: &'static str,
    source: Source,
}

/// Whether a runtime can run on this machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Availability {
    /// It can.
    Available,
    /// It cannot.
    Unavailable {
        /// What is missing.
        reason: String,
        /// What to do about it.
        remedy: String,
    },
}

#[derive(Clone, Copy, Debug)]
enum Source {
    Native,
    Wasmtime(runtime_wasmtime::Mode),
    Wasmer(runtime_wasmer::Mode),
    Wasmi(runtime_wasmi::Mode),
}

impl RuntimeEntry {
    pub(crate) fn native() -> Self {
        Self {
            id: "native".to_owned(),
            engine: "native",
            mode: "native",
            kind: ModeKind::Native,
            summary: "the guest's source compiled for this machine, no sandbox: the limit",
            source: Source::Native,
        }
    }

    pub(crate) fn wasmtime(mode: runtime_wasmtime::Mode) -> Self {
        Self {
            id: format!("wasmtime/{}", mode.name()),
            engine: "wasmtime",
            mode: mode.name(),
            kind: mode.kind(),
            summary: mode.summary(),
            source: Source::Wasmtime(mode),
        }
    }

    pub(crate) fn wasmer(mode: runtime_wasmer::Mode) -> Self {
        Self {
            id: format!("wasmer/{}", mode.name()),
            engine: "wasmer",
            mode: mode.name(),
            kind: mode.kind(),
            summary: mode.summary(),
            source: Source::Wasmer(mode),
        }
    }

    pub(crate) fn wasmi(mode: runtime_wasmi::Mode) -> Self {
        Self {
            id: format!("wasmi/{}", mode.name()),
            engine: "wasmi",
            mode: mode.name(),
            kind: mode.kind(),
            summary: mode.summary(),
            source: Source::Wasmi(mode),
        }
    }

    /// Whether it can run on this machine.
    pub fn availability(&self) -> Availability {
        let (missing, remedy) = match self.source {
            Source::Native => (
                (!cfg!(unix)).then_some("only Unix systems let a program export functions"),
                "run on Linux or macOS",
            ),
            Source::Wasmtime(mode) => (
                mode.missing_here(),
                "use wasmtime/pulley, which runs on every processor",
            ),
            Source::Wasmer(mode) => (
                mode.missing_here(),
                "use wasmi/eager, which runs on every processor",
            ),
            Source::Wasmi(_) => (None, ""),
        };
        match missing {
            None => Availability::Available,
            Some(reason) => Availability::Unavailable {
                reason: reason.to_owned(),
                remedy: remedy.to_owned(),
            },
        }
    }

    /// Opens the runtime.
    ///
    /// # Errors
    /// [`EngineError::Unavailable`] where it cannot run.
    pub fn open(&self, options: EngineOptions) -> Result<Box<dyn Engine>, EngineError> {
        if let Availability::Unavailable { reason, remedy } = self.availability() {
            return Err(EngineError::Unavailable {
                runtime: self.id.clone(),
                reason,
                remedy,
            });
        }
        Ok(match self.source {
            Source::Native => Box::new(NativeEngine::open(options)?),
            Source::Wasmtime(mode) => Box::new(WasmtimeEngine::open(mode, options)?),
            Source::Wasmer(mode) => Box::new(WasmerEngine::open(mode, options)?),
            Source::Wasmi(mode) => Box::new(WasmiEngine::open(mode, options)?),
        })
    }
}
