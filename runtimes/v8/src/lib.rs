//! V8 as a Proxy-Wasm runtime, through its public API as the `v8` crate binds it: Liftoff,
//! TurboFan, or the first and then the second.
//!
//! Every VM is an isolate of its own, as in Envoy. Guests call the host through JavaScript
//! functions, which is what the public API offers; Envoy's embedding goes through a C API
//! that V8 builds do not export, so the cost of a call there differs.
//!
//! V8's flags belong to the process: the first mode that is opened is the only one.
//! Without the feature `v8` only the modes are here, and why they cannot run.
#![deny(unsafe_code)]

use host_core::{Engine, EngineError, EngineInfo, EngineOptions};

mod mode;

#[cfg(feature = "v8")]
mod engine;
#[cfg(feature = "v8")]
mod exports;
#[cfg(feature = "v8")]
mod guest;
#[cfg(feature = "v8")]
mod imports;
#[cfg(feature = "v8")]
mod instance;
#[cfg(feature = "v8")]
mod isolate;
#[cfg(feature = "v8")]
mod limits;
#[cfg(feature = "v8")]
mod locker;
#[cfg(feature = "v8")]
mod memory;
#[cfg(feature = "v8")]
mod module;
#[cfg(feature = "v8")]
mod number;
#[cfg(feature = "v8")]
mod object;
#[cfg(feature = "v8")]
mod process;
#[cfg(feature = "v8")]
mod trap;
#[cfg(feature = "v8")]
mod watchdog;

#[cfg(feature = "v8")]
pub use engine::V8Engine;
pub use mode::{Missing, Mode};

/// Opens V8 in `mode`.
///
/// # Errors
/// [`EngineError::Unavailable`] where [`Mode::missing_here`] says why.
#[cfg(feature = "v8")]
pub fn open(mode: Mode, options: EngineOptions) -> Result<Box<dyn Engine>, EngineError> {
    Ok(Box::new(V8Engine::open(mode, options)?))
}

/// What V8 says of itself in `mode`, without being started.
///
/// # Errors
/// [`EngineError::Unavailable`] where it is not built in.
#[cfg(feature = "v8")]
pub fn info(mode: Mode) -> Result<EngineInfo, EngineError> {
    Ok(mode.info())
}

/// Says why V8 does not open.
///
/// # Errors
/// [`EngineError::Unavailable`]: it is not built in.
#[cfg(not(feature = "v8"))]
pub fn open(mode: Mode, _: EngineOptions) -> Result<Box<dyn Engine>, EngineError> {
    Err(Missing::not_built_in().unavailable(mode))
}

/// Says why V8 says nothing of itself.
///
/// # Errors
/// [`EngineError::Unavailable`]: it is not built in.
#[cfg(not(feature = "v8"))]
pub fn info(mode: Mode) -> Result<EngineInfo, EngineError> {
    Err(Missing::not_built_in().unavailable(mode))
}
