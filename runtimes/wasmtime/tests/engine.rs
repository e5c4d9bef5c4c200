//! wasmtime in all its modes against what every engine must do.

#[path = "../../tests/suite/mod.rs"]
mod suite;

use host_core::{Engine, EngineOptions};
use runtime_wasmtime::{Compiler, Mode, WasmtimeEngine};

fn open(compiler: Compiler, aot: bool, options: EngineOptions) -> Box<dyn Engine> {
    Box::new(WasmtimeEngine::open(Mode { compiler, aot }, options).expect("available"))
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
    winch,
    |options| open(Compiler::Winch, false, options),
    without_artifacts_loading_is_unsupported
);
every_engine!(
    winch_aot,
    |options| open(Compiler::Winch, true, options),
    an_artifact_runs_as_the_module_did,
    artifacts_that_differ_in_anything_are_refused
);
every_engine!(
    pulley,
    |options| open(Compiler::Pulley, false, options),
    without_artifacts_loading_is_unsupported
);
every_engine!(
    pulley_aot,
    |options| open(Compiler::Pulley, true, options),
    an_artifact_runs_as_the_module_did,
    artifacts_that_differ_in_anything_are_refused
);

#[test]
fn an_artifact_of_another_mode_is_refused_by_name() {
    let cranelift = open(Compiler::Cranelift, true, EngineOptions::default());
    let winch = open(Compiler::Winch, true, EngineOptions::default());
    let module = suite::compile(&*cranelift, &suite::guest()).expect("compiles");
    let artifact = module.serialize().expect("an artifact");
    let facts = suite::facts(&*winch, &suite::guest());
    let refused = winch
        .load(&artifact, &facts)
        .err()
        .expect("refused")
        .to_string();
    assert!(refused.contains("`wasmtime/cranelift-aot`"), "{refused}");
}

#[test]
fn instructions_are_counted_and_the_same_call_costs_the_same() {
    let options = EngineOptions {
        count_instructions: true,
        ..EngineOptions::default()
    };
    let mut vm = suite::vm(|options| open(Compiler::Cranelift, false, options), options);
    let mut cost = || {
        let before = vm.instructions().expect("counts");
        suite::done(&mut *vm, suite::ask::STARTED).expect("no trap");
        vm.instructions().expect("counts") - before
    };
    let first = cost();
    assert!(
        (3_000..10_000).contains(&first),
        "a loop of 1,000 rounds took {first}"
    );
    assert_eq!(cost(), first);
}

#[test]
fn without_the_option_nothing_is_counted() {
    let vm = suite::vm(
        |options| open(Compiler::Cranelift, false, options),
        EngineOptions::default(),
    );
    assert_eq!(vm.instructions(), None);
}
