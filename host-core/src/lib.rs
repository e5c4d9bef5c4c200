//! Proxy-Wasm, whole, knowing no engine and no proxy.
//!
//! An engine crate implements [`Engine`], [`Module`] and [`Instance`]; a proxy implements
//! [`services::Services`]; this crate is everything between the two: the ABI, the host
//! calls, the life of contexts, limits, isolation, and the tape that compares hosts.
#![forbid(unsafe_code)]

pub mod abi;
mod callouts;
mod context;
mod engine;
mod exchange;
mod guest;
mod host;
pub mod hostcalls;
pub mod http;
mod isolation;
mod module;
pub mod nn;
mod plugin;
pub mod services;
mod tape;
#[cfg(test)]
mod testing;
mod typed;
mod vm;
pub mod wasi;

pub use context::{
    ContextId, Half, HeadersState, LocalResponse, PluginSettings, Stream, VmSettings,
};
pub use engine::*;
pub use exchange::{Difference, Driver, Ending, Exchange, Message, Outcome, Sent};
pub use guest::{Failure, Guest, GuestMemory, LinearMemory, OutOfBounds};
pub use host::Host;
pub use isolation::{Binding, Isolation, LockWatch, ParseIsolationError, Seat, VmGone, VmPool};
pub use module::{
    Bounded, Feature, FieldUse, Import, MemoryFacts, ModuleError, ModuleFacts, NamedType, Producer,
    features_of,
};
pub use plugin::{FailPolicy, Plugin, PluginVm};
pub use tape::{CallTime, CallTimes, Excerpt, Tape, TapeDifference, TapeEntry, TapeItem};
pub use vm::{CallbackTime, StartError, Stopwatch, Vm};
