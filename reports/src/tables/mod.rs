//! The report's tables, made once from the summary and shown by every exporter.

mod cost;
mod counts;
mod environment;
pub(crate) mod format;
mod languages;
mod pairs;
mod ranking;
mod raw;
mod side_by_side;
mod table;

pub(crate) use cost::{break_even_table, callbacks, latency, memory, startup};
pub(crate) use counts::{counts, host_calls};
pub(crate) use environment::{
    availability, conformance_failures, controls, failures, fairness, features, machine, remedies,
    workloads,
};
pub(crate) use languages::languages;
pub(crate) use pairs::pair;
pub(crate) use ranking::{overall, ranking, short, verdict};
pub(crate) use raw::raw;
pub(crate) use side_by_side::side_by_side;
pub use table::{Column, Entry, Table, Tone};
