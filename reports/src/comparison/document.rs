//! Comparisons, gates, calibrations and histories as people read them.

mod calibration;
mod comparison;
mod gate;
mod history;

pub use history::document as history_document;
