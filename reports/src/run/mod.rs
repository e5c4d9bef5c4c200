//! A campaign of `pwbench run` as a document.

mod beside;
mod cells;
mod charts;
mod document;
mod fronts;
mod method;
mod notices;

pub(crate) use beside::beside;
pub(crate) use cells::cells;
pub(crate) use document::{CELLS, document};
