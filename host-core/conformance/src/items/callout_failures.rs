//! HTTP callouts that fail.

use std::time::Duration;

use host_core::services::{CalloutEvent, HttpReply, Services as _};

use crate::Subject;
use crate::expect::{ensure, equal};
use crate::item::{Checked, Item};
use crate::stage::{NOW, Stage};

use super::callouts::HEADERS;

pub(super) const ITEMS: &[Item] = &[
    Item::any(
        "callouts/unknown-upstream",
        "an unknown upstream is BAD_ARGUMENT",
        unknown_upstream,
    ),
    Item::any(
        "callouts/cannot-send",
        "an upstream that cannot be reached is INTERNAL_FAILURE",
        cannot_send,
    ),
    Item::any(
        "callouts/incomplete",
        "a request without method, path or authority is BAD_ARGUMENT",
        incomplete,
    ),
    Item::any(
        "callouts/malformed",
        "malformed maps are refused",
        malformed,
    ),
    Item::any(
        "callouts/failure",
        "a failed call is told with no headers",
        failure,
    ),
    Item::any(
        "callouts/timeout",
        "a call that takes too long is told as failed, at its timeout",
        timeout,
    ),
    Item::any(
        "callouts/after-the-stream",
        "an answer after the stream's end is dropped",
        after_the_stream,
    ),
];

fn refused_call(subject: &Subject, call: &str, said: &str) -> Checked {
    let mut stage = Stage::new(subject, &format!("on request_headers\n{call}"))?;
    stage.get(&[])?;
    stage.said(&[said])?;
    equal("running callouts", stage.vm.running_callouts(), 0)?;
    stage.pump()?;
    stage.said(&[])
}

fn unknown_upstream(subject: &Subject) -> Checked {
    refused_call(
        subject,
        &format!("http_call \"nowhere\" {HEADERS} \"\" {{ }} 1000 out"),
        "http_call 2",
    )
}

fn cannot_send(subject: &Subject) -> Checked {
    refused_call(
        subject,
        &format!("http_call \"refusing\" {HEADERS} \"\" {{ }} 1000 out"),
        "http_call 10",
    )
}

fn incomplete(subject: &Subject) -> Checked {
    for headers in [
        r#"{ }"#,
        r#"{ ":path" "/" ":authority" "a" }"#,
        r#"{ ":method" "GET" ":authority" "a" }"#,
        r#"{ ":method" "GET" ":path" "/" }"#,
    ] {
        refused_call(
            subject,
            &format!("http_call \"auth\" {headers} \"\" {{ }} 1000 out"),
            "http_call 2",
        )?;
    }
    Ok(())
}

fn malformed(subject: &Subject) -> Checked {
    let mut stage = Stage::new(
        subject,
        &format!(
            "on request_headers
             http_call \"auth\" \"\\x09\\0\\0\\0\" \"\" {{ }} 1000 out
             http_call \"auth\" {HEADERS} \"\" \"\\x01\\0\\0\\0junk\" 1000 out
             http_call \"auth\" {{ \":method\" \"GET\" \":path\" \"/\" \":authority\" \"a\" \"x\" \"1\\r\\ny: 2\" }} \"\" {{ }} 1000 out"
        ),
    )?;
    stage.get(&[])?;
    let said = stage.hear();
    for line in said.iter().filter(|line| !line.starts_with("> ")) {
        ensure!(
            line == "http_call 4" || line == "http_call 2",
            "a malformed map: {line}"
        );
    }
    equal("running callouts", stage.vm.running_callouts(), 0)
}

fn failure(subject: &Subject) -> Checked {
    let mut stage = Stage::new(
        subject,
        &format!(
            "on request_headers
             http_call \"broken\" {HEADERS} \"\" {{ }} 1000 out
             return 1
             on http_call_response
             get_header_map_value 6 \":status\" data
             continue_stream 0"
        ),
    )?;
    let id = stage.get(&[])?;
    stage.forget();
    stage.pump()?;
    let heard = stage.hear();
    equal(
        "callback",
        heard[0].as_str(),
        format!("> http_call_response {id} 1 0 0 0"),
    )?;
    ensure!(
        !heard[1].starts_with("get_header_map_value 0"),
        "a failed call has a status: {}",
        heard[1]
    );
    equal("continued", stage.vm.take_continued(id), (true, false))
}

fn timeout(subject: &Subject) -> Checked {
    for upstream in ["slow", "silent"] {
        let script = format!(
            "on request_headers\nhttp_call \"{upstream}\" {HEADERS} \"\" {{ }} 300 out\nreturn 1"
        );
        let mut stage = Stage::new(subject, &script)?;
        let id = stage.get(&[])?;
        stage.forget();
        stage.pump()?;
        stage.called(&[&format!("http_call_response {id} 1 0 0 0")])?;
        equal(
            "time",
            stage.services.now() - NOW,
            Duration::from_millis(300).as_nanos() as u64,
        )?;
    }
    Ok(())
}

fn after_the_stream(subject: &Subject) -> Checked {
    let script = format!("on request_headers\nhttp_call \"auth\" {HEADERS} \"\" {{ }} 1000 out");
    let mut stage = Stage::new(subject, &script)?;
    let id = stage.get(&[])?;
    stage.finish(id)?;
    stage.forget();
    let reply = CalloutEvent::HttpResponse(Ok(HttpReply::default()));
    ensure!(!stage.vm.deliver(1, reply)?, "the answer was delivered");
    stage.pump()?;
    stage.called(&[])?;
    stage.alive()
}
