//! WasmEdge in all its modes against what every engine must do.

#[path = "../../tests/suite/mod.rs"]
mod suite;

use host_core::{Engine, EngineOptions};
use runtime_wasmedge::{Mode, WasmEdgeEngine, missing};

fn open(mode: Mode, options: EngineOptions) -> Box<dyn Engine> {
    Box::new(WasmEdgeEngine::open(mode, options).expect("available"))
}

fn absent(mode: Mode) -> Option<String> {
    missing(mode).map(|missing| format!("wasmedge: {}; {}", missing.reason, missing.remedy))
}

every_engine!(
    interpreter,
    |options| open(Mode::Interpreter, options),
    unless absent(Mode::Interpreter),
    without_artifacts_loading_is_unsupported
);
every_engine!(
    jit,
    |options| open(Mode::Jit, options),
    unless absent(Mode::Jit),
    without_artifacts_loading_is_unsupported
);
every_engine!(
    aot,
    |options| open(Mode::Aot, options),
    unless absent(Mode::Aot),
    an_artifact_runs_as_the_module_did,
    artifacts_that_differ_in_anything_are_refused
);
