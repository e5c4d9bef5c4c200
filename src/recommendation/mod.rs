//! Recommending: what is known of each runtime is gathered here and judged in `reports`.

mod engine_facts;
mod gather;

pub(crate) use gather::{gather, needs};
