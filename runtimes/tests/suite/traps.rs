//! Traps, and ends that a guest asks for.

use host_core::{EngineOptions, TrapKind};

use super::{Open, ask, compile, host, trap_kind};

pub(crate) fn a_trap_in_the_allocator_ends_the_callback(open: Open) {
    let kind = trap_kind(open, EngineOptions::default(), ask::ALLOCATOR_TRAPS);
    assert_eq!(kind, TrapKind::Unreachable);
}

pub(crate) fn traps_are_told_apart(open: Open) {
    for (what, kind) in [
        (ask::UNREACHABLE, TrapKind::Unreachable),
        (ask::OUT_OF_BOUNDS, TrapKind::OutOfBounds),
        (ask::RECURSE, TrapKind::StackOverflow),
        (ask::DIVIDE_BY_ZERO, TrapKind::Other),
        (ask::EXIT, TrapKind::Exit(3)),
    ] {
        assert_eq!(trap_kind(open, EngineOptions::default(), what), kind);
    }
}

pub(crate) fn exit_zero_from_start_is_success(open: Open) {
    let start = |code: u32| {
        let engine = open(EngineOptions::default());
        let wasm = wat::parse_str(format!(
            r#"(module (import "wasi_unstable" "proc_exit" (func $exit (param i32)))
                (memory (export "memory") 1)
                (func (export "proxy_abi_version_0_2_0"))
                (func (export "_start") (call $exit (i32.const {code}))))"#
        ))
        .expect("valid");
        let module = compile(&*engine, &wasm).expect("compiles");
        module.instantiate(host()).expect("instantiates").start()
    };
    start(0).expect("success");
    assert_eq!(start(7).expect_err("exit").kind(), TrapKind::Exit(7));
}
