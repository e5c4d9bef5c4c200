//! The campaign: what the search asks for is made, checked and measured.

mod books;
mod campaign;
mod choice;
mod contest;
mod race;
mod start;
mod timetable;

pub(crate) use start::{Tuned, tune};
