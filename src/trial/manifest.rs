//! The fairness manifest's row, from what the engine says of itself.

use host_core::{EngineInfo, Mechanism, ModeKind};
use reports::RuntimeManifest;

/// The row of a runtime; `deadline` says whether one is enforced in this campaign.
pub(super) fn row(info: &EngineInfo, deadline: bool) -> RuntimeManifest {
    let time_limit = match (info.deadline, deadline) {
        (Mechanism::Engine(mechanism), true) => mechanism.to_owned(),
        (Mechanism::Engine(mechanism), false) => format!("off (can: {mechanism})"),
        (Mechanism::Process, _) => "kill timer of the process".to_owned(),
    };
    let memory_limit = match info.memory_limit {
        Mechanism::Engine(mechanism) => mechanism.to_owned(),
        Mechanism::Process => "none".to_owned(),
    };
    RuntimeManifest {
        runtime: info.runtime.clone(),
        engine: info.engine.to_owned(),
        version: info.version.clone(),
        mode: info.mode.to_owned(),
        kind: kind(info),
        optimisation: info.optimisation.clone(),
        bounds_check: info.bounds_check.clone(),
        time_limit,
        memory_limit,
        simd: if info.simd { "on" } else { "off" }.to_owned(),
        pooling: info.pooling.clone(),
        compile_threads: info.compile_threads.to_string(),
        compile_included: match info.kind {
            ModeKind::Jit | ModeKind::Interpreter => "yes",
            ModeKind::Aot | ModeKind::InterpreterAot => {
                "no: the artifact was compiled before, its load is included"
            }
            ModeKind::Native => "no: the library was compiled before, its load is included",
        }
        .to_owned(),
        native: info.kind == ModeKind::Native,
    }
}

/// The report's finer classes: it tells optimising from baseline compilers by the mode.
fn kind(info: &EngineInfo) -> reports::ModeKind {
    match info.kind {
        ModeKind::Native => reports::ModeKind::Native,
        ModeKind::Aot => reports::ModeKind::Aot,
        ModeKind::Interpreter | ModeKind::InterpreterAot => reports::ModeKind::Interpreter,
        ModeKind::Jit => reports::ModeKind::infer(info.engine, info.mode),
    }
}
