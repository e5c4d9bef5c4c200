//! HTTP callouts.

use crate::Subject;
use crate::expect::{ensure, equal};
use crate::item::{Checked, Item};
use crate::stage::Stage;

pub(super) const ITEMS: &[Item] = &[
    Item::any(
        "callouts/answer",
        "headers, body and trailers of the answer are readable in its callback",
        answer,
    ),
    Item::any(
        "callouts/answer-is-gone",
        "an answer is not readable outside its callback",
        answer_is_gone,
    ),
    Item::any(
        "callouts/parallel",
        "parallel calls have ids of their own and answer in any order",
        parallel,
    ),
    Item::any(
        "callouts/from-tick",
        "a root context may call out and is told",
        from_tick,
    ),
    Item::any(
        "callouts/effective-context",
        "the answer comes to the context that called",
        effective_context,
    ),
    Item::any(
        "callouts/chained",
        "an answer's callback may call out again",
        chained,
    ),
    Item::any(
        "callouts/body",
        "bodies with any bytes go out and come back",
        body,
    ),
];

/// What every request needs.
pub(super) const HEADERS: &str =
    r#"{ ":method" "POST" ":path" "/check" ":authority" "auth.example" }"#;

fn answer(subject: &Subject) -> Checked {
    let mut stage = Stage::new(
        subject,
        &format!(
            "on request_headers
             http_call \"auth\" {HEADERS} \"hello\" {{ \"x\" \"y\" }} 1000 out
             return 1
             on http_call_response
             get_header_map_value 6 \":status\" data
             get_header_map_pairs 6 pairs
             get_buffer_bytes 4 0 @3 data
             get_header_map_pairs 7 pairs
             add_header_map_value 6 \"a\" \"b\"
             set_buffer_bytes 4 0 0 \"a\"
             continue_stream 0"
        ),
    )?;
    let id = stage.get(&[])?;
    stage.forget();
    stage.pump()?;
    let said = stage.hear();
    equal(
        "callback",
        said[0].as_str(),
        format!("> http_call_response {id} 1 2 5 1"),
    )?;
    equal(
        "reads",
        &said[1..5],
        [
            "get_header_map_value 0 200",
            "get_header_map_pairs 0 :status=200;x-path=/check",
            "get_buffer_bytes 0 hello",
            "get_header_map_pairs 0 t=1",
        ],
    )?;
    for change in &said[5..7] {
        ensure!(
            !change.ends_with(" 0"),
            "an answer could be changed: {change}"
        );
    }
    equal("running callouts", stage.vm.running_callouts(), 0)
}

fn answer_is_gone(subject: &Subject) -> Checked {
    let mut stage = Stage::new(
        subject,
        &format!(
            "on request_headers
             quiet http_call \"auth\" {HEADERS} \"hello\" {{ }} 1000 out
             on tick
             get_header_map_value 6 \":status\" data
             get_buffer_bytes 4 0 10 data
             get_header_map_pairs 7 pairs"
        ),
    )?;
    stage.get(&[])?;
    stage.pump()?;
    stage.vm.on_tick(stage.root)?;
    stage.said(&[
        "get_header_map_value 2",
        "get_buffer_bytes 1",
        "get_header_map_pairs 2",
    ])
}

fn parallel(subject: &Subject) -> Checked {
    let mut stage = Stage::new(
        subject,
        &format!(
            "on request_headers
             http_call \"auth\" {HEADERS} \"first\" {{ }} 1000 out
             http_call \"auth\" {HEADERS} \"second\" {{ }} 1000 out
             http_call \"broken\" {HEADERS} \"third\" {{ }} 1000 out
             return 1
             on http_call_response
             get_buffer_bytes 4 0 100 data"
        ),
    )?;
    let id = stage.get(&[])?;
    stage.said(&["http_call 0 1", "http_call 0 2", "http_call 0 3"])?;
    equal("running callouts", stage.vm.running_callouts(), 3)?;
    let mut events = stage.services.take_events(stage.vm.number());
    events.reverse();
    for (call, event) in events {
        ensure!(
            stage.vm.deliver(call, event.clone())?,
            "an answer was dropped"
        );
        ensure!(
            !stage.vm.deliver(call, event)?,
            "an answer was delivered twice"
        );
    }
    equal(
        "log",
        stage.hear(),
        [
            format!("> http_call_response {id} 3 0 0 0"),
            "get_buffer_bytes 0 ".to_owned(),
            format!("> http_call_response {id} 2 2 6 1"),
            "get_buffer_bytes 0 second".to_owned(),
            format!("> http_call_response {id} 1 2 5 1"),
            "get_buffer_bytes 0 first".to_owned(),
        ],
    )
}

fn from_tick(subject: &Subject) -> Checked {
    let mut stage = Stage::new(
        subject,
        &format!(
            "on tick
             http_call \"auth\" {HEADERS} \"\" {{ }} 1000 out
             on http_call_response
             get_header_map_value 6 \":status\" data"
        ),
    )?;
    stage.vm.on_tick(stage.root)?;
    stage.pump()?;
    stage.said(&["http_call 0 1", "get_header_map_value 0 200"])
}

fn effective_context(subject: &Subject) -> Checked {
    let mut stage = Stage::new(
        subject,
        &format!(
            "on request_headers
             quiet http_call \"auth\" {HEADERS} \"\" {{ }} 1000 out
             return 1
             on http_call_response
             get_header_map_value 0 \"who\" data
             add_header_map_value 0 \"checked\" \"yes\"
             continue_stream 0"
        ),
    )?;
    let first = stage.get(&[("who", "one")])?;
    let second = stage.get(&[("who", "two")])?;
    stage.pump()?;
    stage.said(&[
        "get_header_map_value 0 one",
        "add_header_map_value 0",
        "continue_stream 0",
        "get_header_map_value 0 two",
        "add_header_map_value 0",
        "continue_stream 0",
    ])?;
    for id in [first, second] {
        equal(
            "checked",
            stage.stream(id)?.request.headers.get(b"checked"),
            Some(&b"yes"[..]),
        )?;
    }
    Ok(())
}

fn chained(subject: &Subject) -> Checked {
    let mut stage = Stage::new(
        subject,
        &format!(
            "on request_headers
             http_call \"auth\" {HEADERS} \"one\" {{ }} 1000 out
             on http_call_response#1
             http_call \"auth\" {HEADERS} \"two\" {{ }} 1000 out
             on http_call_response#2
             get_buffer_bytes 4 0 9 data"
        ),
    )?;
    stage.get(&[])?;
    stage.pump()?;
    stage.said(&["http_call 0 1", "http_call 0 2", "get_buffer_bytes 0 two"])
}

fn body(subject: &Subject) -> Checked {
    let mut stage = Stage::new(
        subject,
        &format!(
            "on request_headers
             quiet http_call \"auth\" {HEADERS} \"\\0\\xff\\r\\n\" {{ }} 1000 out
             quiet http_call \"auth\" {HEADERS} big 100000 {{ }} 1000 out
             on http_call_response#1
             get_buffer_bytes 4 0 100 data
             on http_call_response#2
             get_buffer_status 4 size out"
        ),
    )?;
    stage.get(&[])?;
    stage.pump()?;
    stage.said(&[
        "get_buffer_bytes 0 \\x00\\xff\\x0d\\x0a",
        "get_buffer_status 0 100000 0",
    ])
}
