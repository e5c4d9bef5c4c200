//! wasmi's modes.

use runtime_wasmi::{Mode, WasmiEngine};

use crate::entry::{Availability, RuntimeEntry};

pub(super) fn entries() -> impl Iterator<Item = RuntimeEntry> {
    Mode::ALL.into_iter().map(|mode| {
        RuntimeEntry::new(
            ("wasmi", mode.name()),
            mode.kind(),
            mode.summary(),
            || Availability::Available,
            move |options| Ok(Box::new(WasmiEngine::open(mode, options)?)),
        )
    })
}
