//! The guest's allocator, which host calls depend on.

use host_core::TrapKind;

use crate::Subject;
use crate::expect::{ensure, trapped};
use crate::guests::Wat;
use crate::item::{Checked, Item};
use crate::stage::Stage;
use crate::subject::Limits;

pub(super) const ITEMS: &[Item] = &[
    Item::sandbox(
        "allocator/traps",
        "a trap in the allocator ends the VM",
        allocator_traps,
    ),
    Item::sandbox(
        "allocator/null",
        "an allocator that has nothing left fails the call",
        allocator_null,
    ),
    Item::sandbox(
        "allocator/wild",
        "an allocator that answers a wild address fails the call",
        allocator_wild,
    ),
    Item::wasm("allocator/logs", "the allocator may log", allocator_logs),
    Item::sandbox(
        "allocator/reenters",
        "the allocator may make no other host call",
        allocator_reenters,
    ),
];

/// A guest whose allocator is `allocator` and which asks for a property on each tick, then
/// logs the status.
fn asking(allocator: &str, imports: &str) -> Vec<u8> {
    let imports = format!(
        r#"(import "env" "proxy_get_property" (func $get (param i32 i32 i32 i32) (result i32))) {imports}"#
    );
    Wat {
        imports: &imports,
        allocator,
        body: r#"(data (i32.const 64) "plugin_name")
            (global $inner (mut i32) (i32.const 48))
            (func (export "proxy_on_tick") (param i32)
                (i32.store8 (i32.const 96)
                    (i32.add (i32.const 48)
                        (call $get (i32.const 64) (i32.const 11) (i32.const 80) (i32.const 84))))
                (i32.store8 (i32.const 97) (global.get $inner))
                (call $say (i32.const 96) (i32.const 2)))"#,
        ..Wat::default()
    }
    .bytes()
}

fn allocator(result: &str) -> String {
    format!(r#"(func (export "proxy_on_memory_allocate") (param i32) (result i32) {result})"#)
}

fn allocator_traps(subject: &Subject) -> Checked {
    let guest = subject.compile(Limits::None, &asking(&allocator("(unreachable)"), ""))?;
    let mut stage = Stage::of(&guest)?;
    trapped(
        "an allocator that traps",
        stage.vm.on_tick(stage.root),
        &[TrapKind::Unreachable],
    )?;
    trapped(
        "the next callback",
        stage.vm.on_tick(stage.root),
        &[TrapKind::Dead],
    )
}

fn failed_status(subject: &Subject, result: &str) -> Checked {
    let guest = subject.compile(Limits::None, &asking(&allocator(result), ""))?;
    let mut stage = Stage::of(&guest)?;
    stage.vm.on_tick(stage.root)?;
    let heard = stage.hear();
    ensure!(
        heard.len() == 1 && !heard[0].starts_with('0'),
        "the call with {result} answered {heard:?}"
    );
    stage.vm.on_tick(stage.root)?;
    Ok(())
}

fn allocator_null(subject: &Subject) -> Checked {
    failed_status(subject, "(i32.const 0)")
}

fn allocator_wild(subject: &Subject) -> Checked {
    for address in ["-1", "0x80000000", "262144", "262140"] {
        failed_status(subject, &format!("(i32.const {address})"))?;
    }
    Ok(())
}

fn allocator_logs(subject: &Subject) -> Checked {
    let allocator = allocator("(call $say (i32.const 64) (i32.const 6)) (i32.const 70000)");
    let guest = subject.compile(Limits::None, &asking(&allocator, ""))?;
    let mut stage = Stage::of(&guest)?;
    stage.vm.on_tick(stage.root)?;
    stage.said(&["plugin", "00"])
}

fn allocator_reenters(subject: &Subject) -> Checked {
    // The inner status must be a failure; the outer call goes on.
    let allocator = allocator(
        "(global.set $inner (i32.add (i32.const 48) (call $size (i32.const 0) (i32.const 128)))) (i32.const 70000)",
    );
    let imports =
        r#"(import "env" "proxy_get_header_map_size" (func $size (param i32 i32) (result i32)))"#;
    let guest = subject.compile(Limits::None, &asking(&allocator, imports))?;
    let mut stage = Stage::of(&guest)?;
    stage.vm.on_tick(stage.root)?;
    // 10 is INTERNAL_FAILURE, a colon in this spelling.
    stage.said(&["0:"])?;
    Ok(())
}
