//! wasmer's modes; LLVM with feature `wasmer-llvm`.

use runtime_wasmer::{Mode, WasmerEngine};

use crate::entry::{Availability, RuntimeEntry};

pub(super) fn entries() -> impl Iterator<Item = RuntimeEntry> {
    Mode::ALL.into_iter().map(|mode| {
        RuntimeEntry::new(
            ("wasmer", mode.name()),
            mode.kind(),
            mode.summary(),
            move || Availability::unless(mode.missing_here(), mode.remedy()),
            move |options| Ok(Box::new(WasmerEngine::open(mode, options)?)),
        )
        .with_knobs(mode.knobs())
    })
}
