//! wasmi in all its modes against what every engine must do.

#[path = "../../tests/suite/mod.rs"]
mod suite;

use host_core::{Engine, EngineOptions};
use runtime_wasmi::{Mode, WasmiEngine};

fn open(mode: Mode, options: EngineOptions) -> Box<dyn Engine> {
    Box::new(WasmiEngine::open(mode, options).expect("available"))
}

every_engine!(
    eager,
    |options| open(Mode::Eager, options),
    without_artifacts_loading_is_unsupported
);
every_engine!(
    lazy,
    |options| open(Mode::Lazy, options),
    without_artifacts_loading_is_unsupported
);
