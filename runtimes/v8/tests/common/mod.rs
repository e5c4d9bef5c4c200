//! What the tests of all modes share. Each mode has a test executable, and so a process, of
//! its own.

use host_core::{Engine, EngineError, EngineOptions};
use runtime_v8::{Mode, V8Engine};

pub(crate) fn open(mode: Mode, options: EngineOptions) -> Box<dyn Engine> {
    Box::new(V8Engine::open(mode, options).expect("available"))
}

pub(crate) fn another_mode_is_refused(mode: Mode, other: Mode) {
    drop(open(mode, EngineOptions::default()));
    let refused = V8Engine::open(other, EngineOptions::default())
        .err()
        .expect("refused");
    let EngineError::Unavailable { reason, remedy, .. } = refused else {
        panic!("{refused}");
    };
    assert!(
        reason.contains(&format!("runs v8/{} already", mode.name())),
        "{reason}"
    );
    assert!(remedy.contains("process of its own"), "{remedy}");
    assert!(
        other
            .missing_here()
            .is_some_and(|missing| missing.reason == reason)
    );
    assert_eq!(mode.missing_here(), None);
}
