//! Contexts: what the host keeps for each context id of the guest.

mod life;
mod root;
mod stream;
mod table;

pub(crate) use root::Root;
pub use root::{PluginSettings, VmSettings};
pub use stream::{Half, HeadersState, LocalResponse, Stream};
pub use table::ContextId;
pub(crate) use table::{Context, ContextTable, DoneState};
