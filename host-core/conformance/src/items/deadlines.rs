//! Time of guests that want too much.

use std::time::{Duration, Instant};

use host_core::{StartError, TrapKind};

use crate::Subject;
use crate::expect::{ensure, trapped};
use crate::guests::{Wat, wat};
use crate::item::{Checked, Fault, Item};
use crate::stage::{Setup, Stage};
use crate::subject::Limits;

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
];

/// Guests that never come back from `place`.
fn endless(place: &str) -> Vec<u8> {
    let body = format!(
        "(func (export {place:?}) {} (loop $for_ever (br $for_ever)) (unreachable))",
        match place {
            "proxy_on_tick" => "(param i32)",
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
