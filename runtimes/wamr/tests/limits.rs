//! What WAMR in particular must not do with guests at their limits.

#[path = "../../tests/suite/mod.rs"]
mod suite;

use host_core::{EngineError, EngineOptions, TrapKind};
use runtime_wamr::{Mode, WamrEngine};

/// The modes that can run here; the others are named.
fn modes() -> impl Iterator<Item = Mode> {
    Mode::ALL.into_iter().filter(|mode| {
        let missing = mode.missing_here();
        !suite::skipped(
            missing.map(|(reason, remedy)| format!("wamr/{}: {reason}; {remedy}", mode.name())),
        )
    })
}

fn engine(mode: Mode) -> WamrEngine {
    WamrEngine::open(mode, EngineOptions::default()).expect("available")
}

/// A guest whose `proxy_on_done` is `body`.
fn guest(body: &str) -> Vec<u8> {
    wat::parse_str(format!(
        r#"(module
            (import "env" "proxy_get_property" (func $get (param i32 i32 i32 i32) (result i32)))
            (memory (export "memory") 2)
            (data (i32.const 64) "plugin_name")
            (func (export "proxy_abi_version_0_2_1"))
            (func (export "proxy_on_memory_allocate") (param i32) (result i32) (i32.const 4096))
            {body})"#
    ))
    .expect("valid")
}

#[test]
fn a_guest_that_calls_the_host_with_its_last_stack_ends_alone() {
    let wasm = guest(
        r#"(func $down (param $depth i32) (result i32)
            (drop (call $get (i32.const 64) (i32.const 11) (i32.const 80) (i32.const 84)))
            (i32.add (i32.const 1) (call $down (i32.add (local.get $depth) (i32.const 1)))))
        (func (export "proxy_on_done") (param i32) (result i32) (call $down (local.get 0)))"#,
    );
    for mode in modes() {
        let module = suite::compile(&engine(mode), &wasm).expect("compiles");
        for _ in 0..3 {
            let mut vm = module.instantiate(suite::host()).expect("instantiates");
            let trap = suite::done(&mut *vm, 0).expect_err("must trap");
            assert_eq!(trap.kind(), TrapKind::StackOverflow, "{mode:?}: {trap}");
        }
    }
}

#[test]
fn a_function_with_a_large_frame_does_not_step_over_the_guard_pages() {
    // Some 600 values of eight bytes that live across the call.
    let locals = "(local i64)".repeat(600);
    let set: String = (1..=600)
        .map(|local| {
            format!(
                "(local.set {local} (i64.load (i32.const {})))",
                local % 999 * 8
            )
        })
        .collect();
    let sum: String = (1..=600)
        .map(|local| format!("(local.set 1 (i64.add (local.get 1) (local.get {local})))"))
        .collect();
    let wasm = guest(&format!(
        r#"(func $down (param $depth i32) (result i32) {locals}
            {set} (drop (call $down (i32.add (local.get $depth) (i32.const 1)))) {sum}
            (i32.wrap_i64 (local.get 1)))
        (func (export "proxy_on_done") (param i32) (result i32) (call $down (local.get 0)))"#
    ));
    for mode in modes() {
        let module = match suite::compile(&engine(mode), &wasm) {
            Ok(module) => module,
            Err(EngineError::Compile { .. }) => continue,
            Err(error) => panic!("{mode:?}: {error}"),
        };
        let mut vm = module.instantiate(suite::host()).expect("instantiates");
        let trap = suite::done(&mut *vm, 0).expect_err("must trap");
        assert_eq!(trap.kind(), TrapKind::StackOverflow, "{mode:?}: {trap}");
    }
}

#[test]
fn simd_runs_where_the_mode_says_so_and_is_refused_elsewhere() {
    let wasm = guest(
        r#"(func (export "proxy_on_done") (param i32) (result i32)
            (i32x4.extract_lane 2 (i32x4.add (i32x4.splat (local.get 0)) (v128.const i32x4 1 2 3 4))))"#,
    );
    for mode in modes() {
        let engine = engine(mode);
        let simd = host_core::Engine::info(&engine).simd;
        match suite::compile(&engine, &wasm) {
            Ok(module) => {
                assert!(simd, "{mode:?} takes a module that it cannot run");
                let mut vm = module.instantiate(suite::host()).expect("instantiates");
                assert_eq!(suite::done(&mut *vm, 40).expect("no trap"), 43, "{mode:?}");
            }
            Err(EngineError::Compile { .. }) => assert!(!simd, "{mode:?} refuses SIMD"),
            Err(error) => panic!("{mode:?}: {error}"),
        }
    }
}

#[test]
fn many_threads_may_come_and_go() {
    for mode in modes() {
        let module = suite::compile(&engine(mode), &suite::guest()).expect("compiles");
        for _ in 0..8 {
            let module = &module;
            std::thread::scope(|scope| {
                for _ in 0..3 {
                    scope.spawn(move || {
                        let mut vm = module.instantiate(suite::host()).expect("instantiates");
                        vm.start().expect("starts");
                        let shared = suite::done(&mut *vm, suite::ask::SHARED);
                        assert_eq!(shared.expect("no trap"), 5000 + u32::from(b'h'));
                        let trap = suite::done(&mut *vm, suite::ask::OUT_OF_BOUNDS);
                        assert_eq!(trap.expect_err("trap").kind(), TrapKind::OutOfBounds);
                    });
                }
            });
        }
    }
}
