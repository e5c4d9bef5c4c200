//! `gate.toml`: what is held to which limits.

mod document;
mod fields;
mod model;
#[cfg(test)]
mod tests;
mod written;

pub(crate) use model::{Base, GateConfig};
