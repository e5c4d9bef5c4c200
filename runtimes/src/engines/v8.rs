//! V8 in each of its modes, with feature `v8`.

use runtime_v8::Mode;

use crate::entry::{Availability, RuntimeEntry};

pub(super) fn entries() -> impl Iterator<Item = RuntimeEntry> {
    Mode::ALL.into_iter().map(|mode| {
        RuntimeEntry::new(
            ("v8", mode.name()),
            mode.kind(),
            mode.summary(),
            move || match mode.missing_here() {
                None => Availability::Available,
                Some(missing) => Availability::Unavailable {
                    reason: missing.reason,
                    remedy: missing.remedy,
                },
            },
            move |options| runtime_v8::open(mode, options),
        )
        .with_info(move || runtime_v8::info(mode))
    })
}
