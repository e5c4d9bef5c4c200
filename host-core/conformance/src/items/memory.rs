//! Memory, time and stack of guests that want too much.

use host_core::TrapKind;

use crate::Subject;
use crate::expect::{ensure, equal, refused, trapped};
use crate::guests::{Wat, wat};
use crate::item::{Checked, Fault, Item};
use crate::stage::{Setup, Stage};
use crate::subject::{Limits, MEMORY_LIMIT};

pub(super) const ITEMS: &[Item] = &[
    Item::any(
        "memory/little-endian",
        "numbers of 32 and 64 bits come as the guest reads them",
        little_endian,
    ),
    Item::sandbox(
        "memory/out-of-bounds",
        "a pointer beyond memory is INVALID_MEMORY_ACCESS, and the VM goes on",
        out_of_bounds,
    ),
    Item::wasm(
        "memory/grown",
        "memory that grew inside a host call's allocation is used",
        grown,
    ),
    Item::sandbox(
        "memory/limit",
        "memory.grow beyond the limit fails and the VM goes on",
        limit,
    ),
    Item::sandbox(
        "memory/minimum",
        "a module whose minimum is beyond the limit is refused",
        minimum,
    ),
    Item::sandbox(
        "memory/bomb",
        "a guest that takes all it can get is contained",
        bomb,
    ),
    Item::sandbox(
        "memory/table-bomb",
        "a guest that grows its table for ever is contained",
        table_bomb,
    ),
    Item::sandbox(
        "memory/recursion",
        "endless recursion ends the VM, not the process",
        recursion,
    ),
    Item::sandbox(
        "memory/recursion-through-host",
        "recursion through host calls and the allocator is contained",
        recursion_through_host,
    ),
    Item::sandbox(
        "memory/access",
        "an access out of bounds ends the VM",
        access,
    ),
    Item::sandbox(
        "memory/arithmetic",
        "a division by zero ends the VM",
        arithmetic,
    ),
];

fn little_endian(subject: &Subject) -> Checked {
    let mut stage = Stage::new(
        subject,
        "on tick
         get_current_time_nanoseconds out64
         quiet define_metric 1 \"m\" out1
         record_metric $1 0x1122334455667788
         get_metric $1 out64
         get_log_level out",
    )?;
    stage.vm.on_tick(stage.root)?;
    stage.said(&[
        "get_current_time_nanoseconds 0 72623859790382856",
        "record_metric 0",
        "get_metric 0 1234605616436508552",
        "get_log_level 0 0",
    ])
}

fn out_of_bounds(subject: &Subject) -> Checked {
    let mut stage = Stage::new(
        subject,
        "on request_headers
         log 2 end 1
         log 2 end-1 2
         log 2 0xffffffff 1
         log 2 8 0xffffffff
         log 2 end 0
         get_header_map_value 0 end 4 data
         get_header_map_size 0 end-1
         get_header_map_value 0 \":path\" 0xfffffffc 64
         get_header_map_value 0 \":path\" data",
    )?;
    stage.get(&[])?;
    let said = stage.hear();
    let said: Vec<&str> = said
        .iter()
        .map(String::as_str)
        .filter(|line| !line.starts_with("> "))
        .collect();
    equal("wild ranges", &said[..4], ["log 6"; 4])?;
    // An empty range at the very end is fine, and an empty line for the log.
    equal(
        "the rest",
        &said[said.len() - 4..],
        [
            "get_header_map_value 6",
            "get_header_map_size 6",
            "get_header_map_value 6",
            "get_header_map_value 0 /a?b=1",
        ],
    )?;
    stage.alive()
}

fn grown(subject: &Subject) -> Checked {
    let module = Wat {
        imports: r#"(import "env" "proxy_get_buffer_bytes" (func $get (param i32 i32 i32 i32 i32) (result i32)))"#,
        memory: r#"(memory (export "memory") 1)"#,
        // Every allocation is on a page of its own that did not exist before.
        allocator: r#"(func (export "proxy_on_memory_allocate") (param i32) (result i32)
            (i32.mul (memory.grow (i32.const 1)) (i32.const 65536)))"#,
        body: r#"(func (export "proxy_on_configure") (param i32 i32) (result i32)
            (drop (call $get (i32.const 7) (i32.const 0) (local.get 1) (i32.const 72) (i32.const 76)))
            (call $say (i32.load (i32.const 72)) (i32.load (i32.const 76)))
            (drop (call $get (i32.const 7) (i32.const 0) (local.get 1) (i32.const 72) (i32.const 76)))
            (call $say (i32.load (i32.const 72)) (i32.load (i32.const 76)))
            (i32.const 1))"#,
        ..Wat::default()
    };
    let guest = subject.compile(Limits::None, &module.bytes())?;
    let mut stage = Setup::new("hello").start_guest(&guest)?;
    stage.said(&["hello", "hello"])?;
    equal("memory", stage.vm.memory_bytes(), 3 * 65_536)
}

fn limit(subject: &Subject) -> Checked {
    subject.needs(subject.info().memory_limit, "memory limit")?;
    let mut stage = Setup::new("on tick\ngrow 1000\ngrow 1\ngrow 100000")
        .limits(Limits::Memory)
        .start(subject)?;
    stage.vm.on_tick(stage.root)?;
    stage.said(&["grow no", "grow yes", "grow no"])?;
    ensure!(
        stage.vm.memory_bytes() <= MEMORY_LIMIT,
        "the VM has {} bytes",
        stage.vm.memory_bytes()
    );
    stage.alive()
}

fn minimum(subject: &Subject) -> Checked {
    subject.needs(subject.info().memory_limit, "memory limit")?;
    let module = Wat {
        memory: r#"(memory (export "memory") 1000)"#,
        ..Wat::default()
    }
    .bytes();
    let result = subject
        .compile(Limits::Memory, &module)
        .and_then(|guest| Stage::of(&guest).map(drop));
    match result {
        Err(Fault::Failed(reason)) => {
            refused("a minimum beyond the limit", Err::<(), _>(reason), &[]).map(drop)
        }
        Err(other) => Err(other),
        Ok(()) => Err("a module with 62 MiB was started under a limit of 4 MiB".into()),
    }
}

/// A loop that grows by `step` pages until it cannot, touches each, and says how far it came.
fn bomb(subject: &Subject) -> Checked {
    subject.needs(subject.info().memory_limit, "memory limit")?;
    let guest = subject.named(Limits::Memory, "bomb", || {
        wat(
            r#"(func (export "proxy_on_tick") (param i32) (local $page i32)
            (block $full
                (loop $more
                    (local.set $page (memory.grow (i32.const 1)))
                    (br_if $full (i32.eq (local.get $page) (i32.const -1)))
                    (i32.store (i32.mul (local.get $page) (i32.const 65536)) (i32.const 1))
                    (br $more)))
            (i32.store8 (i32.const 64) (i32.add (i32.const 32) (memory.size)))
            (call $say (i32.const 64) (i32.const 1)))"#,
        )
    })?;
    let mut stage = Stage::of(&guest)?;
    stage.vm.on_tick(stage.root)?;
    let pages = (MEMORY_LIMIT / 65_536) as u8;
    stage.said(&[&char::from(32 + pages).to_string()])?;
    ensure!(
        stage.vm.memory_bytes() <= MEMORY_LIMIT,
        "the VM has {} bytes",
        stage.vm.memory_bytes()
    );
    stage.alive()
}

fn table_bomb(subject: &Subject) -> Checked {
    let guest = subject.compile(
        Limits::Memory,
        &wat(r#"(table $t 1 funcref)
            (data (i32.const 64) "full")
            (func (export "proxy_on_tick") (param i32) (local $rounds i32)
                (block $full
                    (loop $more
                        (br_if $full (i32.eq (i32.const -1) (table.grow $t (ref.null func) (i32.const 100000))))
                        (local.set $rounds (i32.add (local.get $rounds) (i32.const 1)))
                        (br_if $more (i32.lt_u (local.get $rounds) (i32.const 1000)))
                        (unreachable)))
                (call $say (i32.const 64) (i32.const 4)))"#),
    )?;
    let mut stage = Stage::of(&guest)?;
    stage.vm.on_tick(stage.root)?;
    stage.said(&["full"])
}

fn recursion(subject: &Subject) -> Checked {
    let guest = subject.named(Limits::None, "recursion", || {
        // A subtraction, because compilers make a loop of recursion that only adds up.
        wat(r#"(func $down (param i32) (result i32)
                (i32.sub (i32.const 1) (call $down (i32.add (local.get 0) (i32.const 1)))))
            (func (export "proxy_on_tick") (param i32)
                (i32.store (i32.const 64) (call $down (local.get 0))))"#)
    })?;
    for _ in 0..2 {
        let mut stage = Stage::of(&guest)?;
        trapped(
            "endless recursion",
            stage.vm.on_tick(stage.root),
            &[TrapKind::StackOverflow],
        )?;
    }
    let mut stage = Stage::new(subject, "on tick\nrecurse")?;
    trapped(
        "the puppet's endless recursion",
        stage.vm.on_tick(stage.root),
        &[TrapKind::StackOverflow, TrapKind::OutOfBounds],
    )
}

fn recursion_through_host(subject: &Subject) -> Checked {
    let module = Wat {
        imports: r#"(import "env" "proxy_get_property" (func $get (param i32 i32 i32 i32) (result i32)))"#,
        allocator: r#"(func $allocate (export "proxy_on_memory_allocate") (param i32) (result i32)
            (call $ask) (i32.const 70000))"#,
        body: r#"(data (i32.const 64) "plugin_name")
            (func $ask (drop (call $get (i32.const 64) (i32.const 11) (i32.const 80) (i32.const 84))))
            (func (export "proxy_on_tick") (param i32)
                (call $ask)
                (call $say (i32.load (i32.const 80)) (i32.load (i32.const 84))))"#,
        ..Wat::default()
    };
    let mut stage = Stage::of(&subject.compile(Limits::None, &module.bytes())?)?;
    stage.vm.on_tick(stage.root)?;
    stage.said(&["puppet"])
}

fn access(subject: &Subject) -> Checked {
    for address in ["end", "0xffffffff"] {
        let mut stage = Stage::new(subject, &format!("on tick\npoke {address}"))?;
        trapped(
            "a wild store",
            stage.vm.on_tick(stage.root),
            &[TrapKind::OutOfBounds],
        )?;
        trapped(
            "the next callback",
            stage.vm.on_tick(stage.root),
            &[TrapKind::Dead],
        )?;
    }
    Ok(())
}

fn arithmetic(subject: &Subject) -> Checked {
    let guest = subject.compile(
        Limits::None,
        &wat(r#"(func (export "proxy_on_tick") (param i32)
            (i32.store (i32.const 64) (i32.div_u (i32.const 1) (i32.load (i32.const 128)))))"#),
    )?;
    let mut stage = Stage::of(&guest)?;
    trapped(
        "a division by zero",
        stage.vm.on_tick(stage.root),
        &[TrapKind::Other],
    )
}
