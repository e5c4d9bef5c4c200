//! Local responses.

use host_core::{Ending, Exchange};

use crate::Subject;
use crate::expect::{ensure, equal};
use crate::item::{Checked, Item};
use crate::proxy;
use crate::stage::{Stage, fields, wanted};

pub(super) const ITEMS: &[Item] = &[
    Item::any(
        "local-response/request-headers",
        "answers in place of the upstream, with all its parts",
        request_headers,
    ),
    Item::any(
        "local-response/request-body",
        "can be sent from the request's body",
        request_body,
    ),
    Item::any(
        "local-response/response-headers",
        "can be sent from the response's headers",
        response_headers,
    ),
    Item::any(
        "local-response/response-body",
        "can be sent from the response's body while the headers are held",
        response_body,
    ),
    Item::any(
        "local-response/too-late",
        "is refused once the response's headers were passed on",
        too_late,
    ),
    Item::any("local-response/once", "is refused a second time", once),
    Item::any(
        "local-response/grpc-status",
        "carries a gRPC status",
        grpc_status,
    ),
    Item::any(
        "local-response/from-callout",
        "can be sent from another callback for a held stream",
        from_tick,
    ),
    Item::any(
        "local-response/bad-map",
        "is refused with a malformed or forbidden map",
        bad_map,
    ),
    Item::any(
        "local-response/ends-the-request",
        "no further request callbacks; done, log and delete still come",
        ends_the_request,
    ),
    Item::any(
        "local-response/no-stream",
        "is refused without a stream",
        no_stream,
    ),
];

const SEND: &str = "send_local_response 403 \"why\" \"no\\n\" { \"powered-by\" \"puppet\" } -1";

fn request_headers(subject: &Subject) -> Checked {
    let mut stage = Stage::new(subject, &format!("on request_headers\n{SEND}\nreturn 1"))?;
    let id = stage.get(&[])?;
    stage.said(&["send_local_response 0"])?;
    let Some(local) = stage.stream(id)?.local_response.clone() else {
        return Err("the proxy sees no local response".into());
    };
    equal("status", local.status, 403)?;
    equal("details", &local.details[..], b"why")?;
    equal("body", &local.body[..], b"no\n")?;
    equal(
        "headers",
        fields(&local.headers),
        wanted(&[("powered-by", "puppet")]),
    )?;
    equal("gRPC status", local.grpc_status, None)
}

fn local_status(stage: &mut Stage, id: u32) -> Checked<Option<u32>> {
    Ok(stage
        .stream(id)?
        .local_response
        .as_ref()
        .map(|local| local.status))
}

fn request_body(subject: &Subject) -> Checked {
    let mut stage = Stage::new(subject, &format!("on request_body\n{SEND}\nreturn 1"))?;
    let id = stage.request(&[], false)?.0;
    stage.vm.on_request_body(id, b"body", true)?;
    equal("status", local_status(&mut stage, id)?, Some(403))
}

fn response_headers(subject: &Subject) -> Checked {
    let mut stage = Stage::new(subject, &format!("on response_headers\n{SEND}\nreturn 1"))?;
    let id = stage.get(&[])?;
    stage.response(id, &[], true)?;
    equal("status", local_status(&mut stage, id)?, Some(403))
}

fn response_body(subject: &Subject) -> Checked {
    let script = format!("on response_headers\nreturn 1\non response_body\n{SEND}\nreturn 1");
    let mut stage = Stage::new(subject, &script)?;
    let id = stage.get(&[])?;
    stage.response(id, &[], false)?;
    stage.vm.on_response_body(id, b"body", true)?;
    stage.said(&["send_local_response 0"])?;
    equal("status", local_status(&mut stage, id)?, Some(403))
}

fn too_late(subject: &Subject) -> Checked {
    let mut stage = Stage::new(subject, &format!("on response_body\n{SEND}"))?;
    let id = stage.get(&[])?;
    stage.response(id, &[], false)?;
    stage.vm.on_response_body(id, b"body", true)?;
    stage.said(&["send_local_response 2"])?;
    equal("status", local_status(&mut stage, id)?, None)
}

fn once(subject: &Subject) -> Checked {
    let script =
        format!("on request_headers\n{SEND}\nsend_local_response 200 \"\" \"\" {{ }} -1\nreturn 1");
    let mut stage = Stage::new(subject, &script)?;
    let id = stage.get(&[])?;
    stage.said(&["send_local_response 0", "send_local_response 2"])?;
    equal("status", local_status(&mut stage, id)?, Some(403))
}

fn grpc_status(subject: &Subject) -> Checked {
    let mut stage = Stage::new(
        subject,
        "on request_headers\nsend_local_response 200 \"\" \"denied\" { } 7\nreturn 1",
    )?;
    let id = stage.get(&[])?;
    let local = stage.stream(id)?.local_response.clone();
    equal(
        "gRPC status",
        local.and_then(|local| local.grpc_status),
        Some(7),
    )
}

fn from_tick(subject: &Subject) -> Checked {
    let script = format!(
        "on request_headers\nsave 1 @0\nreturn 1\non tick\nset_effective_context $1\n{SEND}"
    );
    let mut stage = Stage::new(subject, &script)?;
    let id = stage.get(&[])?;
    stage.vm.on_tick(stage.root)?;
    stage.said(&["set_effective_context 0", "send_local_response 0"])?;
    equal("status", local_status(&mut stage, id)?, Some(403))
}

fn bad_map(subject: &Subject) -> Checked {
    let mut stage = Stage::new(
        subject,
        "on request_headers
         send_local_response 403 \"\" \"\" \"\\x01\\0\\0\\0\" -1
         send_local_response 403 \"\" \"\" { \"a\" \"b\\r\\nc: d\" } -1
         send_local_response 403 \"\" \"\" { \"a b\" \"c\" } -1
         send_local_response 7 \"\" \"\" { } -1",
    )?;
    let id = stage.get(&[])?;
    stage.said(&[
        "send_local_response 4",
        "send_local_response 2",
        "send_local_response 2",
        "send_local_response 2",
    ])?;
    equal("status", local_status(&mut stage, id)?, None)
}

fn ends_the_request(subject: &Subject) -> Checked {
    let mut proxy = proxy::Proxy::new(subject, &format!("on request_headers\n{SEND}\nreturn 1"))?;
    let mut exchange: Exchange = proxy::exchange();
    exchange.request.body = b"body".to_vec();
    equal("ending", proxy.driver.run(&exchange), Ending::LocalResponse)?;
    let callbacks = proxy.callbacks();
    let ended = ["request_headers", "done", "log", "delete"];
    ensure!(
        callbacks.ends_with(&ended.map(str::to_owned)),
        "callbacks after the local response: {callbacks:?}, expected them to end with {ended:?}"
    );
    Ok(())
}

fn no_stream(subject: &Subject) -> Checked {
    let mut stage = Stage::new(subject, &format!("on tick\n{SEND}"))?;
    stage.vm.on_tick(stage.root)?;
    stage.said(&["send_local_response 2"])
}
