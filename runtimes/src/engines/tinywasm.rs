//! tinywasm, with feature `tinywasm`.

use crate::entry::RuntimeEntry;

pub(super) fn entries() -> impl Iterator<Item = RuntimeEntry> {
    std::iter::once(RuntimeEntry::new(
        ("tinywasm", "interpreter"),
        host_core::ModeKind::Interpreter,
        "interpreter in safe Rust, translates the whole module at once",
        availability,
        open,
    ))
}

#[cfg(feature = "tinywasm")]
mod built {
    use host_core::EngineOptions;

    use crate::entry::{Availability, Opened};

    pub(super) fn availability() -> Availability {
        Availability::Available
    }

    pub(super) fn open(options: EngineOptions) -> Opened {
        Ok(Box::new(runtime_tinywasm::TinywasmEngine::open(options)))
    }
}

#[cfg(not(feature = "tinywasm"))]
mod built {
    use host_core::EngineOptions;

    use crate::entry::{Availability, Opened};

    pub(super) fn availability() -> Availability {
        Availability::without_feature("tinywasm", "cargo build --release --features tinywasm")
    }

    pub(super) fn open(_: EngineOptions) -> Opened {
        unreachable!("rows that are not available are not opened")
    }
}

use built::{availability, open};
