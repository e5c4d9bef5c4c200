//! The guests that the items load.

mod hostile;
mod puppet;
mod wat;

pub(crate) use hostile::{HostileCall, WORD, hostile_calls, hostile_guest};
pub use puppet::{puppet_library, puppet_module};
pub(crate) use wat::{Wat, wat};
