//! WASI, as far as filters need it.

use host_core::abi::LogLevel;
use host_core::{StartError, TrapKind};

use crate::Subject;
use crate::expect::{ensure, equal, trapped};
use crate::guests::Wat;
use crate::item::{Checked, Fault, Item};
use crate::stage::{NOW, Setup, Stage};
use crate::subject::Limits;

pub(super) const ITEMS: &[Item] = &[
    Item::wasm(
        "wasi/stdout-stderr",
        "descriptors 1 and 2 are the log, at info and error",
        stdout_stderr,
    ),
    Item::wasm(
        "wasi/lines",
        "pieces of a line are joined, several lines are split",
        lines,
    ),
    Item::wasm(
        "wasi/bad-descriptor",
        "other descriptors are BADF",
        bad_descriptor,
    ),
    Item::wasm(
        "wasi/environment",
        "environment variables are handed out",
        environment,
    ),
    Item::wasm(
        "wasi/no-environment",
        "no variables and no arguments are fine",
        no_environment,
    ),
    Item::wasm(
        "wasi/clock",
        "real-time and monotonic clocks run, others are NOTSUP",
        clock,
    ),
    Item::wasm(
        "wasi/random",
        "random bytes: none, few, many, too many",
        random,
    ),
    Item::wasm(
        "wasi/yield-and-poll",
        "a guest that waits for a clock goes on at once",
        yield_and_poll,
    ),
    Item::wasm(
        "wasi/other-calls",
        "files are not there, which is no crash",
        other_calls,
    ),
    Item::sandbox(
        "wasi/exit",
        "proc_exit ends the VM with its code, not the process",
        exit,
    ),
    Item::sandbox(
        "wasi/exit-in-start",
        "proc_exit(0) in _start is success, another code is not",
        exit_in_start,
    ),
];

fn stdout_stderr(subject: &Subject) -> Checked {
    let mut stage = Stage::new(
        subject,
        "on tick
         fd_write 1 [ \"to the log\\n\" ] size
         fd_write 2 [ \"an error\\n\" ] size",
    )?;
    stage.forget();
    stage.vm.on_tick(stage.root)?;
    let lines: Vec<_> = stage
        .services
        .take_logs()
        .into_iter()
        .map(|line| {
            (
                line.level,
                String::from_utf8_lossy(&line.message).into_owned(),
            )
        })
        .collect();
    let info = |text: &str| (LogLevel::Info, text.to_owned());
    equal(
        "log",
        lines,
        [
            info("> tick 1"),
            info("to the log"),
            info("fd_write 0 11"),
            (LogLevel::Error, "an error".to_owned()),
            info("fd_write 0 9"),
        ],
    )
}

fn lines(subject: &Subject) -> Checked {
    let mut stage = Stage::new(
        subject,
        "on tick
         quiet fd_write 2 [ \"pan\" ] size
         quiet fd_write 2 [ \"ic: \" \"\" \"at\" ] size
         quiet fd_write 2 [ \" line 1\\nsecond\\nthi\" ] size
         quiet fd_write 2 [ \"rd\\n\" ] size
         fd_write 1 [ ] size",
    )?;
    stage.vm.on_tick(stage.root)?;
    stage.said(&["panic: at line 1", "second", "third", "fd_write 0 0"])
}

fn bad_descriptor(subject: &Subject) -> Checked {
    let mut stage = Stage::new(
        subject,
        "on tick
         fd_write 0 [ \"x\\n\" ] size
         fd_write 3 [ \"x\\n\" ] size
         fd_write 0xffffffff [ \"x\\n\" ] size
         fd_close 7
         fd_prestat_get 3 room 8",
    )?;
    stage.vm.on_tick(stage.root)?;
    let said = stage.hear();
    equal(
        "writes",
        &said[said.len() - 5..][..4],
        ["fd_write 8", "fd_write 8", "fd_write 8", "fd_close 8"],
    )
}

fn environment(subject: &Subject) -> Checked {
    let mut setup = Setup::new("on tick\nenviron_sizes_get size size");
    let pairs = [("MODE", "fast"), ("EMPTY", "")];
    setup.vm.environment = pairs
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .to_vec();
    let vm = setup.vm.clone();
    let mut stage = setup.start(subject)?;
    stage.vm.on_tick(stage.root)?;
    stage.said(&["environ_sizes_get 0 2 17"])?;
    // The texts themselves: a guest that logs all it is given.
    let guest = subject.named(Limits::None, "environment", || {
        Wat {
            imports: r#"(import "wasi_snapshot_preview1" "environ_get" (func $environ (param i32 i32) (result i32)))"#,
            body: r#"(func (export "proxy_on_tick") (param i32)
                (drop (call $environ (i32.const 1024) (i32.const 2048)))
                (call $say (i32.load (i32.const 1028)) (i32.const 7))
                (call $say (i32.load (i32.const 1024)) (i32.const 17)))"#,
            ..Wat::default()
        }
        .bytes()
    })?;
    let mut setup = Setup::new("");
    setup.vm = vm;
    let mut stage = setup.start_guest(&guest)?;
    stage.vm.on_tick(stage.root)?;
    stage.said(&["EMPTY=\0", "MODE=fast\0EMPTY=\0"])
}

fn no_environment(subject: &Subject) -> Checked {
    let mut stage = Stage::new(
        subject,
        "on tick
         environ_sizes_get size size
         environ_get 1024 2048
         args_sizes_get size size
         args_get 1024 2048",
    )?;
    stage.vm.on_tick(stage.root)?;
    stage.said(&[
        "environ_sizes_get 0 0 0",
        "environ_get 0",
        "args_sizes_get 0 0 0",
        "args_get 0",
    ])
}

fn clock(subject: &Subject) -> Checked {
    let mut stage = Stage::new(
        subject,
        "on tick
         clock_time_get 0 1 out64
         quiet clock_time_get 1 1 out64
         clock_res_get 0 out64
         clock_time_get 2 1 out64
         clock_time_get 99 1 out64",
    )?;
    stage.vm.on_tick(stage.root)?;
    stage.said(&[
        &format!("clock_time_get 0 {NOW}"),
        "clock_res_get 0 1",
        "clock_time_get 58",
        "clock_time_get 58",
    ])
}

fn random(subject: &Subject) -> Checked {
    let mut stage = Stage::new(
        subject,
        "on tick
         random_get room 0
         random_get room 16
         random_get room 16
         random_get room 65536
         random_get room 65537",
    )?;
    stage.vm.on_tick(stage.root)?;
    let said = stage.hear();
    let said = &said[said.len() - 5..];
    equal("no bytes", said[0].as_str(), "random_get 0 ")?;
    ensure!(
        said[1].starts_with("random_get 0 ") && said[2].starts_with("random_get 0 "),
        "16 bytes: {}",
        said[1]
    );
    ensure!(
        said[1] != said[2],
        "the same random bytes came twice: {}",
        said[1]
    );
    ensure!(said[3].starts_with("random_get 0 "), "64 KiB were refused");
    equal("more than 64 KiB", said[4].as_str(), "random_get 28")
}

fn yield_and_poll(subject: &Subject) -> Checked {
    let mut stage = Stage::new(subject, "on tick\nsched_yield")?;
    stage.vm.on_tick(stage.root)?;
    stage.said(&["sched_yield 0"])?;
    // User data 7, then a clock to wait for; the event must name the user data again.
    let guest = subject.named(Limits::None, "poll", || {
        Wat {
            imports: r#"(import "wasi_snapshot_preview1" "poll_oneoff"
                (func $poll (param i32 i32 i32 i32) (result i32)))"#,
            body: r#"(data (i32.const 1024) "\07\00\00\00\00\00\00\00\00")
            (data (i32.const 1048) "\ff\ff\ff\ff\ff\ff\ff\00")
            (func (export "proxy_on_tick") (param i32)
                (i32.store8 (i32.const 3000)
                    (i32.add (i32.const 48) (call $poll (i32.const 1024) (i32.const 2048) (i32.const 1) (i32.const 3004))))
                (i32.store8 (i32.const 3001) (i32.add (i32.const 48) (i32.load8_u (i32.const 2048))))
                (i32.store8 (i32.const 3002) (i32.add (i32.const 48) (i32.load (i32.const 3004))))
                (call $say (i32.const 3000) (i32.const 3)))"#,
            ..Wat::default()
        }
        .bytes()
    })?;
    let mut stage = Stage::of(&guest)?;
    stage.vm.on_tick(stage.root)?;
    stage.said(&["071"])
}

fn other_calls(subject: &Subject) -> Checked {
    let mut stage = Stage::new(
        subject,
        "on tick
         path_open 3 0 \"/etc/passwd\" 0 0 0 0 out
         fd_read 0 [ \"  \" ] size
         fd_seek 1 0 0 out64
         fd_fdstat_get 9 room 24",
    )?;
    stage.vm.on_tick(stage.root)?;
    let said = stage.hear();
    for line in said
        .iter()
        .filter(|line| line.contains("_") && !line.starts_with("> "))
    {
        ensure!(!line.contains(" 0"), "a file was there: {line}");
    }
    stage.alive()
}

/// A guest that leaves with code 3 from a callback.
fn leaver(subject: &Subject) -> Checked<crate::subject::Compiled> {
    subject.named(Limits::None, "leaver", || {
        Wat {
            imports: r#"(import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))"#,
            body: r#"(func (export "proxy_on_tick") (param i32) (call $exit (i32.const 3)) (unreachable))"#,
            ..Wat::default()
        }
        .bytes()
    })
}

fn exit(subject: &Subject) -> Checked {
    let mut stage = Stage::of(&leaver(subject)?)?;
    trapped(
        "proc_exit(3)",
        stage.vm.on_tick(stage.root),
        &[TrapKind::Exit(3)],
    )?;
    trapped(
        "the next callback",
        stage.vm.on_tick(stage.root),
        &[TrapKind::Dead],
    )
}

fn exit_in_start(subject: &Subject) -> Checked {
    let guest = |code: u32| {
        let body =
            format!(r#"(func (export "_start") (call $exit (i32.const {code})) (unreachable))"#);
        Wat {
            imports: r#"(import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))"#,
            body: &body,
            ..Wat::default()
        }
        .bytes()
    };
    Stage::of(&subject.compile(Limits::None, &guest(0))?)?;
    let failing = subject.compile(Limits::None, &guest(5))?;
    match Setup::new("").try_start_guest(&failing) {
        Err(StartError::Trapped { trap, .. }) if trap.kind() == TrapKind::Exit(5) => Ok(()),
        Err(error) => Err(Fault::Failed(format!("proc_exit(5) in _start: {error}"))),
        Ok(_) => Err("a guest that left with code 5 was started".into()),
    }
}
