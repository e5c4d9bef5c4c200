//! Contention campaigns: what threads that share a plugin's VMs cost each other.

mod campaign;
mod cells;
mod check;
mod conduct;
mod proxied;
mod recorder;

pub(crate) use campaign::Contest;
pub(crate) use conduct::{Contested, conduct};
