//! gRPC callouts, unary and streaming.

use std::rc::Rc;

use ::http::{HeaderMap, HeaderValue, StatusCode};
use host_core::http::HeaderMap as Fields;
use host_core::services::CalloutEvent;
use http_body_util::BodyExt as _;

use super::frame::Messages;
use super::http::{add, head, limited};
use super::job::GrpcRequest;
use crate::upstream::{Answer, Cluster, RequestBody};

const DEADLINE_EXCEEDED: u32 = 4;
const INTERNAL: u32 = 13;
const UNAVAILABLE: u32 = 14;
const UNKNOWN: u32 = 2;

/// How a call ended.
struct End {
    status: u32,
    message: Vec<u8>,
}

impl End {
    fn of(status: u32, message: &str) -> Self {
        let message = message.as_bytes().to_vec();
        Self { status, message }
    }
}

/// Makes a call and delivers what comes of it; false when it failed.
pub(super) async fn run(
    cluster: &Rc<Cluster>,
    request: GrpcRequest,
    deliver: &impl Fn(CalloutEvent),
) -> bool {
    let timeout = request.timeout;
    let end = limited(timeout, exchange(cluster, request, deliver))
        .await
        .unwrap_or_else(|| End::of(DEADLINE_EXCEEDED, "no answer in time"));
    let fine = end.status == 0;
    deliver(CalloutEvent::GrpcClose {
        status: end.status,
        message: end.message,
    });
    fine
}

async fn exchange(
    cluster: &Rc<Cluster>,
    request: GrpcRequest,
    deliver: &impl Fn(CalloutEvent),
) -> End {
    let Some(head) = grpc_head(cluster, &request) else {
        return End::of(INTERNAL, "the metadata is not valid");
    };
    let body = RequestBody::Channel(request.messages);
    let mut request = head.map(|()| body);
    let mut answer = Answer::default();
    if let Err(error) = cluster.send(&mut request, &mut answer).await {
        return End::of(UNAVAILABLE, &error.to_string());
    }
    let (head, Some(mut body)) = answer.into_parts() else {
        return End::of(UNKNOWN, "the answer has no body");
    };
    if head.status != StatusCode::OK {
        return End::of(UNKNOWN, &format!("HTTP status {}", head.status));
    }
    let mut metadata = Fields::new();
    if add(&head.headers, &mut metadata).is_none() {
        return End::of(INTERNAL, "the metadata is too long");
    }
    deliver(CalloutEvent::GrpcInitialMetadata(metadata));
    let mut messages = Messages::default();
    let mut trailers = None;
    while let Some(frame) = body.frame().await {
        let frame = match frame {
            Ok(frame) => frame,
            Err(error) => return End::of(UNAVAILABLE, &error.to_string()),
        };
        match frame.into_data() {
            Ok(data) => messages.add(&data),
            Err(frame) => trailers = frame.into_trailers().ok(),
        }
        loop {
            match messages.next() {
                Ok(Some(message)) => deliver(CalloutEvent::GrpcMessage(message)),
                Ok(None) => break,
                Err(_) => return End::of(INTERNAL, "a message is compressed or too long"),
            }
        }
    }
    if let Some(trailers) = &trailers {
        let mut fields = Fields::new();
        if add(trailers, &mut fields).is_some() {
            deliver(CalloutEvent::GrpcTrailingMetadata(fields));
        }
    }
    // A call that fails at once has its status in the header.
    end(trailers.as_ref().unwrap_or(&head.headers))
}

fn end(fields: &HeaderMap) -> End {
    let status = fields
        .get("grpc-status")
        .and_then(|status| status.to_str().ok()?.parse().ok());
    let Some(status) = status else {
        return End::of(UNKNOWN, "the answer has no grpc-status");
    };
    let message = fields.get("grpc-message").map(HeaderValue::as_bytes);
    let message = percent_encoding::percent_decode(message.unwrap_or_default()).collect();
    End { status, message }
}

fn grpc_head(cluster: &Cluster, request: &GrpcRequest) -> Option<::http::Request<()>> {
    let mut fields = Fields::new();
    fields.add(b":method", b"POST").ok()?;
    fields.add(b":path", request.path.as_bytes()).ok()?;
    let authority: &[u8] = request
        .metadata
        .get(b":authority")
        .unwrap_or(cluster.name().as_bytes());
    fields.add(b":authority", authority).ok()?;
    fields.add(b"content-type", b"application/grpc").ok()?;
    fields.add(b"te", b"trailers").ok()?;
    if let Some(timeout) = request.timeout {
        let text = format!("{}m", timeout.as_millis());
        fields.add(b"grpc-timeout", text.as_bytes()).ok()?;
    }
    for (name, value) in request
        .metadata
        .iter()
        .filter(|(name, _)| !name.starts_with(b":"))
    {
        fields.add(name, value).ok()?;
    }
    head(cluster, &fields)
}
