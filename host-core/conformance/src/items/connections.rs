//! Connections: L4 filters.

use host_core::abi::{Action, PeerType};

use crate::Subject;
use crate::expect::{ensure, equal};
use crate::item::{Checked, Item};
use crate::stage::Stage;

pub(super) const ITEMS: &[Item] = &[
    Item::any(
        "connections/order",
        "a connection's callbacks come with their arguments",
        order,
    ),
    Item::any(
        "connections/data",
        "bytes of both directions are read and changed",
        data,
    ),
    Item::any(
        "connections/pause",
        "a direction is paused, buffered and continued",
        pause,
    ),
    Item::any(
        "connections/new",
        "a new connection can be paused and continued",
        new,
    ),
    Item::any("connections/close", "the guest closes either side", close),
    Item::any(
        "connections/no-http",
        "a connection has no headers and no HTTP bodies",
        no_http,
    ),
];

fn order(subject: &Subject) -> Checked {
    let mut stage = Stage::new(subject, "")?;
    stage.forget();
    let id = stage.connect()?;
    stage.vm.on_new_connection(id)?;
    stage.vm.on_downstream_data(id, b"hello", false)?;
    stage.vm.on_upstream_data(id, b"hi", true)?;
    stage.vm.on_upstream_close(id, PeerType::Remote)?;
    stage.vm.on_downstream_close(id, PeerType::Local)?;
    stage.finish(id)?;
    stage.called(&[
        "context_create 2 1",
        "new_connection 2",
        "downstream_data 2 5 0",
        "upstream_data 2 2 1",
        "upstream_connection_close 2 2",
        "downstream_connection_close 2 1",
        "done 2",
        "log 2",
        "delete 2",
    ])
}

fn data(subject: &Subject) -> Checked {
    let mut stage = Stage::new(
        subject,
        "on downstream_data
         get_buffer_bytes 2 0 @1 data
         set_buffer_bytes 2 0 0 \"> \"
         get_buffer_bytes 3 0 10 data
         on upstream_data
         get_buffer_bytes 3 0 @1 data
         set_buffer_bytes 3 0 100 \"gone\"",
    )?;
    let id = stage.connect()?;
    equal(
        "action",
        stage.vm.on_downstream_data(id, b"ping", false)?,
        Action::Continue,
    )?;
    equal(
        "downstream",
        &stage.stream(id)?.request.body.take()[..],
        b"> ping",
    )?;
    stage.vm.on_upstream_data(id, b"pong", false)?;
    equal(
        "upstream",
        &stage.stream(id)?.response.body.take()[..],
        b"gone",
    )?;
    stage.said(&[
        "get_buffer_bytes 0 ping",
        "set_buffer_bytes 0",
        "get_buffer_bytes 1",
        "get_buffer_bytes 0 pong",
        "set_buffer_bytes 0",
    ])
}

fn pause(subject: &Subject) -> Checked {
    let mut stage = Stage::new(
        subject,
        "on downstream_data
         save 1 @0
         return 1
         on tick
         set_effective_context $1
         get_buffer_bytes 2 0 100 data
         continue_stream 2",
    )?;
    let id = stage.connect()?;
    equal(
        "first action",
        stage.vm.on_downstream_data(id, b"one ", false)?,
        Action::Pause,
    )?;
    equal(
        "second action",
        stage.vm.on_downstream_data(id, b"two", false)?,
        Action::Pause,
    )?;
    stage.vm.on_tick(stage.root)?;
    stage.said(&[
        "set_effective_context 0",
        "get_buffer_bytes 0 one two",
        "continue_stream 0",
    ])?;
    equal("continued", stage.vm.take_continued(id), (true, false))
}

fn new(subject: &Subject) -> Checked {
    let mut stage = Stage::new(
        subject,
        "on new_connection
         save 1 @0
         return 1
         on tick
         set_effective_context $1
         continue_stream 2",
    )?;
    let id = stage.connect()?;
    equal("action", stage.vm.on_new_connection(id)?, Action::Pause)?;
    stage.vm.on_tick(stage.root)?;
    stage.said(&["set_effective_context 0", "continue_stream 0"])?;
    equal("continued", stage.vm.take_continued(id), (true, false))
}

fn close(subject: &Subject) -> Checked {
    for (number, name) in [(2, "downstream"), (3, "upstream")] {
        let mut stage = Stage::new(
            subject,
            &format!("on downstream_data\nclose_stream {number}\nclose_stream 0"),
        )?;
        let id = stage.connect()?;
        stage.vm.on_downstream_data(id, b"x", false)?;
        stage.said(&["close_stream 0", "close_stream 2"])?;
        let stream = stage.stream(id)?;
        ensure!(
            stream.request.closed == (number == 2),
            "closing {name}: downstream"
        );
        ensure!(
            stream.response.closed == (number == 3),
            "closing {name}: upstream"
        );
        stage.finish(id)?;
    }
    Ok(())
}

fn no_http(subject: &Subject) -> Checked {
    let mut stage = Stage::new(
        subject,
        "on downstream_data
         get_header_map_value 0 \":path\" data
         add_header_map_value 0 \"a\" \"b\"
         get_buffer_bytes 0 0 10 data
         set_buffer_bytes 0 0 0 \"x\"
         send_local_response 200 \"\" \"\" { } -1",
    )?;
    let id = stage.connect()?;
    stage.vm.on_downstream_data(id, b"x", false)?;
    stage.said(&[
        "get_header_map_value 2",
        "add_header_map_value 2",
        "get_buffer_bytes 1",
        "set_buffer_bytes 1",
        "send_local_response 2",
    ])
}
