//! Tuning: candidates are built, checked and measured here; what is measured next is the
//! search's to say, in `reports`.

mod builds;
mod compilers;
mod knobs;
mod materials;
mod measuring;
mod source;
mod tool;
mod tuner;
mod wasm_opt;

/// The module that copied commands make, in the folder where they run. The person's own files
/// are seldom called so.
const OUTPUT: &str = "tuned.wasm";

pub(crate) use tuner::{Tuned, tune};
