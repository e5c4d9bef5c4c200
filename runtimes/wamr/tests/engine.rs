//! WAMR in all its modes against what every engine must do.

#[path = "../../tests/suite/mod.rs"]
mod suite;

use host_core::{Engine, EngineOptions, Mechanism};
use runtime_wamr::{Mode, WamrEngine};

fn open(mode: Mode, options: EngineOptions) -> Box<dyn Engine> {
    Box::new(WamrEngine::open(mode, options).expect("available"))
}

/// Why the mode cannot run here.
fn missing(mode: Mode) -> Option<String> {
    let (reason, remedy) = mode.missing_here()?;
    Some(format!("wamr/{}: {reason}; {remedy}", mode.name()))
}

/// Why the mode keeps no deadline here.
fn no_deadline(mode: Mode) -> Option<String> {
    missing(mode).or_else(|| {
        let engine = open(mode, EngineOptions::default());
        let reason = "its build for deadlines is absent; run scripts/engines/wamr";
        (engine.info().deadline == Mechanism::Process)
            .then(|| format!("wamr/{}: {reason}", mode.name()))
    })
}

mod fast_interp {
    use super::*;

    engine_tests!(
        |options| open(Mode::FastInterp, options),
        // Linked: wherever these tests are built it must run.
        || None,
        without_artifacts_loading_is_unsupported
    );
    deadline_tests!(|options| open(Mode::FastInterp, options), || no_deadline(
        Mode::FastInterp
    ));
}

mod aot {
    use super::*;

    engine_tests!(
        |options| open(Mode::Aot, options),
        || missing(Mode::Aot),
        an_artifact_runs_as_the_module_did,
        artifacts_that_differ_in_anything_are_refused
    );
}

mod classic_interp {
    use super::*;

    engine_tests!(
        |options| open(Mode::ClassicInterp, options),
        || missing(Mode::ClassicInterp),
        without_artifacts_loading_is_unsupported
    );
    deadline_tests!(
        |options| open(Mode::ClassicInterp, options),
        || no_deadline(Mode::ClassicInterp)
    );
}

mod llvm_jit {
    use super::*;

    engine_tests!(
        |options| open(Mode::LlvmJit, options),
        || missing(Mode::LlvmJit),
        without_artifacts_loading_is_unsupported
    );
}

mod fast_jit {
    use super::*;

    engine_tests!(
        |options| open(Mode::FastJit, options),
        || missing(Mode::FastJit),
        without_artifacts_loading_is_unsupported
    );
    deadline_tests!(|options| open(Mode::FastJit, options), || no_deadline(
        Mode::FastJit
    ));
}
