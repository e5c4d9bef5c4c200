//! Engines that were looked at and cannot host Proxy-Wasm guests: rows that say why.

use host_core::{EngineError, ModeKind};

use crate::entry::{Availability, RuntimeEntry};

/// Engine, one line for lists, what is missing, what to use instead.
type Unfit = (&'static str, &'static str, &'static str, &'static str);

const UNFIT: [Unfit; 2] = [
    (
        "wasm3",
        "interpreter of threaded code, in C",
        "the newest Rust package (wasm3 0.3.1 over wasm3 0.4.7) crashes on memory.copy and \
         memory.fill, which today's compilers use, and starts every call at the bottom of one \
         stack, so that a host call that asks the guest's allocator for memory overwrites its \
         callers' values",
        "use wasmi, or tinywasm (cargo build --release --features tinywasm)",
    ),
    (
        "stitch",
        "interpreter of threaded code, in Rust",
        "makepad-stitch 0.1.0 crashes when a guest grows its memory in a call that a host \
         function made, as guests' allocators do: a host call leaves no link in the chain of \
         frames that memory.grow follows",
        "use wasmi, or tinywasm (cargo build --release --features tinywasm)",
    ),
];

pub(super) fn entries() -> impl Iterator<Item = RuntimeEntry> {
    UNFIT.into_iter().map(|(engine, summary, missing, remedy)| {
        RuntimeEntry::new(
            (engine, "interpreter"),
            ModeKind::Interpreter,
            summary,
            move || Availability::unless(Some(missing), remedy),
            move |_| {
                Err(EngineError::Unavailable {
                    runtime: format!("{engine}/interpreter"),
                    reason: missing.to_owned(),
                    remedy: remedy.to_owned(),
                })
            },
        )
    })
}
