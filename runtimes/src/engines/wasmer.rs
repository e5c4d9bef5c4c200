//! wasmer's modes.

use runtime_wasmer::{Mode, WasmerEngine};

use crate::entry::{Availability, RuntimeEntry};

const REMEDY: &str = "use wasmi/eager, which runs on every processor";

pub(super) fn entries() -> impl Iterator<Item = RuntimeEntry> {
    Mode::ALL.into_iter().map(|mode| {
        RuntimeEntry::new(
            ("wasmer", mode.name()),
            mode.kind(),
            mode.summary(),
            move || Availability::unless(mode.missing_here(), REMEDY),
            move |options| Ok(Box::new(WasmerEngine::open(mode, options)?)),
        )
    })
}
