//! wasmtime's modes.

use runtime_wasmtime::{Mode, WasmtimeEngine};

use crate::entry::{Availability, RuntimeEntry};

const REMEDY: &str = "use wasmtime/pulley, which runs on every processor";

pub(super) fn entries() -> impl Iterator<Item = RuntimeEntry> {
    Mode::ALL.into_iter().map(|mode| {
        RuntimeEntry::new(
            ("wasmtime", mode.name()),
            mode.kind(),
            mode.summary(),
            move || Availability::unless(mode.missing_here(), REMEDY),
            move |options| Ok(Box::new(WasmtimeEngine::open(mode, options)?)),
        )
        .with_knobs(mode.knobs())
    })
}
