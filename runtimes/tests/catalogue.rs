//! The catalogue as a whole, all engines in one process.

mod suite;

use host_core::{EngineOptions, Knob, Knobs, ModeKind, TrapKind};
use runtimes::{Availability, catalogue, find, open, reference};

/// The WebAssembly runtimes that can run here.
fn available() -> impl Iterator<Item = &'static runtimes::RuntimeEntry> {
    catalogue().iter().filter(|entry| {
        entry.kind != ModeKind::Native && entry.availability() == Availability::Available
    })
}

#[test]
fn ids_are_unique_and_made_of_engine_and_mode() {
    let mut ids: Vec<&str> = catalogue().iter().map(|entry| entry.id.as_str()).collect();
    for entry in catalogue()
        .iter()
        .filter(|entry| entry.kind != ModeKind::Native)
    {
        assert_eq!(entry.id, format!("{}/{}", entry.engine, entry.mode));
    }
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), catalogue().len());
    assert!(find(reference()).is_some());
}

#[test]
fn every_runtime_says_of_itself_what_the_catalogue_says() {
    for entry in available() {
        let engine = entry.open(EngineOptions::default()).expect("available");
        let info = engine.info();
        assert_eq!(
            (&info.runtime, info.engine, info.mode, info.kind),
            (&entry.id, entry.engine, entry.mode, entry.kind)
        );
    }
}

#[test]
fn a_knob_that_a_runtime_lacks_is_refused_by_name_whatever_the_engine() {
    for entry in available() {
        for knob in Knob::ALL {
            for value in knob.values() {
                let choice = entry.knobs.iter().find(|choice| choice.knob == knob);
                if choice.is_some_and(|choice| choice.values.contains(value)) {
                    continue;
                }
                let mut knobs = Knobs::default();
                knobs.set(knob, value).expect("a value of the knob");
                let options = EngineOptions {
                    knobs,
                    ..EngineOptions::default()
                };
                let refused = entry.open(options).err().expect("refused").to_string();
                let named = format!("{} cannot set knob {knob}", entry.id);
                assert!(refused.starts_with(&named), "{refused}");
            }
        }
    }
}

#[test]
fn exactly_the_modes_of_an_ahead_of_time_kind_have_artifacts_and_seal_them_by_name() {
    for entry in available() {
        let engine = entry.open(EngineOptions::default()).expect("available");
        let ahead = matches!(entry.kind, ModeKind::Aot | ModeKind::InterpreterAot);
        match engine.artifacts() {
            Some(maker) => {
                assert!(ahead, "{}", entry.id);
                assert_eq!(
                    (&maker.runtime, &maker.version),
                    (&entry.id, &engine.info().version)
                );
            }
            None => assert!(!ahead, "{} names no maker of its artifacts", entry.id),
        }
    }
}

#[test]
fn an_unknown_id_is_answered_with_the_nearest_and_all_others() {
    let text = open("wasmtime/winsh", EngineOptions::default())
        .err()
        .expect("unknown")
        .to_string();
    assert!(text.contains("did you mean wasmtime/winch?"), "{text}");
    assert!(
        catalogue().iter().all(|entry| text.contains(&entry.id)),
        "{text}"
    );
}

#[test]
fn engines_with_signal_handlers_of_their_own_live_in_one_process() {
    let mut vms: Vec<_> = available()
        .map(|entry| {
            let engine = entry.open(EngineOptions::default()).expect("available");
            let module = suite::compile(&*engine, &suite::guest()).expect("compiles");
            (
                entry,
                module.instantiate(suite::host()).expect("instantiates"),
            )
        })
        .collect();
    for (what, kind) in [
        (suite::ask::OUT_OF_BOUNDS, TrapKind::OutOfBounds),
        (suite::ask::UNREACHABLE, TrapKind::Unreachable),
        (suite::ask::RECURSE, TrapKind::StackOverflow),
    ] {
        for (entry, vm) in &mut vms {
            let trap = suite::done(&mut **vm, what).expect_err("must trap");
            assert_eq!(trap.kind(), kind, "{}", entry.id);
        }
    }
}

#[test]
fn a_fault_reaches_its_own_engine_on_every_thread() {
    // One after the other: each finds the handlers as the last one left them.
    for _ in 0..3 {
        let faults = || {
            for entry in available() {
                let engine = entry.open(EngineOptions::default()).expect("available");
                let module = suite::compile(&*engine, &suite::guest()).expect("compiles");
                let mut vm = module.instantiate(suite::host()).expect("instantiates");
                let trap = suite::done(&mut *vm, suite::ask::OUT_OF_BOUNDS);
                let kind = trap.expect_err("must trap").kind();
                assert_eq!(kind, TrapKind::OutOfBounds, "{}", entry.id);
            }
        };
        std::thread::spawn(faults).join().expect("no panic");
    }
}

#[test]
fn compiler_modes_count_their_code() {
    let counts =
        |entry: &&runtimes::RuntimeEntry| entry.engine == "wasmtime" || entry.id == "wamr/aot";
    for entry in available().filter(counts) {
        let engine = entry.open(EngineOptions::default()).expect("available");
        let module = suite::compile(&*engine, &suite::guest()).expect("compiles");
        assert!(
            module.code_bytes().is_some_and(|bytes| bytes > 100),
            "{}",
            entry.id
        );
    }
}
