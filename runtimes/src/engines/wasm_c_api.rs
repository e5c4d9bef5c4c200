//! Any library that exports the standard `wasm.h`: one row for each that was named or found.

use runtime_wasm_c_api::WasmCApiEngine;

use crate::entry::{Availability, RuntimeEntry};
use crate::foreign::engine_libraries;

pub(super) fn entries() -> impl Iterator<Item = RuntimeEntry> {
    engine_libraries().iter().map(|library| {
        RuntimeEntry::new(
            ("wasm-c-api", library.name()),
            library.kind(),
            "through wasm-c-api, whose calls cost 10 to 25 times an engine's own",
            || match library.open() {
                Ok(_) => Availability::Available,
                Err(unusable) => Availability::Unavailable {
                    reason: unusable.reason,
                    remedy: unusable.remedy,
                },
            },
            |options| Ok(Box::new(WasmCApiEngine::open(library, options)?)),
        )
        .with_build(|| library.build())
    })
}
