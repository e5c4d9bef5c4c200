//! wasi-nn: models that the host computes for a filter, by the witx interface
//! (`wasi_ephemeral_nn`) that the `wasi-nn` crate 0.6 and other guests' bindings speak.
//!
//! The host core knows no library for neural networks: whoever embeds it gives a
//! [`Backend`] and models by name as an [`Inference`], through
//! [`crate::services::Services::inference`]. A module that imports none of the functions
//! pays nothing for them.
//!
//! Every function answers an [`NnErrno`](crate::abi::NnErrno); the reason for one other
//! than success is a line of the plugin's log at level warn.

mod backend;
mod call;
mod graphs;
mod inference;
mod refusal;
mod state;
mod tensors;

pub use backend::{Backend, Context, Graph, Origin, Tensor};
pub use graphs::{init_execution_context, load, load_by_name};
pub use inference::{Inference, Model};
pub use refusal::Refusal;
pub(crate) use state::State;
pub use tensors::{compute, get_output, set_input};

/// The import module of wasi-nn.
pub const MODULE: &str = "wasi_ephemeral_nn";

#[cfg(test)]
mod tests;

#[cfg(test)]
pub(crate) use tests::doubling;
