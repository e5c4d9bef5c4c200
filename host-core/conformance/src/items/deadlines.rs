//! Time of guests that want too much.

use std::sync::Arc;
use std::time::{Duration, Instant};

use host_core::services::InProcess;
use host_core::{StartError, TrapKind};

use crate::Subject;
use crate::expect::{ensure, trapped};
use crate::guests::{Wat, wat};
use crate::item::{Checked, Fault, Item};
use crate::stage::{Setup, Stage};
use crate::subject::{Compiled, Limits};

pub(super) const ITEMS: &[Item] = &[
    Item::sandbox(
        "memory/deadline",
        "an endless loop in a callback is ended",
        deadline,
    ),
    Item::sandbox(
        "memory/deadline-in-start",
        "an endless loop in the start function is ended",
        deadline_in_start,
    ),
    Item::sandbox(
        "memory/deadline-in-allocator",
        "an endless loop in the allocator is ended",
        deadline_in_allocator,
    ),
    Item::sandbox(
        "memory/deadline-rearmed",
        "each call has the whole time",
        deadline_rearmed,
    ),
    Item::wasm(
        "memory/deadline-of-a-transaction",
        "callbacks that are short by themselves are ended when their sum is too long",
        deadline_of_a_transaction,
    ),
    Item::sandbox(
        "memory/deadline-of-one-callback",
        "an endless loop late in a transaction is ended, and other transactions had their time",
        deadline_of_one_callback,
    ),
];

/// Guests that never come back from `place`.
fn endless(place: &str) -> Vec<u8> {
    let body = format!(
        "(func (export {place:?}) {} (loop $for_ever (br $for_ever)) (unreachable))",
        match place {
            "proxy_on_tick" => "(param i32)",
            "proxy_on_request_body" => "(param i32 i32 i32) (result i32)",
            _ => "",
        }
    );
    wat(&body)
}

/// Runs something endless and checks that it did not take unreasonably long to end: a
/// generous bound, since it only tells a deadline that works from one that does not.
fn ended(run: impl FnOnce() -> Checked) -> Checked {
    let start = Instant::now();
    run()?;
    let took = start.elapsed();
    ensure!(
        took < Duration::from_secs(20),
        "the deadline of 0.1 s ended the guest after {took:?}"
    );
    Ok(())
}

fn deadline(subject: &Subject) -> Checked {
    subject.needs(subject.info().deadline, "deadline")?;
    let guest = subject.compile(Limits::Deadline, &endless("proxy_on_tick"))?;
    let mut stage = Stage::of(&guest)?;
    ended(|| {
        trapped(
            "an endless loop",
            stage.vm.on_tick(stage.root),
            &[TrapKind::Deadline],
        )
    })?;
    trapped(
        "the next callback",
        stage.vm.on_tick(stage.root),
        &[TrapKind::Dead],
    )
}

fn deadline_in_start(subject: &Subject) -> Checked {
    subject.needs(subject.info().deadline, "deadline")?;
    let guest = subject.compile(Limits::Deadline, &endless("_initialize"))?;
    ended(|| match Setup::new("").try_start_guest(&guest) {
        Err(StartError::Trapped { trap, .. }) if trap.kind() == TrapKind::Deadline => Ok(()),
        Err(error) => Err(Fault::Failed(format!("an endless start: {error}"))),
        Ok(_) => Err("an endless start came back".into()),
    })
}

fn deadline_in_allocator(subject: &Subject) -> Checked {
    subject.needs(subject.info().deadline, "deadline")?;
    let module = Wat {
        imports: r#"(import "env" "proxy_get_property" (func $get (param i32 i32 i32 i32) (result i32)))"#,
        allocator: r#"(func (export "proxy_on_memory_allocate") (param i32) (result i32)
            (loop $for_ever (br $for_ever)) (unreachable))"#,
        body: r#"(data (i32.const 64) "plugin_name")
            (func (export "proxy_on_tick") (param i32)
                (drop (call $get (i32.const 64) (i32.const 11) (i32.const 80) (i32.const 84))))"#,
        ..Wat::default()
    };
    let mut stage = Stage::of(&subject.compile(Limits::Deadline, &module.bytes())?)?;
    ended(|| {
        trapped(
            "an endless allocator",
            stage.vm.on_tick(stage.root),
            &[TrapKind::Deadline],
        )
    })
}

fn deadline_rearmed(subject: &Subject) -> Checked {
    subject.needs(subject.info().deadline, "deadline")?;
    let mut stage = Setup::new("on tick\nlog 2 \"tick\"")
        .limits(Limits::Deadline)
        .start(subject)?;
    let start = Instant::now();
    // Longer in all than one deadline, each call far below it.
    while start.elapsed() < crate::subject::DEADLINE * 2 {
        stage.vm.on_tick(stage.root)?;
        stage.forget();
        std::thread::sleep(Duration::from_millis(5));
    }
    stage.alive()
}

/// A guest that looks at the clock in each body callback until some 30 ms have passed.
fn spinning() -> Vec<u8> {
    Wat {
        imports: r#"(import "env" "proxy_get_current_time_nanoseconds"
            (func $now (param i32) (result i32)))"#,
        body: r#"
            (func $time (result i64) (drop (call $now (i32.const 64))) (i64.load (i32.const 64)))
            (func (export "proxy_on_request_body") (param i32 i32 i32) (result i32)
                (local $begin i64)
                (local.set $begin (call $time))
                (loop $again
                    (br_if $again (i64.lt_u
                        (i64.sub (call $time) (local.get $begin)) (i64.const 30000000))))
                (i32.const 0))"#,
        ..Wat::default()
    }
    .bytes()
}

/// A stage whose transactions may take `limit` and whose clock goes.
fn limited(guest: &Compiled, limit: Duration) -> Checked<Stage> {
    let mut setup = Setup::new("").services(&Arc::new(InProcess::builder().build()));
    setup.vm.transaction_limit = Some(limit);
    setup.start_guest(guest)
}

fn deadline_of_a_transaction(subject: &Subject) -> Checked {
    // The engine itself has no deadline here: the sum is the host's to keep.
    let guest = subject.compile(Limits::None, &spinning())?;
    let mut stage = limited(&guest, Duration::from_millis(300))?;
    let id = stage.get(&[])?;
    for number in 0..50 {
        match stage.vm.on_request_body(id, b"x", false) {
            Ok(_) => {}
            Err(trap) if trap.kind() == TrapKind::Deadline => {
                ensure!(number > 0, "the first callback alone took the whole time");
                let next = stage.vm.on_request_body(id, b"x", false);
                return trapped("the next callback", next, &[TrapKind::Dead]);
            }
            Err(trap) => return Err(trap.into()),
        }
    }
    Err("fifty callbacks of 30 ms each had 300 ms and more".into())
}

fn deadline_of_one_callback(subject: &Subject) -> Checked {
    subject.needs(subject.info().deadline, "deadline")?;
    let guest = subject.compile(Limits::Deadline, &endless("proxy_on_request_body"))?;
    let mut stage = limited(&guest, crate::subject::DEADLINE)?;
    for _ in 0..3 {
        let other = stage.get(&[])?;
        stage.finish(other)?;
    }
    let id = stage.get(&[])?;
    ended(|| {
        trapped(
            "an endless loop",
            stage.vm.on_request_body(id, b"x", false),
            &[TrapKind::Deadline],
        )
    })
}
