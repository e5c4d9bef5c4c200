//! Artifacts that are loaded in place of compiling.

use host_core::{Engine, EngineError, EngineOptions, TrapKind};

use super::{Open, ask, compile, done, facts, guest, host, with_deadline};

pub(crate) fn an_artifact_runs_as_the_module_did(open: Open) {
    let engine = open(EngineOptions::default());
    let module = compile(&*engine, &guest()).expect("compiles");
    let artifact = module.serialize().expect("an artifact");
    // A second engine, as the process that runs it would have.
    let loader = open(EngineOptions::default());
    let module = loader
        .load(&artifact, &facts(&*loader, &guest()))
        .expect("loads");
    let mut vm = module.instantiate(host()).expect("instantiates");
    vm.start().expect("starts");
    assert_eq!(
        done(&mut *vm, ask::SHARED).expect("no trap"),
        5000 + u32::from(b'h')
    );
    assert_eq!(
        done(&mut *vm, ask::RECURSE).expect_err("trap").kind(),
        TrapKind::StackOverflow
    );
}

pub(crate) fn artifacts_that_differ_in_anything_are_refused(open: Open) {
    let engine = open(EngineOptions::default());
    let facts = facts(&*engine, &guest());
    let module = compile(&*engine, &guest()).expect("compiles");
    let artifact = module.serialize().expect("an artifact");
    let refused = |bytes: &[u8], engine: &dyn Engine| {
        let refused = engine.load(bytes, &facts).err().expect("refused");
        assert!(matches!(refused, EngineError::Artifact { .. }), "{refused}");
        refused.to_string()
    };
    assert!(refused(&artifact[..artifact.len() - 1], &*engine).contains("truncated"));
    assert!(refused(&artifact[..20], &*engine).contains("header"));
    assert!(refused(&guest(), &*engine).contains("not an artifact"));
    let mut flipped = artifact.clone();
    let middle = flipped.len() / 2;
    flipped[middle] ^= 1;
    assert!(refused(&flipped, &*engine).contains("damaged"));
    let other = open(with_deadline(1000));
    assert!(refused(&artifact, &*other).contains("settings"));
}

pub(crate) fn without_artifacts_loading_is_unsupported(open: Open) {
    let engine = open(EngineOptions::default());
    let module = compile(&*engine, &guest()).expect("compiles");
    let refused = module.serialize().expect_err("unsupported");
    assert!(
        matches!(refused, EngineError::Unsupported { .. }),
        "{refused}"
    );
    let refused = engine
        .load(&[], &facts(&*engine, &guest()))
        .err()
        .expect("unsupported");
    assert!(
        matches!(refused, EngineError::Unsupported { .. }),
        "{refused}"
    );
}
