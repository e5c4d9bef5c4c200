//! Modules of all shapes that load and start.

use host_core::abi::{Action, PeerType};
use host_core::{StartError, TrapKind};

use crate::Subject;
use crate::expect::{ensure, equal, refused};
use crate::guests::{Wat, wat};
use crate::item::{Checked, Fault, Item};
use crate::stage::{Setup, Stage};
use crate::subject::Limits;

pub(super) const ITEMS: &[Item] = &[
    Item::wasm(
        "load/duplicate-imports",
        "one import may be listed several times",
        duplicate_imports,
    ),
    Item::wasm(
        "load/both-wasi-modules",
        "WASI is there under both of its names",
        both_wasi_modules,
    ),
    Item::wasm(
        "load/start-functions",
        "_initialize, else _start, else __wasm_call_ctors runs once",
        start_functions,
    ),
    Item::sandbox(
        "load/start-traps",
        "a trap in the start function is told, with its stage",
        start_traps,
    ),
    Item::wasm(
        "load/malloc",
        "malloc serves where there is no proxy_on_memory_allocate",
        malloc,
    ),
    Item::wasm(
        "load/no-allocator",
        "a module without an allocator gets no data and no crash",
        no_allocator,
    ),
    Item::wasm(
        "load/no-memory",
        "a module without memory is refused or gets no data",
        no_memory,
    ),
    Item::wasm(
        "load/no-callbacks",
        "callbacks that a module lacks are skipped",
        no_callbacks,
    ),
    Item::wasm(
        "load/emscripten-helpers",
        "what emscripten imports and never relies on is there",
        emscripten_helpers,
    ),
];

fn duplicate_imports(subject: &Subject) -> Checked {
    let module = Wat {
        imports: r#"
            (import "env" "proxy_done" (func (result i32)))
            (import "env" "proxy_done" (func (result i32)))
            (import "env" "proxy_log" (func $again (param i32 i32 i32) (result i32)))
            (import "wasi_snapshot_preview1" "sched_yield" (func (result i32)))
            (import "wasi_snapshot_preview1" "sched_yield" (func $yield (result i32)))"#,
        body: r#"(data (i32.const 64) "twice")
            (func (export "proxy_on_tick") (param i32)
                (drop (call $yield))
                (drop (call $again (i32.const 2) (i32.const 64) (i32.const 5)))
                (call $say (i32.const 64) (i32.const 5)))"#,
        ..Wat::default()
    };
    let mut stage = Stage::of(&subject.compile(Limits::None, &module.bytes())?)?;
    stage.vm.on_tick(stage.root)?;
    stage.said(&["twice", "twice"])
}

fn both_wasi_modules(subject: &Subject) -> Checked {
    let module = Wat {
        imports: r#"
            (import "wasi_unstable" "clock_time_get" (func $old (param i32 i64 i32) (result i32)))
            (import "wasi_snapshot_preview1" "clock_time_get" (func $new (param i32 i64 i32) (result i32)))"#,
        body: r#"(func (export "proxy_on_tick") (param i32)
                (drop (call $old (i32.const 0) (i64.const 1) (i32.const 64)))
                (drop (call $new (i32.const 0) (i64.const 1) (i32.const 72)))
                (if (i64.eq (i64.load (i32.const 64)) (i64.load (i32.const 72)))
                    (then (i32.store8 (i32.const 80) (i32.const 61))))
                (call $say (i32.const 80) (i32.const 1)))"#,
        ..Wat::default()
    };
    let mut stage = Stage::of(&subject.compile(Limits::None, &module.bytes())?)?;
    stage.vm.on_tick(stage.root)?;
    stage.said(&["="])
}

fn start_functions(subject: &Subject) -> Checked {
    let all = ["_initialize", "_start", "__wasm_call_ctors"];
    for first in 0..=all.len() {
        let mut body = r#"(global $ran (mut i32) (i32.const 48))"#.to_owned();
        for (place, name) in all.iter().enumerate().skip(first) {
            // Each adds its own weight, so that a second call shows.
            body.push_str(&format!(
                r#"(func (export {name:?}) (global.set $ran (i32.add (global.get $ran) (i32.const {}))))"#,
                place + 1
            ));
        }
        body.push_str(
            r#"(func (export "proxy_on_tick") (param i32)
                (i32.store8 (i32.const 64) (global.get $ran)) (call $say (i32.const 64) (i32.const 1)))"#,
        );
        let mut stage = Stage::of(&subject.compile(Limits::None, &wat(&body))?)?;
        stage.vm.on_tick(stage.root)?;
        let ran = if first < all.len() { first + 1 } else { 0 };
        stage.said(&[&ran.to_string()])?;
    }
    Ok(())
}

fn start_traps(subject: &Subject) -> Checked {
    for name in ["_initialize", "_start", "__wasm_call_ctors"] {
        let body = format!(r#"(func (export {name:?}) (unreachable))"#);
        let guest = subject.compile(Limits::None, &wat(&body))?;
        match Setup::new("").try_start_guest(&guest) {
            Err(StartError::Trapped { stage, trap }) => {
                equal("stage", stage, name)?;
                equal("kind", trap.kind(), TrapKind::Unreachable)?;
            }
            Err(error) => return Err(Fault::Failed(format!("{name}: {error}"))),
            Ok(_) => {
                return Err(Fault::Failed(format!(
                    "{name} trapped and the VM was started"
                )));
            }
        }
    }
    // WebAssembly's own start section runs when the instance is made.
    let guest = subject.compile(
        Limits::None,
        &wat("(start $main) (func $main (unreachable))"),
    )?;
    refused(
        "a start section that traps",
        Setup::new("").try_start_guest(&guest).map(drop),
        &[],
    )?;
    Ok(())
}

/// Reads its configuration and logs it; `{allocator}` is what gives the host memory.
const READER: &str = r#"
    (func (export "proxy_on_configure") (param i32 i32) (result i32)
        (i32.store8 (i32.const 64)
            (i32.add (i32.const 48)
                (call $get (i32.const 7) (i32.const 0) (local.get 1) (i32.const 72) (i32.const 76))))
        (call $say (i32.const 64) (i32.const 1))
        (call $say (i32.load (i32.const 72)) (i32.load (i32.const 76)))
        (i32.const 1))"#;

const GET: &str = r#"(import "env" "proxy_get_buffer_bytes" (func $get (param i32 i32 i32 i32 i32) (result i32)))"#;

fn malloc(subject: &Subject) -> Checked {
    let malloc = r#"(func (export "malloc") (param i32) (result i32) (i32.const 70000))"#;
    let both = r#"(func (export "malloc") (param i32) (result i32) (unreachable))
        (func (export "proxy_on_memory_allocate") (param i32) (result i32) (i32.const 70000))"#;
    for allocator in [malloc, both] {
        let module = Wat {
            imports: GET,
            allocator,
            body: READER,
            ..Wat::default()
        };
        let guest = subject.compile(Limits::None, &module.bytes())?;
        let mut stage = Setup::new("hello").start_guest(&guest)?;
        stage.said(&["0", "hello"])?;
    }
    Ok(())
}

fn no_allocator(subject: &Subject) -> Checked {
    let module = Wat {
        imports: GET,
        allocator: "",
        body: READER,
        ..Wat::default()
    };
    let guest = subject.compile(Limits::None, &module.bytes())?;
    let mut stage = Setup::new("hello").start_guest(&guest)?;
    let heard = stage.hear();
    ensure!(
        heard[0] != "0",
        "the host wrote data although nothing could allocate it"
    );
    equal("data", heard[1].as_str(), "")?;
    // Nothing to give needs no allocator.
    let mut stage = Setup::new("").start_guest(&guest)?;
    stage.said(&["0", ""])
}

fn no_memory(subject: &Subject) -> Checked {
    let text = r#"(module
        (import "env" "proxy_log" (func $log (param i32 i32 i32) (result i32)))
        (import "env" "proxy_get_log_level" (func $level (param i32) (result i32)))
        (func (export "proxy_abi_version_0_2_1"))
        (func (export "proxy_on_vm_start") (param i32 i32) (result i32)
            (i32.and
                (i32.ne (i32.const 0) (call $log (i32.const 2) (i32.const 0) (i32.const 1)))
                (i32.ne (i32.const 0) (call $level (i32.const 0))))))"#;
    let module = ::wat::parse_str(text)?;
    let engine = subject.engine(Limits::None)?;
    if engine.inspect(&module).is_err() {
        return Ok(());
    }
    // False, and so refused, when a host call claimed to have read or written memory.
    Stage::of(&subject.compile(Limits::None, &module)?).map(drop)
}

fn no_callbacks(subject: &Subject) -> Checked {
    let mut stage = Stage::of(&subject.compile(Limits::None, &wat(""))?)?;
    equal("callbacks", stage.vm.callbacks().iter().count(), 0)?;
    let (id, action) = stage.request(&[], false)?;
    equal("request headers", action, Action::Continue)?;
    equal(
        "request body",
        stage.vm.on_request_body(id, b"x", true)?,
        Action::Continue,
    )?;
    equal(
        "request trailers",
        stage.vm.on_request_trailers(id)?,
        Action::Continue,
    )?;
    equal(
        "response headers",
        stage.response(id, &[], false)?,
        Action::Continue,
    )?;
    equal(
        "response body",
        stage.vm.on_response_body(id, b"x", true)?,
        Action::Continue,
    )?;
    equal(
        "response trailers",
        stage.vm.on_response_trailers(id)?,
        Action::Continue,
    )?;
    stage.vm.on_tick(stage.root)?;
    stage.vm.on_queue_ready(stage.root, 1)?;
    stage.vm.on_foreign_function(stage.root, 1, b"")?;
    stage.finish(id)?;
    let id = stage.connect()?;
    equal(
        "new connection",
        stage.vm.on_new_connection(id)?,
        Action::Continue,
    )?;
    equal(
        "downstream data",
        stage.vm.on_downstream_data(id, b"x", false)?,
        Action::Continue,
    )?;
    stage.vm.on_upstream_data(id, b"x", false)?;
    stage.vm.on_downstream_close(id, PeerType::Local)?;
    stage.vm.on_upstream_close(id, PeerType::Local)?;
    stage.finish(id)?;
    Ok(())
}

fn emscripten_helpers(subject: &Subject) -> Checked {
    let module = Wat {
        imports: r#"
            (import "env" "pthread_equal" (func $equal (param i32 i32) (result i32)))
            (import "env" "emscripten_notify_memory_growth" (func $grown (param i32)))"#,
        body: r#"(func (export "proxy_on_tick") (param i32)
                (drop (memory.grow (i32.const 1)))
                (call $grown (i32.const 0))
                (i32.store8 (i32.const 64) (i32.add (i32.const 48) (call $equal (i32.const 5) (i32.const 5))))
                (i32.store8 (i32.const 65) (i32.add (i32.const 48) (call $equal (i32.const 5) (i32.const 6))))
                (call $say (i32.const 64) (i32.const 2)))"#,
        ..Wat::default()
    };
    let mut stage = Stage::of(&subject.compile(Limits::None, &module.bytes())?)?;
    stage.vm.on_tick(stage.root)?;
    stage.said(&["10"])?;
    Ok(())
}
