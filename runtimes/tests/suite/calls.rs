//! Callbacks and host calls.

use host_core::abi::Callback;
use host_core::{EngineError, EngineOptions, TrapKind};

use super::{Open, ask, compile, done, facts, guest, host, vm};

pub(crate) fn every_signature_passes_its_arguments_and_result(open: Open) {
    let vm = &mut *vm(open, EngineOptions::default());
    let arguments = [1, 2, 3, 4, 5];
    for (callback, result, seen) in [
        (Callback::ContextCreate, 0, 21),
        (Callback::Log, 0, 1),
        (Callback::VmStart, 1, 1),
        (Callback::RequestHeaders, 321, 1),
        (Callback::GrpcClose, 0, 6),
        (Callback::HttpCallResponse, 0, 54_321),
    ] {
        assert_eq!(
            vm.call(callback, &arguments).expect("no trap"),
            result,
            "{callback:?}"
        );
        assert_eq!(done(vm, ask::SEEN).expect("no trap"), seen, "{callback:?}");
    }
}

pub(crate) fn the_callbacks_are_those_exported_and_others_answer_zero(open: Open) {
    let mut vm = vm(open, EngineOptions::default());
    let callbacks = vm.callbacks();
    assert!(callbacks.contains(Callback::Done) && !callbacks.contains(Callback::Tick));
    assert_eq!(vm.call(Callback::Tick, &[9; 5]).expect("no trap"), 0);
}

pub(crate) fn initialise_runs_once_in_start_and_not_before(open: Open) {
    let engine = open(EngineOptions::default());
    let module = compile(&*engine, &guest()).expect("compiles");
    let mut vm = module.instantiate(host()).expect("instantiates");
    assert_eq!(done(&mut *vm, ask::STARTED).expect("no trap"), 0);
    vm.start().expect("starts");
    assert_eq!(done(&mut *vm, ask::STARTED).expect("no trap"), 1);
}

pub(crate) fn a_host_call_writes_to_the_guests_memory(open: Open) {
    let mut vm = vm(open, EngineOptions::default());
    let answer = done(&mut *vm, ask::LOG_LEVEL).expect("no trap");
    assert!(
        answer <= 5,
        "status {} level {}",
        answer / 1000,
        answer % 1000
    );
}

pub(crate) fn a_host_call_enters_the_guests_allocator(open: Open) {
    let mut vm = vm(open, EngineOptions::default());
    for _ in 0..3 {
        assert_eq!(
            done(&mut *vm, ask::SHARED).expect("no trap"),
            5000 + u32::from(b'h')
        );
    }
}

pub(crate) fn instances_share_nothing(open: Open) {
    let engine = open(EngineOptions::default());
    let module = compile(&*engine, &guest()).expect("compiles");
    let mut first = module.instantiate(host()).expect("instantiates");
    let mut second = module.instantiate(host()).expect("instantiates");
    first
        .call(Callback::Log, &[7, 0, 0, 0, 0])
        .expect("no trap");
    assert_eq!(done(&mut *second, ask::SEEN).expect("no trap"), 0);
    assert_eq!(done(&mut *first, ask::SEEN).expect("no trap"), 7);
}

pub(crate) fn an_instance_moves_to_another_thread(open: Open) {
    let mut vm = vm(open, EngineOptions::default());
    assert_eq!(
        done(&mut *vm, ask::SHARED).expect("no trap"),
        5000 + u32::from(b'h')
    );
    let moved = std::thread::spawn(move || {
        assert_eq!(
            done(&mut *vm, ask::SHARED).expect("no trap"),
            5000 + u32::from(b'h')
        );
        done(&mut *vm, ask::UNREACHABLE)
            .expect_err("must trap")
            .kind()
    });
    assert_eq!(moved.join().expect("no panic"), TrapKind::Unreachable);
}

pub(crate) fn bytes_that_are_no_module_are_refused(open: Open) {
    let engine = open(EngineOptions::default());
    let guest = guest();
    let facts = facts(&*engine, &guest);
    for bytes in [&b""[..], b"\0asm", b"GIF89a", &guest[..guest.len() / 2]] {
        let refused = engine.compile(bytes, &facts).err().expect("refused");
        assert!(matches!(refused, EngineError::Compile { .. }), "{refused}");
    }
}
