//! The guests that the items load.

mod affine;
mod hostile;
mod puppet;
mod wat;

pub(crate) use affine::AFFINE;
pub(crate) use hostile::{Family, HostileCall, WORD, hostile_calls, hostile_guest};
pub use puppet::{puppet_library, puppet_module};
pub(crate) use wat::{Wat, wat};
