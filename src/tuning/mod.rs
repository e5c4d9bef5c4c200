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

pub(crate) use tuner::{Tuned, tune};
