//! wasmtime in all its modes against what every engine must do.

#[path = "../../tests/suite/mod.rs"]
mod suite;

use host_core::{Engine, EngineError, EngineOptions, Knob, Knobs};
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

/// Opens with knobs turned.
fn turned(compiler: Compiler, aot: bool, knobs: &str, options: EngineOptions) -> Box<dyn Engine> {
    let knobs = knobs.parse().expect("knobs");
    open(compiler, aot, EngineOptions { knobs, ..options })
}

/// [`turned`] with fuel in place of epochs where there is a deadline.
fn fuelled(compiler: Compiler, options: EngineOptions) -> Box<dyn Engine> {
    match options.deadline {
        None => open(compiler, false, options),
        Some(_) => turned(compiler, false, "interrupt=fuel", options),
    }
}

const SPARSE: &str = "opt=none,cow=off,bounds=explicit,parallel=off";

every_engine!(
    cranelift_without_guard_pages,
    |options| turned(Compiler::Cranelift, false, SPARSE, options),
    without_artifacts_loading_is_unsupported
);
every_engine!(
    winch_without_guard_pages,
    |options| turned(Compiler::Winch, false, "cow=off,bounds=explicit", options),
    without_artifacts_loading_is_unsupported
);

mod cranelift_pooled_aot {
    use super::*;
    // A module that wants more than the limit is refused when it is compiled already.
    engine_tests!(@tests
        |options| turned(Compiler::Cranelift, true, "pooling=on,bounds=explicit", options),
        || None,
        every_signature_passes_its_arguments_and_result,
        traps_are_told_apart,
        memory_grows_up_to_its_limit_and_no_further,
        tables_do_not_grow_without_end,
        instances_share_nothing,
        an_artifact_runs_as_the_module_did,
        the_deadline_ends_an_endless_loop
    );
}

mod fuel {
    use super::*;
    deadline_tests!(|options| fuelled(Compiler::Cranelift, options), || None);
}

mod winch_fuel {
    use super::*;
    deadline_tests!(|options| fuelled(Compiler::Winch, options), || None);
}

/// What there is to refuse in opening with `knobs`.
fn refusal(mode: Mode, knobs: &str, options: EngineOptions) -> String {
    let knobs: Knobs = knobs.parse().expect("knobs");
    let options = EngineOptions { knobs, ..options };
    match WasmtimeEngine::open(mode, options) {
        Err(error @ EngineError::Unsupported { .. }) => error.to_string(),
        Err(other) => panic!("{other}"),
        Ok(_) => panic!("{knobs} was taken"),
    }
}

#[test]
fn every_value_of_every_knob_opens_and_is_told() {
    for mode in Mode::ALL {
        let usual = open(mode.compiler, mode.aot, suite::with_deadline(100));
        for choice in mode.knobs() {
            for value in choice.values {
                let text = format!("{}={value}", choice.knob);
                let options = suite::with_deadline(100);
                let engine = turned(mode.compiler, mode.aot, &text, options);
                suite::compile(&*engine, &suite::guest()).expect("compiles");
                let told = |engine: &dyn Engine| {
                    let info = engine.info();
                    format!("{info:?}")
                };
                let differs = told(&*engine) != told(&*usual);
                // Artifacts are compiled elsewhere: by how many threads is nobody's concern.
                let silent = mode.aot && choice.knob == Knob::ParallelCompilation;
                let single = std::thread::available_parallelism().map_or(1, usize::from) == 1;
                let threads = choice.knob == Knob::ParallelCompilation && single;
                assert_eq!(
                    differs,
                    *value != choice.usual() && !silent && !threads,
                    "{mode:?} {text}: {}",
                    told(&*engine)
                );
            }
        }
    }
}

#[test]
fn knobs_without_an_effect_are_refused_by_name() {
    let mode = |compiler| Mode {
        compiler,
        aot: false,
    };
    let none = EngineOptions::default();
    let text = refusal(mode(Compiler::Winch), "opt=none", none);
    assert!(
        text.contains("wasmtime/winch") && text.contains("knob opt"),
        "{text}"
    );
    let text = refusal(mode(Compiler::Pulley), "bounds=explicit", none);
    assert!(text.contains("knob bounds"), "{text}");
    let text = refusal(mode(Compiler::Cranelift), "opt=aggressive", none);
    assert!(text.contains("speed, speed_and_size, none"), "{text}");
    let text = refusal(mode(Compiler::Cranelift), "interrupt=fuel", none);
    assert!(text.contains("without a deadline"), "{text}");
    let counting = EngineOptions {
        count_instructions: true,
        ..suite::with_deadline(100)
    };
    let text = refusal(mode(Compiler::Cranelift), "interrupt=fuel", counting);
    assert!(text.contains("count instructions"), "{text}");
}

#[test]
fn an_artifact_made_under_other_knobs_is_refused_by_them() {
    let usual = open(Compiler::Cranelift, true, EngineOptions::default());
    let made = turned(
        Compiler::Cranelift,
        true,
        "opt=none",
        EngineOptions::default(),
    );
    let module = suite::compile(&*made, &suite::guest()).expect("compiles");
    let artifact = module.serialize().expect("an artifact");
    let facts = suite::facts(&*usual, &suite::guest());
    let refused = usual.load(&artifact, &facts).err().expect("refused");
    assert!(refused.to_string().contains("opt none"), "{refused}");
}
