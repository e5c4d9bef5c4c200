//! Pausing and continuing.

use host_core::abi::Action;

use crate::Subject;
use crate::expect::{ensure, equal};
use crate::item::{Checked, Item};
use crate::stage::Stage;

pub(super) const ITEMS: &[Item] = &[
    Item::any(
        "pause/from-tick",
        "a tick continues a paused request",
        from_tick,
    ),
    Item::any(
        "pause/from-http-response",
        "the answer to a callout continues a paused request",
        from_http_response,
    ),
    Item::any(
        "pause/from-queue",
        "a queue's callback continues a paused request",
        from_queue,
    ),
    Item::any(
        "pause/response",
        "a paused response is continued as such",
        response,
    ),
    Item::any(
        "pause/continue-inside",
        "continuing inside the callback that answers PAUSE wins",
        continue_inside,
    ),
    Item::any(
        "pause/with-end-of-stream",
        "headers that end the stream can be paused too",
        with_end_of_stream,
    ),
    Item::any(
        "pause/trailers",
        "trailers can be paused and continued",
        trailers,
    ),
    Item::any(
        "pause/one-of-two",
        "pausing one stream leaves another alone",
        one_of_two,
    ),
    Item::any(
        "pause/unknown-stream",
        "continuing or closing an unknown kind of stream is BAD_ARGUMENT",
        unknown_stream,
    ),
    Item::any(
        "pause/close",
        "closing a stream is seen by the proxy",
        close,
    ),
    Item::any(
        "pause/odd-action",
        "an answer that is no action continues",
        odd_action,
    ),
];

fn from_tick(subject: &Subject) -> Checked {
    let mut stage = Stage::new(
        subject,
        "on request_headers
         save 1 @0
         return 1
         on tick
         set_effective_context $1
         continue_stream 0",
    )?;
    let (id, action) = stage.request(&[], true)?;
    equal("action", action, Action::Pause)?;
    ensure!(stage.stream(id)?.is_paused(), "the stream is not paused");
    equal("continued", stage.vm.take_continued(id), (false, false))?;
    stage.vm.on_tick(stage.root)?;
    stage.said(&["set_effective_context 0", "continue_stream 0"])?;
    equal("continued", stage.vm.take_continued(id), (true, false))?;
    equal(
        "continued once",
        stage.vm.take_continued(id),
        (false, false),
    )?;
    ensure!(!stage.stream(id)?.is_paused(), "the stream is still paused");
    Ok(())
}

fn from_http_response(subject: &Subject) -> Checked {
    let mut stage = Stage::new(
        subject,
        "on request_headers
         http_call \"auth\" { \":method\" \"GET\" \":path\" \"/\" \":authority\" \"auth\" } \"\" { } 1000 out
         return 1
         on http_call_response
         continue_stream 0",
    )?;
    let (id, action) = stage.request(&[], true)?;
    equal("action", action, Action::Pause)?;
    stage.pump()?;
    stage.said(&["http_call 0 1", "continue_stream 0"])?;
    equal("continued", stage.vm.take_continued(id), (true, false))
}

fn from_queue(subject: &Subject) -> Checked {
    let mut stage = Stage::new(
        subject,
        "on configure
         register_shared_queue \"jobs\" out2
         on request_headers
         save 1 @0
         enqueue_shared_queue $2 \"go\"
         return 1
         on queue_ready
         set_effective_context $1
         continue_stream 0",
    )?;
    let (id, _) = stage.request(&[], true)?;
    stage.pump()?;
    equal("continued", stage.vm.take_continued(id), (true, false))
}

fn response(subject: &Subject) -> Checked {
    let mut stage = Stage::new(
        subject,
        "on response_headers
         save 1 @0
         return 1
         on tick
         set_effective_context $1
         continue_stream 1",
    )?;
    let id = stage.get(&[])?;
    equal("action", stage.response(id, &[], true)?, Action::Pause)?;
    stage.vm.on_tick(stage.root)?;
    equal("continued", stage.vm.take_continued(id), (false, true))
}

fn continue_inside(subject: &Subject) -> Checked {
    let mut stage = Stage::new(subject, "on request_headers\ncontinue_stream 0\nreturn 1")?;
    let (id, action) = stage.request(&[], true)?;
    equal("action", action, Action::Continue)?;
    ensure!(!stage.stream(id)?.is_paused(), "the stream is paused");
    Ok(())
}

fn with_end_of_stream(subject: &Subject) -> Checked {
    let mut stage = Stage::new(subject, "on response_headers\nreturn 1")?;
    let id = stage.get(&[])?;
    equal("action", stage.response(id, &[], true)?, Action::Pause)?;
    stage.finish(id)?;
    stage.alive()
}

fn trailers(subject: &Subject) -> Checked {
    let mut stage = Stage::new(
        subject,
        "on request_trailers
         save 1 @0
         return 1
         on tick
         set_effective_context $1
         replace_header_map_value 1 \"t\" \"2\"
         continue_stream 0",
    )?;
    let id = stage.request(&[], false)?.0;
    stage.stream(id)?.request.trailers = [("t", "1")].into_iter().collect();
    equal("action", stage.vm.on_request_trailers(id)?, Action::Pause)?;
    stage.vm.on_tick(stage.root)?;
    stage.said(&[
        "set_effective_context 0",
        "replace_header_map_value 0",
        "continue_stream 0",
    ])?;
    equal("continued", stage.vm.take_continued(id), (true, false))
}

fn one_of_two(subject: &Subject) -> Checked {
    let mut stage = Stage::new(subject, "on request_headers#1\nreturn 1")?;
    let (first, action) = stage.request(&[], true)?;
    equal("first action", action, Action::Pause)?;
    let (second, action) = stage.request(&[], true)?;
    equal("second action", action, Action::Continue)?;
    stage.response(second, &[], true)?;
    stage.finish(second)?;
    ensure!(
        stage.stream(first)?.is_paused(),
        "the first stream is no longer paused"
    );
    Ok(())
}

fn unknown_stream(subject: &Subject) -> Checked {
    let mut stage = Stage::new(
        subject,
        "on request_headers
         continue_stream 2
         continue_stream 4
         close_stream 3
         close_stream 0xffffffff
         on tick
         continue_stream 0
         close_stream 0",
    )?;
    stage.get(&[])?;
    stage.vm.on_tick(stage.root)?;
    stage.said(&[
        "continue_stream 2",
        "continue_stream 2",
        "close_stream 2",
        "close_stream 2",
        "continue_stream 2",
        "close_stream 2",
    ])
}

fn close(subject: &Subject) -> Checked {
    let mut stage = Stage::new(subject, "on request_headers\nclose_stream 0\nreturn 1")?;
    let id = stage.get(&[])?;
    stage.said(&["close_stream 0"])?;
    ensure!(
        stage.stream(id)?.request.closed,
        "the proxy does not see that the request was closed"
    );
    ensure!(
        !stage.stream(id)?.response.closed,
        "the response was closed with the request"
    );
    stage.finish(id)?;
    Ok(())
}

fn odd_action(subject: &Subject) -> Checked {
    let mut stage = Stage::new(subject, "on request_headers\nreturn 77")?;
    let (_, action) = stage.request(&[], true)?;
    equal("action", action, Action::Continue)
}
