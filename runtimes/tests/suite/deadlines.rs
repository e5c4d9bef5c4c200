//! Deadlines of callbacks.

use std::io::Write as _;
use std::time::Duration;

use host_core::{EngineError, EngineOptions, Mechanism, TrapKind};

use super::{Open, ask, compile, done, host, trap_kind, vm};

pub(crate) fn with_deadline(milliseconds: u64) -> EngineOptions {
    EngineOptions {
        deadline: Some(Duration::from_millis(milliseconds)),
        ..EngineOptions::default()
    }
}

/// Whether the engine has no deadline of its own, said for the record.
fn lacks_deadline(open: Open) -> bool {
    let engine = open(EngineOptions::default());
    let lacks = engine.info().deadline == Mechanism::Process;
    if lacks {
        let _ = writeln!(
            std::io::stdout(),
            "skipped: {} has no deadline of its own",
            engine.info().runtime
        );
    }
    lacks
}

pub(crate) fn the_deadline_ends_an_endless_loop(open: Open) {
    if lacks_deadline(open) {
        return;
    }
    assert_eq!(
        trap_kind(open, with_deadline(20), ask::LOOP),
        TrapKind::Deadline
    );
    assert_eq!(
        trap_kind(open, with_deadline(20), ask::UNREACHABLE),
        TrapKind::Unreachable
    );
}

pub(crate) fn the_deadline_holds_for_start_and_start_sections(open: Open) {
    if lacks_deadline(open) {
        return;
    }
    let engine = open(with_deadline(20));
    let guest = |how: &str| {
        wat::parse_str(format!(
            r#"(module (memory (export "memory") 1)
                (func (export "proxy_abi_version_0_2_1"))
                (func $forever (loop $again (br $again))) {how})"#
        ))
        .expect("valid")
    };
    let module = compile(
        &*engine,
        &guest(r#"(export "_initialize" (func $forever))"#),
    )
    .expect("compiles");
    let mut vm = module.instantiate(host()).expect("instantiates");
    assert_eq!(vm.start().expect_err("ended").kind(), TrapKind::Deadline);
    let module = compile(&*engine, &guest("(start $forever)")).expect("compiles");
    let refused = module.instantiate(host()).err().expect("ended");
    assert!(
        matches!(refused, EngineError::Instantiate { .. }),
        "{refused}"
    );
}

pub(crate) fn every_call_has_the_whole_deadline(open: Open) {
    if lacks_deadline(open) {
        return;
    }
    let mut vm = vm(open, with_deadline(150));
    let begun = std::time::Instant::now();
    while begun.elapsed() < Duration::from_millis(400) {
        done(&mut *vm, ask::STARTED).expect("a short call never meets the deadline");
    }
}
