//! Tuning: a racing search over build flags, `wasm-opt` and engine knobs, and what it found.
//!
//! [`Search`] decides what is measured next and knows nothing of how that is done, so it can
//! be held to surfaces whose optimum is known. First every level of every factor races alone
//! against the default: that is what each is worth by itself. Then what helped is put
//! together and raced, and the winners are confirmed against the default on traffic that
//! took no part in the search.

mod compare;
mod contestant;
mod csv;
mod document;
mod factor;
mod front;
mod model;
mod search;
mod worth;

pub use compare::{Against, Standing as Compared};
pub use contestant::{Contestant, Fate, SearchStage};
pub use factor::{Choice, Factor, Layer};
pub use model::{
    CandidateRow, Copyable, MissingLevel, RuntimeTuning, TUNE_KIND, TuneConfirmation, Tuning,
};
pub use search::{Search, Spent, Step, Traffic};
pub use worth::{Worth, WorthWord};
