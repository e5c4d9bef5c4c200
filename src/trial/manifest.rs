//! The fairness manifest's row, from what the engine says of itself.

use host_core::{Engine, EngineInfo, Knobs, Mechanism, ModeKind};
use reports::{BoundsMethod, Compilation, RuntimeManifest};

/// Engine that stands for libraries driven through the standard C interface.
const C_API: &str = "wasm-c-api";

/// The row of a runtime; `deadline` says whether one is enforced in this campaign, `knobs`
/// what it was opened with.
pub(super) fn row(engine: &dyn Engine, deadline: bool, knobs: Knobs) -> RuntimeManifest {
    let info = engine.info();
    let time_limit = match (info.deadline, deadline) {
        (Mechanism::Engine(mechanism), true) => mechanism.to_owned(),
        (Mechanism::Engine(mechanism), false) => format!("off (can: {mechanism})"),
        (Mechanism::Process, _) => "process boundary: the trial's kill timer".to_owned(),
    };
    let memory_limit = match info.memory_limit {
        Mechanism::Engine(mechanism) => mechanism.to_owned(),
        Mechanism::Process => "process boundary: none of the engine's own".to_owned(),
    };
    let compilation = compilation(engine);
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
        compile_included: match (compilation, info.kind) {
            (Compilation::AtFirstCall, _) => {
                "partly: a function is compiled at its first call, in the first transactions"
            }
            (Compilation::Before, ModeKind::Native) => {
                "no: the library was compiled before, its load is included"
            }
            (Compilation::Before, _) => {
                "no: the artifact was compiled before, its load is included"
            }
            _ => "yes",
        }
        .to_owned(),
        interface: match info.engine {
            C_API => C_API,
            _ => "its own",
        }
        .to_owned(),
        bounds_method: BoundsMethod::of_text(&info.bounds_check),
        compilation,
        knobs: knobs.to_string(),
        time_limit_on: deadline && info.deadline != Mechanism::Process,
        native: info.kind == ModeKind::Native,
    }
}

fn compilation(engine: &dyn Engine) -> Compilation {
    match engine.info().kind {
        ModeKind::Native | ModeKind::Aot | ModeKind::InterpreterAot => Compilation::Before,
        ModeKind::Jit | ModeKind::Interpreter if engine.compiles_lazily() => {
            Compilation::AtFirstCall
        }
        ModeKind::Jit | ModeKind::Interpreter => Compilation::AtStart,
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

#[cfg(test)]
mod tests {
    use host_core::EngineOptions;
    use runtimes::Availability;

    use super::*;

    /// The rows of every runtime that is here.
    fn rows(deadline: bool) -> Vec<RuntimeManifest> {
        let here = runtimes::catalogue()
            .iter()
            .filter(|entry| entry.availability() == Availability::Available)
            .filter_map(|entry| entry.open(EngineOptions::default()).ok());
        here.map(|engine| row(&*engine, deadline, Knobs::default()))
            .collect()
    }

    #[test]
    fn every_runtime_fills_its_row_and_its_classes_are_known() {
        for row in rows(false) {
            let texts = [
                &row.version,
                &row.mode,
                &row.optimisation,
                &row.bounds_check,
                &row.time_limit,
                &row.memory_limit,
                &row.simd,
                &row.pooling,
                &row.compile_threads,
                &row.compile_included,
                &row.interface,
            ];
            assert!(texts.iter().all(|text| !text.is_empty()), "{row:?}");
            // What a foreign library does behind the C interface is its own secret.
            let secret = row.interface == C_API;
            assert!(
                secret || row.bounds_method != BoundsMethod::Unknown,
                "{row:?}"
            );
            assert_ne!(row.compilation, Compilation::Unknown, "{row:?}");
            assert!(!row.time_limit_on, "{row:?}");
        }
    }

    #[test]
    fn a_deadline_is_on_where_the_engine_enforces_it_and_nowhere_else() {
        for row in rows(true) {
            assert_eq!(
                row.time_limit_on,
                !row.time_limit.starts_with("process boundary"),
                "{row:?}"
            );
        }
    }

    #[test]
    fn lazy_translation_is_no_part_of_start_up() {
        let rows = rows(false);
        let of = |runtime: &str| rows.iter().find(|row| row.runtime == runtime);
        let compilation = |runtime| of(runtime).map(|row| row.compilation);
        assert_eq!(compilation("wasmi/lazy"), Some(Compilation::AtFirstCall));
        assert_eq!(compilation("wasmi/eager"), Some(Compilation::AtStart));
        assert_eq!(compilation(crate::NATIVE), Some(Compilation::Before));
    }
}
