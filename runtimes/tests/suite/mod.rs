//! What every WebAssembly engine must do, whatever its mode: shared by the tests of the
//! engine crates.
#![allow(dead_code)] // Not every engine has artifacts.

use std::io::Write as _;
use std::sync::Arc;
use std::time::Duration;

use host_core::abi::Callback;
use host_core::{
    Engine, EngineError, EngineOptions, Instance, Mechanism, Module, ModuleFacts, Trap, TrapKind,
};

mod host;
pub(crate) use host::host;

/// What `proxy_on_done` of the guest does.
pub(crate) mod ask {
    pub(crate) const SEEN: u32 = 0;
    pub(crate) const UNREACHABLE: u32 = 1;
    pub(crate) const OUT_OF_BOUNDS: u32 = 2;
    pub(crate) const RECURSE: u32 = 3;
    pub(crate) const DIVIDE_BY_ZERO: u32 = 4;
    pub(crate) const EXIT: u32 = 5;
    pub(crate) const LOOP: u32 = 6;
    pub(crate) const LOG_LEVEL: u32 = 7;
    pub(crate) const SHARED: u32 = 8;
    pub(crate) const GROW: u32 = 9;
    pub(crate) const GROW_FAR: u32 = 10;
    pub(crate) const GROW_TABLE: u32 = 11;
    pub(crate) const ALLOCATOR_TRAPS: u32 = 12;
    pub(crate) const STARTED: u32 = 13;
}

pub(crate) type Open = fn(EngineOptions) -> Box<dyn Engine>;

pub(crate) fn guest() -> Vec<u8> {
    wat::parse_str(include_str!("guest.wat")).expect("the guest is valid")
}

pub(crate) fn facts(engine: &dyn Engine, wasm: &[u8]) -> Arc<ModuleFacts> {
    Arc::new(engine.inspect(wasm).expect("the guest's facts"))
}

pub(crate) fn compile(engine: &dyn Engine, wasm: &[u8]) -> Result<Arc<dyn Module>, EngineError> {
    engine.compile(wasm, &facts(engine, wasm))
}

/// A started VM of the guest.
pub(crate) fn vm(open: Open, options: EngineOptions) -> Box<dyn Instance> {
    let engine = open(options);
    let module = compile(&*engine, &guest()).expect("compiles");
    let mut vm = module.instantiate(host()).expect("instantiates");
    vm.start().expect("starts");
    vm
}

pub(crate) fn done(vm: &mut dyn Instance, what: u32) -> Result<u32, Trap> {
    vm.call(Callback::Done, &[what, 0, 0, 0, 0])
}

fn trap_kind(open: Open, options: EngineOptions, what: u32) -> TrapKind {
    done(&mut *vm(open, options), what)
        .expect_err("must trap")
        .kind()
}

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

pub(crate) fn memory_grows_up_to_its_limit_and_no_further(open: Open) {
    let mut vm = vm(
        open,
        EngineOptions {
            memory_limit: 3 << 16,
            ..EngineOptions::default()
        },
    );
    assert_eq!(vm.memory_bytes(), 2 << 16);
    assert_eq!(done(&mut *vm, ask::GROW).expect("no trap"), 2);
    assert_eq!(vm.memory_bytes(), 3 << 16);
    assert_eq!(
        done(&mut *vm, ask::GROW).expect("no trap").cast_signed(),
        -1
    );
    assert_eq!(
        done(&mut *vm, ask::GROW_FAR)
            .expect("no trap")
            .cast_signed(),
        -1
    );
    assert_eq!(
        done(&mut *vm, ask::SHARED).expect("still alive"),
        5000 + u32::from(b'h')
    );
}

pub(crate) fn tables_do_not_grow_without_end(open: Open) {
    let mut vm = vm(open, EngineOptions::default());
    assert_eq!(
        done(&mut *vm, ask::GROW_TABLE)
            .expect("no trap")
            .cast_signed(),
        -1
    );
}

pub(crate) fn a_module_that_wants_more_than_the_limit_is_refused(open: Open) {
    let engine = open(EngineOptions {
        memory_limit: 1 << 16,
        ..EngineOptions::default()
    });
    let module = compile(&*engine, &guest()).expect("compiles");
    let refused = module.instantiate(host()).err().expect("refused");
    assert!(
        matches!(refused, EngineError::Instantiate { .. }),
        "{refused}"
    );
    assert!(refused.to_string().contains("memory"), "{refused}");
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

/// The tests that every mode must pass, in a module of their own.
#[macro_export]
macro_rules! every_engine {
    ($mode:ident, $open:expr, $($more:ident),*) => {
        $crate::every_engine!($mode, $open, unless None::<String>, $($more),*);
    };
    // With the reason why the engine cannot run here, if there is one.
    ($mode:ident, $open:expr, unless $missing:expr, $($more:ident),*) => {
        mod $mode {
            use super::*;
            $crate::engine_tests!($open, || $missing, $($more),*);
            $crate::deadline_tests!($open, || $missing);
        }
    };
}

/// The tests that need no deadline, and those named, unless `$skip` answers why they cannot
/// run here.
#[macro_export]
macro_rules! engine_tests {
    ($open:expr, $skip:expr, $($more:ident),*) => {
        $crate::engine_tests!(@tests $open, $skip,
            every_signature_passes_its_arguments_and_result,
            the_callbacks_are_those_exported_and_others_answer_zero,
            initialise_runs_once_in_start_and_not_before,
            a_host_call_writes_to_the_guests_memory,
            a_host_call_enters_the_guests_allocator,
            a_trap_in_the_allocator_ends_the_callback,
            traps_are_told_apart,
            exit_zero_from_start_is_success,
            memory_grows_up_to_its_limit_and_no_further,
            tables_do_not_grow_without_end,
            a_module_that_wants_more_than_the_limit_is_refused,
            instances_share_nothing,
            an_instance_moves_to_another_thread,
            bytes_that_are_no_module_are_refused
            $(, $more)*
        );
    };
    (@tests $open:expr, $skip:expr, $($test:ident),*) => {
        $(#[test]
        fn $test() {
            if !suite::skipped($skip()) {
                suite::$test($open);
            }
        })*
    };
}

/// The tests of deadlines, unless `$skip` answers why they cannot run here.
#[macro_export]
macro_rules! deadline_tests {
    ($open:expr, $skip:expr) => {
        $crate::engine_tests!(@tests $open, $skip,
            the_deadline_ends_an_endless_loop,
            the_deadline_holds_for_start_and_start_sections,
            every_call_has_the_whole_deadline
        );
    };
}

/// Says so, past the test runner's capture, when there is a reason not to run.
pub(crate) fn skipped(reason: Option<String>) -> bool {
    if let Some(reason) = &reason {
        let _ = writeln!(std::io::stderr(), "skipped: {reason}");
    }
    reason.is_some()
}
