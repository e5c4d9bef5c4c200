//! The one shape in which every result is shown: as a page, as Markdown, on a terminal, as CSV.
//!
//! A command's result becomes a [`Document`]; how that looks is decided here and nowhere
//! else, so that all reports can be read, filtered and printed alike.

mod csv;
mod html;
mod markdown;
mod model;
mod script;
mod terminal;

pub use model::{Document, Part, Section, Weight};
