//! Who shares a VM.

mod kind;
mod pool;
mod seat;
mod watch;

pub use kind::{Isolation, ParseIsolationError};
pub use pool::VmPool;
pub use seat::{Binding, Seat, VmGone};
pub use watch::LockWatch;
