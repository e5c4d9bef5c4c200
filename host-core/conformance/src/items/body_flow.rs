//! Bodies that come in pieces, wait and change size.

use host_core::abi::Action;
use host_core::{Ending, Outcome};

use crate::Subject;
use crate::expect::equal;
use crate::item::{Checked, Item};
use crate::proxy;
use crate::stage::Stage;

pub(super) const ITEMS: &[Item] = &[
    Item::any(
        "bodies/buffered",
        "chunks add up while the stream is paused",
        buffered,
    ),
    Item::any(
        "bodies/streamed",
        "chunks come one by one while the stream goes on",
        streamed,
    ),
    Item::any(
        "bodies/edited-when-buffered",
        "a buffered body is edited as a whole",
        edited_when_buffered,
    ),
    Item::any(
        "bodies/edited-while-held",
        "a held body is edited from a tick",
        edited_while_held,
    ),
    Item::any(
        "bodies/content-length",
        "content-length follows the change",
        content_length,
    ),
    Item::any(
        "bodies/large",
        "a body of a megabyte is read and replaced",
        large,
    ),
    Item::any(
        "bodies/empty",
        "an empty last chunk reaches the guest",
        empty,
    ),
];

fn buffered(subject: &Subject) -> Checked {
    let mut stage = Stage::new(
        subject,
        "on request_body#1
         return 1
         on request_body#2
         return 1
         on request_body#3
         get_buffer_bytes 0 0 @1 data",
    )?;
    let id = stage.request(&[], false)?.0;
    stage.forget();
    let mut actions = Vec::new();
    for (chunk, end) in [(&b"one "[..], false), (b"two ", false), (b"three", true)] {
        actions.push(stage.vm.on_request_body(id, chunk, end)?);
    }
    equal(
        "actions",
        actions,
        [Action::Pause, Action::Pause, Action::Continue],
    )?;
    equal(
        "log",
        stage.hear(),
        [
            "> request_body 2 4 0",
            "> request_body 2 8 0",
            "> request_body 2 13 1",
            "get_buffer_bytes 0 one two three",
        ],
    )
}

fn streamed(subject: &Subject) -> Checked {
    let mut stage = Stage::new(subject, "on response_body\nget_buffer_bytes 1 0 100 data")?;
    let id = stage.get(&[])?;
    stage.response(id, &[], false)?;
    stage.forget();
    let mut sent = Vec::new();
    for (chunk, end) in [(&b"one"[..], false), (b"two", false), (b"three", true)] {
        equal(
            "action",
            stage.vm.on_response_body(id, chunk, end)?,
            Action::Continue,
        )?;
        sent.push(stage.stream(id)?.response.body.take());
    }
    equal("chunks", sent, [&b"one"[..], b"two", b"three"])?;
    stage.said(&[
        "get_buffer_bytes 0 one",
        "get_buffer_bytes 0 two",
        "get_buffer_bytes 0 three",
    ])
}

fn edited_when_buffered(subject: &Subject) -> Checked {
    let mut stage = Stage::new(
        subject,
        "on request_body#1
         return 1
         on request_body#2
         set_buffer_bytes 0 0 0 \"<\"
         set_buffer_bytes 0 0x7fffffff 0 \">\"
         set_buffer_bytes 0 2 2 \"\"",
    )?;
    let id = stage.request(&[], false)?.0;
    stage.vm.on_request_body(id, b"abc", false)?;
    stage.vm.on_request_body(id, b"def", true)?;
    stage.said(&["set_buffer_bytes 0"; 3])?;
    equal(
        "body",
        &stage.stream(id)?.request.body.take()[..],
        b"<adef>",
    )
}

fn edited_while_held(subject: &Subject) -> Checked {
    let mut stage = Stage::new(
        subject,
        "on request_body
         save 1 @0
         return 1
         on tick
         set_effective_context $1
         get_buffer_bytes 0 0 100 data
         set_buffer_bytes 0 0 100 \"held\"
         continue_stream 0
         on tick#2
         set_effective_context $1
         get_buffer_bytes 0 0 100 data",
    )?;
    let id = stage.request(&[], false)?.0;
    stage.vm.on_request_body(id, b"body", true)?;
    stage.vm.on_tick(stage.root)?;
    equal("continued", stage.vm.take_continued(id), (true, false))?;
    equal("body", &stage.stream(id)?.request.body.take()[..], b"held")?;
    stage.vm.on_tick(stage.root)?;
    stage.said(&[
        "set_effective_context 0",
        "get_buffer_bytes 0 body",
        "set_buffer_bytes 0",
        "continue_stream 0",
        "set_effective_context 0",
        "get_buffer_bytes 1",
    ])
}

fn content_length(subject: &Subject) -> Checked {
    let mut proxy = proxy::Proxy::new(
        subject,
        "on request_headers
         return 1
         on request_body
         set_buffer_bytes 0 0x7fffffff 0 \" and more\"
         on response_headers
         return 1
         on response_body
         set_buffer_bytes 1 0 0x7fffffff \"short\"",
    )?;
    let mut exchange = proxy::exchange();
    for (message, body) in [
        (&mut exchange.request, "hello"),
        (&mut exchange.response, "a long response"),
    ] {
        message.body = body.as_bytes().to_vec();
        message
            .headers
            .set(b"content-length", body.len().to_string().as_bytes())
            .map_err(|_| "full map")?;
    }
    let ending = proxy.driver.run(&exchange);
    equal("ending", &ending, &Ending::Forwarded)?;
    let Outcome::Forwarded { request, response } = Outcome::of(&proxy.driver, &exchange, &ending)
    else {
        return Err("the exchange was not forwarded".into());
    };
    let length = |fields: &[(String, String)]| {
        fields
            .iter()
            .find(|(name, _)| name == "content-length")
            .map(|(_, value)| value.clone())
    };
    equal("request body", request.body, b"hello and more")?;
    equal(
        "request content-length",
        length(&request.headers),
        Some("14".to_owned()),
    )?;
    equal("response body", response.body, b"short")?;
    equal(
        "response content-length",
        length(&response.headers),
        Some("5".to_owned()),
    )
}

fn large(subject: &Subject) -> Checked {
    let mut stage = Stage::new(
        subject,
        "on request_body
         quiet get_buffer_bytes 0 0 0x7fffffff data
         set_buffer_bytes 0 0 0x7fffffff big 2000000",
    )?;
    let id = stage.request(&[], false)?.0;
    stage.vm.on_request_body(id, &vec![b'y'; 1 << 20], true)?;
    stage.said(&["set_buffer_bytes 0"])?;
    let body = stage.stream(id)?.request.body.take();
    equal(
        "body",
        (body.len(), body.iter().all(|byte| *byte == b'x')),
        (2_000_000, true),
    )
}

fn empty(subject: &Subject) -> Checked {
    let mut stage = Stage::new(subject, "on request_body\nget_buffer_bytes 0 0 10 data")?;
    let id = stage.request(&[], false)?.0;
    stage.forget();
    stage.vm.on_request_body(id, b"", true)?;
    equal(
        "log",
        stage.hear(),
        ["> request_body 2 0 1", "get_buffer_bytes 0 "],
    )
}
