//! tinywasm against what every engine must do.

#[path = "../../tests/suite/mod.rs"]
mod suite;

use host_core::{Engine, EngineOptions};
use runtime_tinywasm::TinywasmEngine;

fn open(options: EngineOptions) -> Box<dyn Engine> {
    Box::new(TinywasmEngine::open(options))
}

fn deadlines() -> Option<String> {
    Some(
        "tinywasm keeps no deadline inside a guest's allocator: only a process boundary does"
            .to_owned(),
    )
}

mod interpreter {
    use super::*;

    engine_tests!(open, || None, without_artifacts_loading_is_unsupported);
    deadline_tests!(open, deadlines);
}
