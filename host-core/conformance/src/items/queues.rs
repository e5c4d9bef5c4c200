//! Queues that VMs share.

use crate::Subject;
use crate::expect::equal;
use crate::guests::Wat;
use crate::item::{Checked, Item};
use crate::stage::{Setup, Stage};
use crate::subject::Limits;
use crate::upstream;

pub(super) const ITEMS: &[Item] = &[
    Item::any(
        "queues/register-twice",
        "registering a name twice gives one id",
        register_twice,
    ),
    Item::any(
        "queues/resolve",
        "a queue is found by VM id and name, an unknown one is NOT_FOUND",
        resolve,
    ),
    Item::any(
        "queues/order",
        "items come out in the order in which they went in",
        order,
    ),
    Item::any(
        "queues/empty",
        "an empty queue is EMPTY, an unknown one NOT_FOUND",
        empty,
    ),
    Item::any(
        "queues/ready",
        "the root context that registered the queue is told",
        ready,
    ),
    Item::any(
        "queues/across-vms",
        "a VM writes to the queue of another, which is told",
        across_vms,
    ),
    Item::any(
        "queues/second-root",
        "the root that registered is told, not another one",
        second_root,
    ),
    Item::sandbox(
        "queues/no-memory",
        "an item for which the guest has no memory stays in its queue",
        no_memory,
    ),
    Item::any(
        "queues/limits",
        "an item beyond the limit is refused",
        limits,
    ),
];

fn register_twice(subject: &Subject) -> Checked {
    let mut stage = Stage::new(
        subject,
        "on configure
         register_shared_queue \"jobs\" out1
         on tick
         enqueue_shared_queue $1 \"kept\"
         register_shared_queue \"jobs\" out2
         dequeue_shared_queue $2 data
         register_shared_queue \"other\" out3
         dequeue_shared_queue $3 data",
    )?;
    let first = stage.hear().pop().unwrap_or_default();
    stage.vm.on_tick(stage.root)?;
    let said = stage.hear();
    equal(
        "second registration",
        said[said.len() - 4].as_str(),
        first.as_str(),
    )?;
    equal(
        "item",
        said[said.len() - 3].as_str(),
        "dequeue_shared_queue 0 kept",
    )?;
    equal(
        "the other queue is another one",
        said[said.len() - 2] == first,
        false,
    )?;
    equal(
        "its items",
        said[said.len() - 1].as_str(),
        "dequeue_shared_queue 7",
    )
}

fn resolve(subject: &Subject) -> Checked {
    let mut stage = Stage::new(
        subject,
        "on configure
         quiet register_shared_queue \"jobs\" out1
         on tick
         quiet resolve_shared_queue \"vm\" \"jobs\" out2
         enqueue_shared_queue $2 \"x\"
         dequeue_shared_queue $1 data
         resolve_shared_queue \"vm\" \"none\" out
         resolve_shared_queue \"elsewhere\" \"jobs\" out",
    )?;
    stage.vm.on_tick(stage.root)?;
    stage.said(&[
        "enqueue_shared_queue 0",
        "dequeue_shared_queue 0 x",
        "resolve_shared_queue 1",
        "resolve_shared_queue 1",
    ])
}

fn order(subject: &Subject) -> Checked {
    let mut stage = Stage::new(
        subject,
        "on tick
         quiet register_shared_queue \"jobs\" out1
         enqueue_shared_queue $1 \"one\"
         enqueue_shared_queue $1 \"\"
         enqueue_shared_queue $1 \"\\xffthree\"
         dequeue_shared_queue $1 data
         dequeue_shared_queue $1 data
         dequeue_shared_queue $1 data
         dequeue_shared_queue $1 data",
    )?;
    stage.vm.on_tick(stage.root)?;
    stage.said(&[
        "enqueue_shared_queue 0",
        "enqueue_shared_queue 0",
        "enqueue_shared_queue 0",
        "dequeue_shared_queue 0 one",
        "dequeue_shared_queue 0 ",
        "dequeue_shared_queue 0 \\xffthree",
        "dequeue_shared_queue 7",
    ])
}

fn empty(subject: &Subject) -> Checked {
    let mut stage = Stage::new(
        subject,
        "on tick
         quiet register_shared_queue \"jobs\" out1
         dequeue_shared_queue $1 data
         dequeue_shared_queue 4242 data
         enqueue_shared_queue 0xffffffff \"x\"",
    )?;
    stage.vm.on_tick(stage.root)?;
    stage.said(&[
        "dequeue_shared_queue 7",
        "dequeue_shared_queue 1",
        "enqueue_shared_queue 1",
    ])
}

fn ready(subject: &Subject) -> Checked {
    let mut stage = Stage::new(
        subject,
        "on configure
         quiet register_shared_queue \"jobs\" out1
         on request_headers
         enqueue_shared_queue $1 \"from a stream\"
         on queue_ready
         dequeue_shared_queue @1 data",
    )?;
    stage.get(&[])?;
    stage.forget();
    stage.pump()?;
    stage.said(&["dequeue_shared_queue 0 from a stream"])
}

fn across_vms(subject: &Subject) -> Checked {
    let services = upstream::services();
    let mut reader = Setup::new(
        "on configure
         quiet register_shared_queue \"jobs\" out1
         on queue_ready
         dequeue_shared_queue @1 data",
    )
    .services(&services)
    .start(subject)?;
    let mut setup = Setup::new(
        "on tick
         quiet resolve_shared_queue \"vm\" \"jobs\" out1
         enqueue_shared_queue $1 \"hello\"",
    )
    .services(&services);
    setup.vm.vm_id = "writer".to_owned();
    let mut writer = setup.start(subject)?;
    writer.vm.on_tick(writer.root)?;
    writer.pump()?;
    writer.forget();
    reader.pump()?;
    equal(
        "log",
        reader.hear().pop(),
        Some("dequeue_shared_queue 0 hello".to_owned()),
    )
}

fn second_root(subject: &Subject) -> Checked {
    let mut stage = Stage::new(subject, "on tick\nquiet enqueue_shared_queue $1 \"x\"")?;
    let second = stage.vm.add_root(host_core::PluginSettings {
        configuration: b"on configure\nquiet register_shared_queue \"jobs\" out1".to_vec(),
        ..host_core::PluginSettings::default()
    })?;
    stage.vm.on_tick(stage.root)?;
    stage.forget();
    stage.pump()?;
    let heard = stage.hear();
    equal("callbacks", heard.len(), 1)?;
    equal(
        "told root",
        heard[0].starts_with(&format!("> queue_ready {second} ")),
        true,
    )
}

fn limits(subject: &Subject) -> Checked {
    let mut stage = Stage::new(
        subject,
        "on tick
         quiet register_shared_queue \"jobs\" out1
         enqueue_shared_queue $1 big 1048577
         enqueue_shared_queue $1 big 1048576
         register_shared_queue big 5000 out",
    )?;
    stage.vm.on_tick(stage.root)?;
    stage.said(&[
        "enqueue_shared_queue 2",
        "enqueue_shared_queue 0",
        "register_shared_queue 2",
    ])
}

/// A guest that puts an item into a queue when it is configured and takes it out on each tick,
/// the first time without memory for it; it logs the status.
fn short_of_memory() -> Vec<u8> {
    let imports = r#"
        (import "env" "proxy_register_shared_queue" (func $register (param i32 i32 i32) (result i32)))
        (import "env" "proxy_enqueue_shared_queue" (func $put (param i32 i32 i32) (result i32)))
        (import "env" "proxy_dequeue_shared_queue" (func $take (param i32 i32 i32) (result i32)))"#;
    let allocator = r#"
        (global $room (mut i32) (i32.const 0))
        (func (export "proxy_on_memory_allocate") (param i32) (result i32)
            (global.get $room)
            (global.set $room (i32.const 70000)))"#;
    let body = r#"
        (data (i32.const 64) "jobs") (data (i32.const 72) "kept")
        (func (export "proxy_on_configure") (param i32 i32) (result i32)
            (drop (call $register (i32.const 64) (i32.const 4) (i32.const 80)))
            (drop (call $put (i32.load (i32.const 80)) (i32.const 72) (i32.const 4)))
            (i32.const 1))
        (func (export "proxy_on_tick") (param i32) (local $status i32)
            (local.set $status (call $take (i32.load (i32.const 80)) (i32.const 84) (i32.const 88)))
            (if (local.get $status)
                (then (i32.store8 (i32.const 96) (i32.add (i32.const 48) (local.get $status)))
                      (call $say (i32.const 96) (i32.const 1)))
                (else (call $say (i32.load (i32.const 84)) (i32.load (i32.const 88))))))"#;
    Wat {
        imports,
        allocator,
        body,
        ..Wat::default()
    }
    .bytes()
}

fn no_memory(subject: &Subject) -> Checked {
    let mut stage = Stage::of(&subject.compile(Limits::None, &short_of_memory())?)?;
    for _ in 0..3 {
        stage.vm.on_tick(stage.root)?;
    }
    stage.said(&["6", "kept", "7"])
}
