//! Loading modules, and refusing them.

use std::sync::Arc;

use host_core::abi::{Action, Callback, PeerType};
use host_core::{ModuleFacts, StartError, TrapKind};

use crate::expect::{ensure, equal, refused};
use crate::guests::{Wat, puppet_module, wat};
use crate::item::{Checked, Fault, Item};
use crate::stage::{Setup, Stage};
use crate::subject::Limits;
use crate::Subject;

pub(super) const ITEMS: &[Item] = &[
    Item::any("load/bad-bytes", "bytes that are no module are refused, not run", bad_bytes),
    Item::wasm("load/truncated", "a truncated module is refused wherever it is cut", truncated),
    Item::wasm("load/missing-imports", "every import that is not provided is named", missing_imports),
    Item::wasm("load/retired-imports", "imports of drafts of the ABI are refused by name", retired_imports),
    Item::wasm("load/wrong-import-type", "an import with another type is refused by name", wrong_import_type),
    Item::wasm("load/wrong-callback-type", "a callback with another type is refused by name", wrong_callback_type),
    Item::wasm("load/memory-kinds", "imported, shared and 64-bit memories are refused with the remedy", memory_kinds),
    Item::wasm("load/duplicate-imports", "one import may be listed several times", duplicate_imports),
    Item::wasm("load/both-wasi-modules", "WASI is there under both of its names", both_wasi_modules),
    Item::wasm("load/start-functions", "_initialize, else _start, else __wasm_call_ctors runs once", start_functions),
    Item::sandbox("load/start-traps", "a trap in the start function is told, with its stage", start_traps),
    Item::wasm("load/malloc", "malloc serves where there is no proxy_on_memory_allocate", malloc),
    Item::wasm("load/no-allocator", "a module without an allocator gets no data and no crash", no_allocator),
    Item::wasm("load/no-memory", "a module without memory is refused or gets no data", no_memory),
    Item::wasm("load/no-callbacks", "callbacks that a module lacks are skipped", no_callbacks),
    Item::wasm("load/emscripten-helpers", "what emscripten imports and never relies on is there", emscripten_helpers),
];

fn bad_bytes(subject: &Subject) -> Checked {
    let engine = subject.engine(Limits::None)?;
    let facts = subject.puppet(Limits::None)?.facts;
    let noise: Vec<u8> = (0..4096_u32).map(|at| (at.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
    let samples = [&b""[..], b"\0asm", b"(module)", b"\x7fELF\x02\x01\x01\0", &noise];
    for bytes in samples {
        let what = format!("{} bytes {:?}", bytes.len(), &bytes[..bytes.len().min(8)]);
        refused(&what, engine.inspect(bytes), &[])?;
        // Nor may the engine believe the facts of another module; some read the text format.
        if !bytes.starts_with(b"(") {
            refused(&what, engine.compile(bytes, &facts).map(drop), &[])?;
        }
    }
    Ok(())
}

fn truncated(subject: &Subject) -> Checked {
    let engine = subject.engine(Limits::None)?;
    let module = puppet_module();
    for part in 1..40 {
        let bytes = &module[..module.len() * part / 40];
        refused(&format!("{} of {} bytes", bytes.len(), module.len()), engine.inspect(bytes), &[])?;
    }
    Ok(())
}

fn inspect(imports: &str) -> Result<ModuleFacts, host_core::ModuleError> {
    ModuleFacts::read(&Wat { imports, ..Wat::default() }.bytes())
}

fn missing_imports(subject: &Subject) -> Checked {
    let imports = r#"(import "env" "missing" (func))
        (import "env" "pcre_compile" (func (param i32) (result i32)))
        (import "wasi_snapshot_preview1" "sock_open" (func (result i32)))
        (import "other" "thing" (func))
        (import "env" "table" (table 1 funcref))"#;
    let engine = subject.engine(Limits::None)?;
    let module = Wat { imports, ..Wat::default() }.bytes();
    let names = ["missing", "pcre_compile", "sock_open", "other", "thing", "table"];
    refused("a module with unknown imports", engine.inspect(&module), &names)?;
    // Nor may an engine that is handed other facts make up the missing functions.
    let facts = Arc::new(ModuleFacts::read(&wat(""))?);
    let started = engine.compile(&module, &facts).map_err(Fault::from).and_then(|module| {
        let compiled = crate::subject::Compiled { module, facts };
        Setup::new("").start_guest(&compiled)
    });
    ensure!(started.is_err(), "the engine ran a module whose imports are not there");
    Ok(())
}

fn retired_imports(_: &Subject) -> Checked {
    for name in ["_proxy_log", "_proxy_getConfiguration", "proxy_set_active_span_tag", "proxy_getHeaderMapValue"] {
        let imports = format!(r#"(import "env" {name:?} (func (param i32 i32 i32) (result i32)))"#);
        refused(name, inspect(&imports), &[name])?;
    }
    Ok(())
}

fn wrong_import_type(_: &Subject) -> Checked {
    for (name, ty) in [
        ("proxy_done", "(param i32) (result i32)"),
        ("proxy_get_header_map_value", "(param i32 i32 i32) (result i32)"),
        ("proxy_record_metric", "(param i32 i32) (result i32)"),
        ("proxy_continue_stream", "(param i32)"),
    ] {
        let imports = format!(r#"(import "env" {name:?} (func {ty}))"#);
        refused(name, inspect(&imports), &[name])?;
    }
    Ok(())
}

fn wrong_callback_type(_: &Subject) -> Checked {
    for callback in Callback::ALL {
        let name = callback.export();
        let body = format!(r#"(func (export {name:?}) (param i64) (result i64) (local.get 0))"#);
        refused(name, ModuleFacts::read(&wat(&body)), &[name])?;
    }
    let body = r#"(global (export "proxy_on_tick") i32 (i32.const 0))"#;
    refused("a callback that is no function", ModuleFacts::read(&wat(body)), &["proxy_on_tick"])?;
    Ok(())
}

fn memory_kinds(subject: &Subject) -> Checked {
    let engine = subject.engine(Limits::None)?;
    for (memory, word) in [
        (r#"(import "env" "memory" (memory 1))"#, "memory"),
        (r#"(memory (export "memory") i64 1)"#, "64"),
        (r#"(memory (export "memory") 1 1 shared)"#, "shared"),
    ] {
        // These have no functions, as addresses of 64 bits fit none of the suite's.
        let text = format!(r#"(module {memory} (func (export "proxy_abi_version_0_2_1")))"#);
        let module = ::wat::parse_str(&text)?;
        refused(memory, engine.inspect(&module), &[word])?;
    }
    Ok(())
}

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
            Ok(_) => return Err(Fault::Failed(format!("{name} trapped and the VM was started"))),
        }
    }
    // WebAssembly's own start section runs when the instance is made.
    let guest = subject.compile(Limits::None, &wat("(start $main) (func $main (unreachable))"))?;
    refused("a start section that traps", Setup::new("").try_start_guest(&guest).map(drop), &[])?;
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
        let module = Wat { imports: GET, allocator, body: READER, ..Wat::default() };
        let guest = subject.compile(Limits::None, &module.bytes())?;
        let mut stage = Setup::new("hello").start_guest(&guest)?;
        stage.said(&["0", "hello"])?;
    }
    Ok(())
}

fn no_allocator(subject: &Subject) -> Checked {
    let module = Wat { imports: GET, allocator: "", body: READER, ..Wat::default() };
    let guest = subject.compile(Limits::None, &module.bytes())?;
    let mut stage = Setup::new("hello").start_guest(&guest)?;
    let heard = stage.hear();
    ensure!(heard[0] != "0", "the host wrote data although nothing could allocate it");
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
    equal("request body", stage.vm.on_request_body(id, b"x", true)?, Action::Continue)?;
    equal("request trailers", stage.vm.on_request_trailers(id)?, Action::Continue)?;
    equal("response headers", stage.response(id, &[], false)?, Action::Continue)?;
    equal("response body", stage.vm.on_response_body(id, b"x", true)?, Action::Continue)?;
    equal("response trailers", stage.vm.on_response_trailers(id)?, Action::Continue)?;
    stage.vm.on_tick(stage.root)?;
    stage.vm.on_queue_ready(stage.root, 1)?;
    stage.vm.on_foreign_function(stage.root, 1, b"")?;
    stage.finish(id)?;
    let id = stage.connect()?;
    equal("new connection", stage.vm.on_new_connection(id)?, Action::Continue)?;
    equal("downstream data", stage.vm.on_downstream_data(id, b"x", false)?, Action::Continue)?;
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
