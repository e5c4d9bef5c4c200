//! Loading modules, and refusing them.

use std::sync::Arc;

use host_core::ModuleFacts;
use host_core::abi::Callback;

use crate::Subject;
use crate::expect::{ensure, refused};
use crate::guests::{Wat, puppet_module, wat};
use crate::item::{Checked, Fault, Item};
use crate::stage::Setup;
use crate::subject::Limits;

pub(super) const ITEMS: &[Item] = &[
    Item::any(
        "load/bad-bytes",
        "bytes that are no module are refused, not run",
        bad_bytes,
    ),
    Item::wasm(
        "load/truncated",
        "a truncated module is refused wherever it is cut",
        truncated,
    ),
    Item::wasm(
        "load/missing-imports",
        "every import that is not provided is named",
        missing_imports,
    ),
    Item::wasm(
        "load/retired-imports",
        "imports of drafts of the ABI are refused by name",
        retired_imports,
    ),
    Item::wasm(
        "load/wrong-import-type",
        "an import with another type is refused by name",
        wrong_import_type,
    ),
    Item::wasm(
        "load/wrong-callback-type",
        "a callback with another type is refused by name",
        wrong_callback_type,
    ),
    Item::wasm(
        "load/memory-kinds",
        "imported, shared and 64-bit memories are refused with the remedy",
        memory_kinds,
    ),
];

fn bad_bytes(subject: &Subject) -> Checked {
    let engine = subject.engine(Limits::None)?;
    let facts = subject.puppet(Limits::None)?.facts;
    let noise: Vec<u8> = (0..4096_u32)
        .map(|at| (at.wrapping_mul(2_654_435_761) >> 13) as u8)
        .collect();
    let samples = [
        &b""[..],
        b"\0asm",
        b"(module)",
        b"\x7fELF\x02\x01\x01\0",
        &noise,
    ];
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
        refused(
            &format!("{} of {} bytes", bytes.len(), module.len()),
            engine.inspect(bytes),
            &[],
        )?;
    }
    Ok(())
}

fn inspect(imports: &str) -> Result<ModuleFacts, host_core::ModuleError> {
    ModuleFacts::read(
        &Wat {
            imports,
            ..Wat::default()
        }
        .bytes(),
    )
}

fn missing_imports(subject: &Subject) -> Checked {
    let imports = r#"(import "env" "missing" (func))
        (import "env" "pcre_compile" (func (param i32) (result i32)))
        (import "wasi_snapshot_preview1" "sock_open" (func (result i32)))
        (import "other" "thing" (func))
        (import "env" "table" (table 1 funcref))"#;
    let engine = subject.engine(Limits::None)?;
    let module = Wat {
        imports,
        ..Wat::default()
    }
    .bytes();
    let names = [
        "missing",
        "pcre_compile",
        "sock_open",
        "other",
        "thing",
        "table",
    ];
    refused(
        "a module with unknown imports",
        engine.inspect(&module),
        &names,
    )?;
    // Nor may an engine that is handed other facts make up the missing functions.
    let facts = Arc::new(ModuleFacts::read(&wat(""))?);
    let started = engine
        .compile(&module, &facts)
        .map_err(Fault::from)
        .and_then(|module| {
            let compiled = crate::subject::Compiled { module, facts };
            Setup::new("").start_guest(&compiled)
        });
    ensure!(
        started.is_err(),
        "the engine ran a module whose imports are not there"
    );
    Ok(())
}

fn retired_imports(_: &Subject) -> Checked {
    for name in [
        "_proxy_log",
        "_proxy_getConfiguration",
        "proxy_set_active_span_tag",
        "proxy_getHeaderMapValue",
    ] {
        let imports = format!(r#"(import "env" {name:?} (func (param i32 i32 i32) (result i32)))"#);
        refused(name, inspect(&imports), &[name])?;
    }
    Ok(())
}

fn wrong_import_type(_: &Subject) -> Checked {
    for (name, ty) in [
        ("proxy_done", "(param i32) (result i32)"),
        (
            "proxy_get_header_map_value",
            "(param i32 i32 i32) (result i32)",
        ),
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
    refused(
        "a callback that is no function",
        ModuleFacts::read(&wat(body)),
        &["proxy_on_tick"],
    )?;
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
