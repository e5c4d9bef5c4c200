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

fn without_llvm() -> Option<String> {
    let mode = Mode {
        compiler: Compiler::Llvm,
        aot: false,
    };
    let missing = mode.missing_here()?;
    Some(format!("wasmer/llvm: {missing}; {}", mode.remedy()))
}

#[cfg(feature = "llvm")]
every_engine!(
    llvm,
    |options| open(Compiler::Llvm, false, options),
    without_artifacts_loading_is_unsupported
);
#[cfg(feature = "llvm")]
every_engine!(
    llvm_aot,
    |options| open(Compiler::Llvm, true, options),
    an_artifact_runs_as_the_module_did,
    artifacts_that_differ_in_anything_are_refused
);

#[test]
fn llvm_that_was_left_out_says_so_and_is_refused() {
    if !suite::skipped(without_llvm()) {
        return;
    }
    let mode = Mode {
        compiler: Compiler::Llvm,
        aot: true,
    };
    let refused = WasmerEngine::open(mode, EngineOptions::default())
        .err()
        .expect("refused");
    assert!(refused.to_string().contains("scripts/engines"), "{refused}");
}
