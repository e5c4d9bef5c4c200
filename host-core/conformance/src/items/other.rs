//! Ticks, contexts, foreign functions, logs and clocks.

use std::time::Duration;

use host_core::abi::LogLevel;
use host_core::services::InProcess;

use crate::Subject;
use crate::expect::{ensure, equal};
use crate::item::{Checked, Item};
use crate::stage::{NOW, Setup, Stage};

pub(super) const ITEMS: &[Item] = &[
    Item::any(
        "ticks/set-and-cleared",
        "a tick period is set, changed and cleared",
        ticks,
    ),
    Item::any(
        "ticks/from-a-stream",
        "a stream sets the period of its root context",
        ticks_from_stream,
    ),
    Item::any(
        "contexts/effective",
        "host calls act on the effective context until the callback ends",
        effective,
    ),
    Item::any(
        "contexts/bad-id",
        "an unknown effective context is BAD_ARGUMENT and changes nothing",
        bad_id,
    ),
    Item::any(
        "foreign/known",
        "a foreign function gets its arguments and answers",
        foreign_known,
    ),
    Item::any(
        "foreign/unknown",
        "an unknown foreign function is NOT_FOUND, a failing one says so",
        foreign_unknown,
    ),
    Item::any(
        "foreign/callback",
        "the proxy calls a function of the guest",
        foreign_callback,
    ),
    Item::any(
        "logs/levels",
        "every level is kept with its plugin and its bytes",
        levels,
    ),
    Item::any(
        "logs/gating",
        "lines below the level are dropped, and the guest can ask for it",
        gating,
    ),
    Item::any(
        "logs/unknown-level",
        "an unknown level is BAD_ARGUMENT",
        unknown_level,
    ),
    Item::any("logs/long", "a line of a megabyte is fine", long_line),
    Item::any(
        "clock/now",
        "the clock is the proxy's, 64 bits, little-endian",
        clock,
    ),
    Item::any(
        "status/none",
        "there is a status even when no callout answered",
        no_status,
    ),
];

fn ticks(subject: &Subject) -> Checked {
    let mut stage = Stage::new(
        subject,
        "on configure
         set_tick_period_milliseconds 250
         on tick#1
         set_tick_period_milliseconds 1000
         on tick#2
         set_tick_period_milliseconds 0",
    )?;
    for period in [Some(250), Some(1000), None] {
        let wanted: Vec<_> = period
            .into_iter()
            .map(|period| (stage.root, Duration::from_millis(period)))
            .collect();
        equal("ticks of the VM", stage.vm.ticks(), wanted.clone())?;
        equal(
            "ticks told to the proxy",
            stage.services.ticks(stage.vm.number()),
            wanted,
        )?;
        stage.vm.on_tick(stage.root)?;
    }
    stage.said(&["set_tick_period_milliseconds 0"; 3])
}

fn ticks_from_stream(subject: &Subject) -> Checked {
    let mut stage = Stage::new(
        subject,
        "on request_headers\nset_tick_period_milliseconds 10",
    )?;
    stage.get(&[])?;
    equal(
        "ticks",
        stage.vm.ticks(),
        [(stage.root, Duration::from_millis(10))],
    )
}

fn effective(subject: &Subject) -> Checked {
    let mut stage = Stage::new(
        subject,
        "on request_headers
         save 1 @0
         return 1
         on tick#1
         set_effective_context $1
         add_header_map_value 0 \"seen\" \"1\"
         set_effective_context @0
         add_header_map_value 0 \"seen\" \"2\"
         set_effective_context $1
         on tick#2
         add_header_map_value 0 \"seen\" \"3\"",
    )?;
    let id = stage.get(&[])?;
    stage.vm.on_tick(stage.root)?;
    stage.vm.on_tick(stage.root)?;
    stage.said(&[
        "set_effective_context 0",
        "add_header_map_value 0",
        "set_effective_context 0",
        "add_header_map_value 2",
        "set_effective_context 0",
        "add_header_map_value 2",
    ])?;
    let values: Vec<_> = stage
        .stream(id)?
        .request
        .headers
        .values(b"seen")
        .map(<[u8]>::to_vec)
        .collect();
    equal("seen", values, [b"1".to_vec()])
}

fn bad_id(subject: &Subject) -> Checked {
    let mut stage = Stage::new(
        subject,
        "on request_headers
         set_effective_context 0
         set_effective_context 4242
         set_effective_context 0xffffffff
         get_header_map_value 0 \":path\" data",
    )?;
    stage.get(&[])?;
    stage.said(&[
        "set_effective_context 2",
        "set_effective_context 2",
        "set_effective_context 2",
        "get_header_map_value 0 /a?b=1",
    ])
}

fn foreign_known(subject: &Subject) -> Checked {
    let mut stage = Stage::new(
        subject,
        "on request_headers
         call_foreign_function \"reverse\" \"abc\\0\" data
         call_foreign_function \"reverse\" \"\" data
         call_foreign_function \"nothing\" \"x\" data",
    )?;
    stage.get(&[])?;
    stage.said(&[
        "call_foreign_function 0 \\x00cba",
        "call_foreign_function 0 ",
        "call_foreign_function 0 ",
    ])
}

fn foreign_unknown(subject: &Subject) -> Checked {
    let mut stage = Stage::new(
        subject,
        "on request_headers
         call_foreign_function \"none\" \"abc\" data
         call_foreign_function \"\" \"\" data
         call_foreign_function \"fail\" \"\" data",
    )?;
    stage.get(&[])?;
    stage.said(&[
        "call_foreign_function 1",
        "call_foreign_function 1",
        "call_foreign_function 10",
    ])
}

fn foreign_callback(subject: &Subject) -> Checked {
    let mut stage = Stage::new(
        subject,
        "on foreign_function
         get_buffer_bytes 8 0 @2 data
         get_buffer_status 8 size out
         on tick
         get_buffer_bytes 8 0 10 data",
    )?;
    stage.forget();
    stage
        .vm
        .on_foreign_function(stage.root, 42, b"some\0bytes")?;
    stage.vm.on_tick(stage.root)?;
    equal(
        "log",
        stage.hear(),
        [
            "> foreign_function 1 42 10",
            "get_buffer_bytes 0 some\\x00bytes",
            "get_buffer_status 0 10 0",
            "> tick 1",
            "get_buffer_bytes 1",
        ],
    )
}

fn levels(subject: &Subject) -> Checked {
    let script: String = (0..6)
        .map(|level| format!("quiet log {level} \"line {level}\\xff\"\n"))
        .collect();
    let mut stage = Stage::new(subject, &format!("on tick\n{script}"))?;
    stage.forget();
    stage.vm.on_tick(stage.root)?;
    let lines = stage.services.take_logs();
    let all = [
        LogLevel::Trace,
        LogLevel::Debug,
        LogLevel::Info,
        LogLevel::Warn,
        LogLevel::Error,
        LogLevel::Critical,
    ];
    equal("lines", lines.len(), 7)?;
    for (line, (number, level)) in lines[1..].iter().zip(all.into_iter().enumerate()) {
        equal("level", line.level, level)?;
        equal("plugin", line.plugin.as_str(), "puppet")?;
        equal(
            "message",
            &line.message[..],
            [format!("line {number}").as_bytes(), b"\xff"].concat(),
        )?;
    }
    Ok(())
}

fn gating(subject: &Subject) -> Checked {
    let services = InProcess::builder()
        .fixed_clock(NOW)
        .log_level(LogLevel::Info)
        .collect_logs(100)
        .build();
    let mut stage = Setup::new(
        "on tick
         log 0 \"trace\"
         log 1 \"debug\"
         log 2 \"info\"
         log 5 \"critical\"
         get_log_level out",
    )
    .services(&services.into())
    .start(subject)?;
    stage.vm.on_tick(stage.root)?;
    stage.said(&[
        "log 0",
        "log 0",
        "info",
        "log 0",
        "critical",
        "log 0",
        "get_log_level 0 2",
    ])
}

fn unknown_level(subject: &Subject) -> Checked {
    let mut stage = Stage::new(
        subject,
        "on tick\nlog 6 \"x\"\nlog 0xffffffff \"x\"\nlog 5 \"\"",
    )?;
    stage.vm.on_tick(stage.root)?;
    stage.said(&["log 2", "log 2", "", "log 0"])
}

fn long_line(subject: &Subject) -> Checked {
    let mut stage = Stage::new(subject, "on tick\nquiet log 2 big 1048576")?;
    stage.vm.on_tick(stage.root)?;
    let heard = stage.hear();
    let longest = heard.iter().map(String::len).max();
    ensure!(
        longest == Some(1 << 20),
        "the longest line has {longest:?} bytes"
    );
    Ok(())
}

fn clock(subject: &Subject) -> Checked {
    let mut stage = Stage::new(subject, "on tick\nget_current_time_nanoseconds out64")?;
    stage.vm.on_tick(stage.root)?;
    stage.said(&[&format!("get_current_time_nanoseconds 0 {NOW}")])
}

fn no_status(subject: &Subject) -> Checked {
    let mut stage = Stage::new(subject, "on tick\nget_status out data")?;
    stage.vm.on_tick(stage.root)?;
    stage.said(&["get_status 0 0 "])
}
