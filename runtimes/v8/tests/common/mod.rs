//! What the tests of all modes share. Each mode has a test executable, and so a process, of
//! its own.
#![allow(dead_code)] // Not every mode has every test.

use std::sync::{Arc, Mutex};

use host_core::{Engine, EngineError, EngineOptions, TrapKind};
use runtime_v8::{Mode, V8Engine};

use crate::suite::{ask, compile, done, guest, host};

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

/// What a guest that catches every exception makes of its own exit.
pub(crate) fn a_guest_cannot_catch_its_exit(mode: Mode) {
    let wasm = wat::parse_str(
        r#"(module
            (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
            (memory (export "memory") 1)
            (func (export "proxy_abi_version_0_2_1"))
            (func (export "proxy_on_done") (param i32) (result i32)
                try
                    (call $exit (i32.const 3))
                catch_all
                    (return (i32.const 9))
                end
                (i32.const 1)))"#,
    )
    .expect("valid");
    let engine = open(mode, EngineOptions::default());
    let module = compile(&*engine, &wasm).expect("compiles");
    let mut vm = module.instantiate(host()).expect("instantiates");
    let trap = done(&mut *vm, 0).expect_err("ended");
    assert_eq!(trap.kind(), TrapKind::Exit(3), "{trap}");
}

/// What V8 does when its own heap is full is to end the process. In its default mode it
/// collects garbage for minutes before it comes to that, so that mode is left out.
pub(crate) fn a_guest_that_fills_the_collected_heap_is_ended(mode: Mode) {
    let wasm = wat::parse_str(
        r#"(module
            (rec (type $list (struct (field (ref null $list)) (field (ref $bytes))))
                (type $bytes (array (mut i8))))
            (global $head (mut (ref null $list)) (ref.null $list))
            (memory (export "memory") 1)
            (func (export "proxy_abi_version_0_2_1"))
            (func (export "proxy_on_done") (param i32) (result i32)
                (loop $again
                    (global.set $head (struct.new $list
                        (global.get $head) (array.new $bytes (i32.const 1) (i32.const 65536))))
                    (br $again))
                (unreachable)))"#,
    )
    .expect("valid");
    let engine = open(mode, EngineOptions::default());
    let module = compile(&*engine, &wasm).expect("compiles");
    let mut vm = module.instantiate(host()).expect("instantiates");
    let trap = done(&mut *vm, 0).expect_err("ended");
    assert_eq!(trap.kind(), TrapKind::Other, "{trap}");
    assert!(trap.message().contains("heap is full"), "{trap}");
    drop(vm);
    // The process and the engine go on.
    let module = compile(&*engine, &guest()).expect("compiles");
    let mut vm = module.instantiate(host()).expect("instantiates");
    assert_eq!(
        done(&mut *vm, ask::SHARED).expect("no trap"),
        5000 + u32::from(b'h')
    );
}

/// One VM behind a lock, as under isolation `shared`; the last thread uses up the stack,
/// whose limit is its own, and ends the VM.
pub(crate) fn threads_use_an_instance_in_turn(mode: Mode) {
    let engine = open(mode, EngineOptions::default());
    let module = compile(&*engine, &guest()).expect("compiles");
    let vm = Arc::new(Mutex::new(
        module.instantiate(host()).expect("instantiates"),
    ));
    let threads = [(); 4].map(|()| {
        let vm = Arc::clone(&vm);
        std::thread::spawn(move || {
            for _ in 0..500 {
                let answer = done(&mut **vm.lock().expect("no panic"), ask::SHARED);
                assert_eq!(answer.expect("no trap"), 5000 + u32::from(b'h'));
            }
        })
    });
    for thread in threads {
        thread.join().expect("no panic");
    }
    let last = std::thread::spawn(move || {
        let trap = done(&mut **vm.lock().expect("no panic"), ask::RECURSE);
        trap.expect_err("must trap").kind()
    });
    assert_eq!(last.join().expect("no panic"), TrapKind::StackOverflow);
}
