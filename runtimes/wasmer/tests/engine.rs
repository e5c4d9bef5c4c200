//! wasmer in all its modes against what every engine must do.

#[path = "../../tests/suite/mod.rs"]
mod suite;

use host_core::{Engine, EngineOptions};
use runtime_wasmer::{Compiler, Mode, WasmerEngine};

fn open(compiler: Compiler, aot: bool, options: EngineOptions) -> Box<dyn Engine> {
    Box::new(WasmerEngine::open(Mode { compiler, aot }, options).expect("available"))
}

every_engine!(
    cranelift,
    |options| open(Compiler::Cranelift, false, options),
    without_artifacts_loading_is_unsupported
);
every_engine!(
    cranelift_aot,
    |options| open(Compiler::Cranelift, true, options),
    an_artifact_runs_as_the_module_did,
    artifacts_that_differ_in_anything_are_refused
);
every_engine!(
    singlepass,
    |options| open(Compiler::Singlepass, false, options),
    without_artifacts_loading_is_unsupported
);
every_engine!(
    singlepass_aot,
    |options| open(Compiler::Singlepass, true, options),
    an_artifact_runs_as_the_module_did,
    artifacts_that_differ_in_anything_are_refused
);
