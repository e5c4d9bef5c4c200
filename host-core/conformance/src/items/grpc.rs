//! gRPC callouts.

use host_core::services::CalloutEvent;

use crate::Subject;
use crate::expect::{ensure, equal};
use crate::item::{Checked, Item};
use crate::stage::Stage;

pub(super) const ITEMS: &[Item] = &[
    Item::any(
        "grpc/unary",
        "a call's metadata, message and end are told in order",
        unary,
    ),
    Item::any(
        "grpc/stream",
        "a stream is opened, written to, answered and closed",
        stream,
    ),
    Item::any(
        "grpc/send-end",
        "the last message ends the sending side",
        send_end,
    ),
    Item::any("grpc/cancel", "nothing follows a cancelled call", cancel),
    Item::any(
        "grpc/unknown-upstream",
        "an unknown upstream is PARSE_FAILURE",
        unknown_upstream,
    ),
    Item::any(
        "grpc/cannot-send",
        "an upstream that cannot be reached is INTERNAL_FAILURE",
        cannot_send,
    ),
    Item::any("grpc/unknown-id", "unknown ids are NOT_FOUND", unknown_id),
    Item::any(
        "grpc/wrong-kind",
        "an HTTP call is no gRPC call, and a unary call cannot be written to",
        wrong_kind,
    ),
    Item::any(
        "grpc/failure",
        "a failed call is told with its status and message",
        failure,
    ),
    Item::any(
        "grpc/timeout",
        "a call that takes too long ends with DEADLINE_EXCEEDED",
        timeout,
    ),
    Item::any(
        "grpc/after-destroy",
        "events after the stream's end are dropped",
        after_destroy,
    ),
    Item::any("grpc/metadata", "malformed metadata is refused", metadata),
];

const CALL: &str = r#"grpc_call "grpc" "pkg.Service" "Method" { "key" "!" } "ping" 1000 out1"#;
const OPEN: &str = r#"grpc_stream "grpc" "pkg.Service" "Chat" { } out1"#;
const HEARD: &str = "on grpc_receive_initial_metadata
    get_header_map_pairs 4 pairs
    get_header_map_pairs 5 pairs
    on grpc_receive
    get_buffer_bytes 5 0 100 data
    on grpc_receive_trailing_metadata
    get_header_map_pairs 5 pairs
    get_header_map_pairs 4 pairs
    on grpc_close
    get_status out data\n";

fn unary(subject: &Subject) -> Checked {
    let mut stage = Stage::new(subject, &format!("{HEARD}on request_headers\n{CALL}"))?;
    let id = stage.get(&[])?;
    stage.said(&["grpc_call 0 1"])?;
    stage.pump()?;
    equal(
        "log",
        stage.hear(),
        [
            &format!("> grpc_receive_initial_metadata {id} 1 1"),
            "get_header_map_pairs 0 x-method=pkg.Service/Method",
            "get_header_map_pairs 2",
            &format!("> grpc_receive {id} 1 8"),
            "get_buffer_bytes 0 re:ping!",
            &format!("> grpc_receive_trailing_metadata {id} 1 1"),
            "get_header_map_pairs 0 grpc-status=0",
            "get_header_map_pairs 2",
            &format!("> grpc_close {id} 1 0"),
            "get_status 0 0 fine",
        ],
    )?;
    equal("running callouts", stage.vm.running_callouts(), 0)
}

fn stream(subject: &Subject) -> Checked {
    let mut stage = Stage::new(
        subject,
        &format!(
            "{HEARD}on request_headers
             {OPEN}
             grpc_send $1 \"one\" 0
             grpc_send $1 \"\" 0
             grpc_send $1 \"three\" 0
             grpc_close $1
             grpc_send $1 \"late\" 0
             grpc_close $1"
        ),
    )?;
    let id = stage.get(&[])?;
    stage.said(&[
        "grpc_stream 0 1",
        "grpc_send 0",
        "grpc_send 0",
        "grpc_send 0",
        "grpc_close 0",
        "grpc_send 2",
        "grpc_close 0",
    ])?;
    stage.pump()?;
    equal(
        "log",
        stage.hear(),
        [
            &format!("> grpc_receive_initial_metadata {id} 1 1"),
            "get_header_map_pairs 0 stream=open",
            "get_header_map_pairs 2",
            &format!("> grpc_receive {id} 1 3"),
            "get_buffer_bytes 0 one",
            &format!("> grpc_receive {id} 1 0"),
            "get_buffer_bytes 0 ",
            &format!("> grpc_receive {id} 1 5"),
            "get_buffer_bytes 0 three",
            &format!("> grpc_close {id} 1 0"),
            "get_status 0 0 closed",
        ],
    )
}

fn send_end(subject: &Subject) -> Checked {
    let mut stage = Stage::new(
        subject,
        &format!(
            "{HEARD}on request_headers\n{OPEN}\ngrpc_send $1 \"last\" 1\ngrpc_send $1 \"more\" 0"
        ),
    )?;
    stage.get(&[])?;
    stage.said(&["grpc_stream 0 1", "grpc_send 0", "grpc_send 2"])?;
    stage.pump()?;
    let heard = stage.hear();
    equal(
        "end",
        heard.last().map(String::as_str),
        Some("get_status 0 0 ended"),
    )
}

fn cancel(subject: &Subject) -> Checked {
    for start in [CALL, OPEN] {
        let mut stage = Stage::new(
            subject,
            &format!(
                "on request_headers\n{start}\ngrpc_cancel $1\ngrpc_cancel $1\ngrpc_send $1 \"x\" 0"
            ),
        )?;
        stage.get(&[])?;
        let said = stage.hear();
        equal(
            "cancel",
            &said[said.len() - 3..],
            ["grpc_cancel 0", "grpc_cancel 1", "grpc_send 1"],
        )?;
        stage.pump()?;
        stage.called(&[])?;
        equal("running callouts", stage.vm.running_callouts(), 0)?;
    }
    Ok(())
}

fn unknown_upstream(subject: &Subject) -> Checked {
    let mut stage = Stage::new(
        subject,
        "on request_headers
         grpc_call \"nowhere\" \"s\" \"m\" { } \"\" 1000 out
         grpc_stream \"nowhere\" \"s\" \"m\" { } out",
    )?;
    stage.get(&[])?;
    stage.said(&["grpc_call 4", "grpc_stream 4"])
}

fn cannot_send(subject: &Subject) -> Checked {
    let mut stage = Stage::new(
        subject,
        "on request_headers
         grpc_call \"refusing\" \"s\" \"m\" { } \"\" 1000 out
         grpc_stream \"refusing\" \"s\" \"m\" { } out",
    )?;
    stage.get(&[])?;
    stage.said(&["grpc_call 10", "grpc_stream 10"])
}

fn unknown_id(subject: &Subject) -> Checked {
    let mut stage = Stage::new(
        subject,
        "on request_headers
         grpc_send 77 \"x\" 0
         grpc_close 77
         grpc_cancel 0xffffffff",
    )?;
    stage.get(&[])?;
    stage.said(&["grpc_send 1", "grpc_close 1", "grpc_cancel 1"])
}

fn wrong_kind(subject: &Subject) -> Checked {
    let mut stage = Stage::new(
        subject,
        &format!(
            "on request_headers
             http_call \"auth\" {{ \":method\" \"GET\" \":path\" \"/\" \":authority\" \"a\" }} \"\" {{ }} 1000 out2
             grpc_send $2 \"x\" 0
             grpc_close $2
             grpc_cancel $2
             {CALL}
             grpc_send $1 \"x\" 0
             grpc_close $1"
        ),
    )?;
    stage.get(&[])?;
    stage.said(&[
        "http_call 0 1",
        "grpc_send 2",
        "grpc_close 2",
        "grpc_cancel 2",
        "grpc_call 0 2",
        "grpc_send 2",
        "grpc_close 0",
    ])
}

fn failure(subject: &Subject) -> Checked {
    let mut stage = Stage::new(
        subject,
        &format!(
            "{HEARD}on request_headers\ngrpc_call \"grpc-broken\" \"s\" \"m\" {{ }} \"\" 1000 out"
        ),
    )?;
    let id = stage.get(&[])?;
    stage.forget();
    stage.pump()?;
    equal(
        "log",
        stage.hear(),
        [
            &format!("> grpc_close {id} 1 14"),
            "get_status 0 14 unavailable",
        ],
    )
}

fn timeout(subject: &Subject) -> Checked {
    let mut stage = Stage::new(
        subject,
        "on request_headers\ngrpc_call \"silent\" \"s\" \"m\" { } \"\" 250 out",
    )?;
    let id = stage.get(&[])?;
    stage.forget();
    stage.pump()?;
    stage.called(&[&format!("grpc_close {id} 1 4")])
}

fn after_destroy(subject: &Subject) -> Checked {
    let mut stage = Stage::new(subject, &format!("on request_headers\n{CALL}\n{OPEN}"))?;
    let id = stage.get(&[])?;
    let events = stage.services.take_events(stage.vm.number());
    stage.finish(id)?;
    stage.forget();
    equal("running callouts", stage.vm.running_callouts(), 0)?;
    for (call, event) in events {
        ensure!(
            !stage.vm.deliver(call, event)?,
            "an event reached a stream that had ended"
        );
    }
    let close = CalloutEvent::GrpcClose {
        status: 0,
        message: Vec::new(),
    };
    ensure!(
        !stage.vm.deliver(99, close)?,
        "an event of no call was delivered"
    );
    stage.called(&[])?;
    stage.alive()
}

fn metadata(subject: &Subject) -> Checked {
    let mut stage = Stage::new(
        subject,
        "on request_headers
         grpc_call \"grpc\" \"s\" \"m\" \"\\x05\\0\\0\\0\" \"\" 1000 out
         grpc_stream \"grpc\" \"s\" \"m\" { \"bad name\" \"v\" } out",
    )?;
    stage.get(&[])?;
    stage.said(&["grpc_call 4", "grpc_stream 2"])
}
