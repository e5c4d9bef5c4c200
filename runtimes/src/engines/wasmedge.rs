//! WasmEdge in each of its modes, from a library that is opened at run time.

use runtime_wasmedge::{Mode, WasmEdgeEngine};

use crate::entry::{Availability, RuntimeEntry};

pub(super) fn entries() -> impl Iterator<Item = RuntimeEntry> {
    Mode::ALL.into_iter().map(|mode| {
        RuntimeEntry::new(
            ("wasmedge", mode.name()),
            mode.kind(),
            mode.summary(),
            move || match runtime_wasmedge::missing(mode) {
                None => Availability::Available,
                Some(missing) => Availability::Unavailable {
                    reason: missing.reason,
                    remedy: missing.remedy,
                },
            },
            move |options| Ok(Box::new(WasmEdgeEngine::open(mode, options)?)),
        )
        .with_build(runtime_wasmedge::build)
    })
}
