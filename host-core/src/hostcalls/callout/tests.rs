use std::time::Duration;

use super::proxy_http_call;
use crate::abi::{Status, pairs};
use crate::callouts::CallKind;
use crate::hostcalls::{
    proxy_grpc_call, proxy_grpc_cancel, proxy_grpc_close, proxy_grpc_send, proxy_grpc_stream,
};
use crate::http::HeaderMap;
use crate::services::{CalloutEvent, CalloutKind, InProcess, Reply};
use crate::testing::{FakeGuest, MEMORY};

const BAD_ARGUMENT: u32 = Status::BadArgument as u32;
const NOT_FOUND: u32 = Status::NotFound as u32;

/// An upstream `echo` that answers what it was sent, `gone` that refuses, and no other.
fn answer(upstream: &[u8], kind: &CalloutKind<'_>) -> Reply {
    match (upstream, kind) {
        (b"gone", _) => Reply::Refused,
        (b"slow", _) => Reply::http(200, &[], "late").after(Duration::from_secs(9)),
        (
            b"echo",
            CalloutKind::Http {
                headers,
                body,
                trailers,
                ..
            },
        ) => {
            let path =
                String::from_utf8_lossy(headers.get(b":path").unwrap_or_default()).into_owned();
            let count = trailers.len().to_string();
            Reply::http(200, &[("path", &path), ("trailers", &count)], *body)
        }
        (b"echo", CalloutKind::GrpcCall { message, .. }) => Reply::grpc(*message),
        (b"echo", CalloutKind::GrpcStream { .. }) => Reply::silence(),
        (b"echo", CalloutKind::GrpcSend { message, .. }) => {
            Reply::events(vec![CalloutEvent::GrpcMessage(message.to_vec())])
        }
        (b"echo", CalloutKind::GrpcClose) => Reply::events(vec![CalloutEvent::GrpcClose {
            status: 0,
            message: b"bye".to_vec(),
        }]),
        _ => Reply::UnknownUpstream,
    }
}

fn guest() -> FakeGuest {
    FakeGuest::new(InProcess::builder().upstream(answer))
}

fn serialised(fields: &[(&str, &str)]) -> Vec<u8> {
    let map: HeaderMap = fields.iter().copied().collect();
    let mut bytes = vec![0; pairs::serialized_size(&map)];
    assert!(pairs::serialize(&map, &mut bytes));
    bytes
}

const REQUEST: &[(&str, &str)] = &[(":method", "POST"), (":path", "/x"), (":authority", "a")];

fn http(
    guest: &mut FakeGuest,
    upstream: &str,
    headers: &[u8],
    trailers: &[u8],
) -> Result<u32, u32> {
    let (upstream, upstream_size) = guest.put(upstream.as_bytes());
    let (headers, headers_size) = guest.put(headers);
    let (body, body_size) = guest.put(b"body");
    let (trailers, trailers_size) = guest.put(trailers);
    let slot = guest.slot();
    let status = proxy_http_call(
        guest,
        upstream,
        upstream_size,
        headers,
        headers_size,
        body,
        body_size,
        trailers,
        trailers_size,
        1_000,
        slot,
    );
    match status.unwrap() {
        0 => Ok(guest.u32_at(slot)),
        status => Err(status),
    }
}

fn stream(guest: &mut FakeGuest, upstream: &str, metadata: &[u8]) -> Result<u32, u32> {
    let (upstream, upstream_size) = guest.put(upstream.as_bytes());
    let (service, service_size) = guest.put(b"svc");
    let (method, method_size) = guest.put(b"Do");
    let (metadata, metadata_size) = guest.put(metadata);
    let slot = guest.slot();
    let status = proxy_grpc_stream(
        guest,
        upstream,
        upstream_size,
        service,
        service_size,
        method,
        method_size,
        metadata,
        metadata_size,
        slot,
    );
    match status.unwrap() {
        0 => Ok(guest.u32_at(slot)),
        status => Err(status),
    }
}

fn call(guest: &mut FakeGuest, service: &[u8]) -> Result<u32, u32> {
    let (upstream, upstream_size) = guest.put(b"echo");
    let (service, service_size) = guest.put(service);
    let (method, method_size) = guest.put(b"Do");
    let (message, message_size) = guest.put(b"hello");
    let slot = guest.slot();
    let status = proxy_grpc_call(
        guest,
        upstream,
        upstream_size,
        service,
        service_size,
        method,
        method_size,
        0,
        0,
        message,
        message_size,
        1_000,
        slot,
    );
    match status.unwrap() {
        0 => Ok(guest.u32_at(slot)),
        status => Err(status),
    }
}

fn send(guest: &mut FakeGuest, call: u32, message: &[u8], end: u32) -> u32 {
    let (message, size) = guest.put(message);
    proxy_grpc_send(guest, call, message, size, end).unwrap()
}

fn events(guest: &FakeGuest) -> Vec<(u32, CalloutEvent)> {
    guest.services.take_events(guest.host.vm_number)
}

#[test]
fn a_request_reaches_the_upstream_and_its_answer_waits_for_the_vm() {
    let mut guest = guest();
    guest.record();
    let id = http(
        &mut guest,
        "echo",
        &serialised(REQUEST),
        &serialised(&[("t", "1")]),
    )
    .unwrap();
    assert_eq!(guest.host.calls.get_mut(id).unwrap().context, guest.stream);
    let [(call, CalloutEvent::HttpResponse(Ok(reply)))] = &events(&guest)[..] else {
        panic!()
    };
    assert_eq!(*call, id);
    let expected: HeaderMap = [(":status", "200"), ("path", "/x"), ("trailers", "1")]
        .into_iter()
        .collect();
    assert_eq!((&reply.headers, &reply.body[..]), (&expected, &b"body"[..]));
    assert!(guest.recorded()[0].ends_with("\"body\", \"\\x01\\x00\\x00\\x00\\x01\\x00\\x00\\x00\\x01\\x00\\x00\\x00t\\x001\\x00\", 1000, 1) -> Ok"));
}

#[test]
fn an_answer_after_the_timeout_is_a_failure() {
    let mut guest = guest();
    let id = http(&mut guest, "slow", &serialised(REQUEST), b"").unwrap();
    let failure = CalloutEvent::HttpResponse(Err(Status::InternalFailure));
    assert_eq!(events(&guest), [(id, failure)]);
}

#[test]
fn requests_that_cannot_be_sent_leave_no_callout_behind() {
    let mut guest = guest();
    let good = serialised(REQUEST);
    assert_eq!(http(&mut guest, "nowhere", &good, b""), Err(BAD_ARGUMENT));
    assert_eq!(
        http(&mut guest, "gone", &good, b""),
        Err(Status::InternalFailure as u32)
    );
    assert_eq!(
        http(&mut guest, "echo", &good[..9], b""),
        Err(Status::ParseFailure as u32)
    );
    assert_eq!(
        http(&mut guest, "echo", &good, b"x"),
        Err(Status::ParseFailure as u32)
    );
    for missing in 0..3 {
        let mut fields = REQUEST.to_vec();
        fields.remove(missing);
        assert_eq!(
            http(&mut guest, "echo", &serialised(&fields), b""),
            Err(BAD_ARGUMENT)
        );
    }
    for bad in [("a b", "x"), ("x", "a\r\nb: c")] {
        let fields: Vec<_> = REQUEST.iter().copied().chain([bad]).collect();
        assert_eq!(
            http(&mut guest, "echo", &serialised(&fields), b""),
            Err(BAD_ARGUMENT)
        );
    }
    assert_eq!(
        http(&mut guest, "echo", &good, &serialised(&[(":path", "/")])),
        Err(BAD_ARGUMENT)
    );
    guest.host.effective = 99;
    assert_eq!(http(&mut guest, "echo", &good, b""), Err(BAD_ARGUMENT));
    assert_eq!(guest.host.calls.len(), 0);
    assert!(events(&guest).is_empty());
}

#[test]
fn bad_addresses_start_nothing() {
    let mut guest = guest();
    let headers = serialised(REQUEST);
    let (upstream, size) = guest.put(b"echo");
    let (at, length) = guest.put(&headers);
    let slot = guest.slot();
    let invalid = Ok(Status::InvalidMemoryAccess as u32);
    let bad = [(MEMORY, slot), (slot, MEMORY - 3), (slot, usize::MAX)];
    for (body, answer) in bad {
        let status = proxy_http_call(
            &mut guest, upstream, size, at, length, body, 1, 0, 0, 1, answer,
        );
        assert_eq!(status, invalid);
    }
    assert_eq!(guest.host.calls.len(), 0);
}

#[test]
fn there_is_an_end_to_the_number_of_callouts() {
    let mut guest = guest();
    let headers = serialised(REQUEST);
    for started in 0..crate::callouts::Calls::LIMIT {
        assert!(
            http(&mut guest, "echo", &headers, b"").is_ok(),
            "after {started}"
        );
    }
    assert_eq!(
        http(&mut guest, "echo", &headers, b""),
        Err(Status::InternalFailure as u32)
    );
}

#[test]
fn a_unary_call_is_answered_and_needs_names() {
    let mut guest = guest();
    let id = call(&mut guest, b"svc").unwrap();
    let close = CalloutEvent::GrpcClose {
        status: 0,
        message: Vec::new(),
    };
    assert_eq!(
        events(&guest),
        [
            (id, CalloutEvent::GrpcMessage(b"hello".to_vec())),
            (id, close)
        ]
    );
    assert_eq!(call(&mut guest, b""), Err(BAD_ARGUMENT));
}

#[test]
fn a_stream_sends_until_it_is_closed() {
    let mut guest = guest();
    let id = stream(&mut guest, "echo", &serialised(&[("k", "v")])).unwrap();
    assert_eq!(send(&mut guest, id, b"one", 0), 0);
    assert_eq!(
        events(&guest),
        [(id, CalloutEvent::GrpcMessage(b"one".to_vec()))]
    );
    assert_eq!(proxy_grpc_close(&mut guest, id), Ok(0));
    assert_eq!(
        guest.host.calls.get_mut(id).unwrap().kind,
        CallKind::GrpcStream { sending: false }
    );
    assert_eq!(events(&guest).len(), 1, "the upstream still answers");
    assert_eq!(send(&mut guest, id, b"two", 0), BAD_ARGUMENT);
    assert_eq!(
        proxy_grpc_close(&mut guest, id),
        Ok(0),
        "closing twice does no harm"
    );
}

#[test]
fn the_last_message_ends_the_sending_side() {
    let mut guest = guest();
    let id = stream(&mut guest, "echo", b"").unwrap();
    assert_eq!(send(&mut guest, id, b"last", 1), 0);
    assert_eq!(send(&mut guest, id, b"more", 0), BAD_ARGUMENT);
}

#[test]
fn a_cancelled_callout_has_no_events() {
    let mut guest = guest();
    let (unary, id) = (
        call(&mut guest, b"svc").unwrap(),
        stream(&mut guest, "echo", b"").unwrap(),
    );
    send(&mut guest, id, b"one", 0);
    assert_eq!(proxy_grpc_cancel(&mut guest, id), Ok(0));
    assert_eq!(proxy_grpc_close(&mut guest, unary), Ok(0));
    assert!(events(&guest).is_empty());
    for step in [
        send(&mut guest, id, b"x", 0),
        proxy_grpc_cancel(&mut guest, id).unwrap(),
    ] {
        assert_eq!(step, NOT_FOUND);
    }
}

#[test]
fn steps_of_grpc_are_for_grpc_and_for_this_vm_only() {
    let mut guest = guest();
    let mut other = FakeGuest::sharing(guest.services.clone(), Default::default());
    let id = http(&mut guest, "echo", &serialised(REQUEST), b"").unwrap();
    let unary = call(&mut guest, b"svc").unwrap();
    assert_eq!(send(&mut guest, id, b"x", 0), BAD_ARGUMENT);
    assert_eq!(send(&mut guest, unary, b"x", 0), BAD_ARGUMENT);
    assert_eq!(proxy_grpc_cancel(&mut guest, id), Ok(BAD_ARGUMENT));
    assert_eq!(proxy_grpc_close(&mut guest, id), Ok(BAD_ARGUMENT));
    assert_eq!(proxy_grpc_cancel(&mut other, unary), Ok(NOT_FOUND));
    assert_eq!(proxy_grpc_close(&mut other, 0), Ok(NOT_FOUND));
}

#[test]
fn outside_any_context_nothing_is_called_whatever_the_upstream() {
    for upstream in ["echo", "nowhere"] {
        let mut guest = guest();
        guest.host.effective = 0;
        assert_eq!(
            http(&mut guest, upstream, &serialised(REQUEST), &[]),
            Err(BAD_ARGUMENT)
        );
        assert_eq!(stream(&mut guest, upstream, &[]), Err(BAD_ARGUMENT));
        assert_eq!(call(&mut guest, b"service"), Err(BAD_ARGUMENT));
        assert!(guest.host.calls.len() == 0 && events(&guest).is_empty());
    }
}
