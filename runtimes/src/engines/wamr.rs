//! WAMR in each of its modes.

use runtime_wamr::{Mode, WamrEngine};

use crate::entry::{Availability, RuntimeEntry};

pub(super) fn entries() -> impl Iterator<Item = RuntimeEntry> {
    Mode::ALL.into_iter().map(|mode| {
        RuntimeEntry::new(
            ("wamr", mode.name()),
            mode.kind(),
            mode.summary(),
            move || match mode.missing_here() {
                None => Availability::Available,
                Some((reason, remedy)) => Availability::Unavailable {
                    reason,
                    remedy: remedy.to_owned(),
                },
            },
            move |options| Ok(Box::new(WamrEngine::open(mode, options)?)),
        )
    })
}
