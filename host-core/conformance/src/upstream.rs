//! The upstreams that callouts of the suite's guests reach.

use std::sync::Arc;
use std::time::Duration;

use host_core::abi::{GraphEncoding, LogLevel, Status};
use host_core::nn::{Inference, Model};
use host_core::services::{CalloutEvent, CalloutKind, HttpReply, InProcess, Reply};
use inference::TractBackend;

use crate::guests;
use crate::stage::NOW;

/// Services with the upstreams
/// - `auth`: answers 200, header `x-path` (the request's path), the request's body, and
///   trailer `t`;
/// - `broken`: fails; `silent`: never answers; `slow`: answers after 5 s;
///   `refusing`: cannot be reached at all;
/// - `grpc`: answers a call with metadata, one message and status 0; echoes what is sent on
///   a stream and ends it when the guest does; `grpc-broken`: ends with status 14;
///
/// and with a model for wasi-nn, `affine`.
pub(crate) fn services() -> Arc<InProcess> {
    let builder = InProcess::builder()
        .fixed_clock(NOW)
        .log_level(LogLevel::Trace)
        .collect_logs(100_000)
        .seed(1)
        .foreign_function("reverse", |arguments, out| {
            out.extend(arguments.iter().rev());
            Ok(())
        })
        .foreign_function("nothing", |_, _| Ok(()))
        .foreign_function("fail", |_, _| Err(Status::InternalFailure))
        .foreign_function(crate::guests::WORD, |arguments, out| {
            out.extend_from_slice(arguments);
            Ok(())
        })
        .property(&["source", "address"], "10.0.0.1:5000")
        .property(&["destination", "port"], 443_i64.to_le_bytes())
        .upstream(answer)
        .inference(inference());
    Arc::new(builder.build())
}

/// tract with the model [`guests::AFFINE`] under two names.
fn inference() -> Arc<Inference> {
    let model = |name: &str| Model {
        name: name.to_owned(),
        file: None,
        encoding: GraphEncoding::Onnx,
        bytes: guests::AFFINE.into(),
    };
    let models = [model("affine"), model(guests::WORD)];
    Arc::new(Inference::new(Arc::new(TractBackend), models))
}

fn answer(upstream: &[u8], kind: &CalloutKind<'_>) -> Reply {
    match (upstream, kind) {
        (b"auth" | b"token", CalloutKind::Http { headers, body, .. }) => {
            echo(headers.get(b":path"), body)
        }
        (b"slow", CalloutKind::Http { headers, body, .. }) => {
            echo(headers.get(b":path"), body).after(Duration::from_secs(5))
        }
        (b"broken", CalloutKind::Http { .. }) => Reply::http_failure(),
        (b"silent", _) => Reply::silence(),
        (b"refusing", _) => Reply::Refused,
        (b"grpc" | b"token", kind) => grpc(kind),
        (b"grpc-broken", CalloutKind::GrpcCall { .. } | CalloutKind::GrpcStream { .. }) => {
            Reply::events(vec![close(14, "unavailable")])
        }
        _ => Reply::UnknownUpstream,
    }
}

fn echo(path: Option<&[u8]>, body: &[u8]) -> Reply {
    let path = path.unwrap_or_default();
    let headers = [(&b":status"[..], &b"200"[..]), (b"x-path", path)];
    Reply::events(vec![CalloutEvent::HttpResponse(Ok(HttpReply {
        headers: headers.into_iter().collect(),
        body: body.to_vec(),
        trailers: [("t", "1")].into_iter().collect(),
    }))])
}

fn grpc(kind: &CalloutKind<'_>) -> Reply {
    let map = |name: &str, value: &[u8]| [(name.as_bytes(), value)].into_iter().collect();
    Reply::events(match kind {
        CalloutKind::GrpcCall {
            service,
            method,
            metadata,
            message,
            ..
        } => vec![
            CalloutEvent::GrpcInitialMetadata(map(
                "x-method",
                &[service, &b"/"[..], method].concat(),
            )),
            CalloutEvent::GrpcMessage(
                [
                    &b"re:"[..],
                    message,
                    metadata.get(b"key").unwrap_or_default(),
                ]
                .concat(),
            ),
            CalloutEvent::GrpcTrailingMetadata(map("grpc-status", b"0")),
            close(0, "fine"),
        ],
        CalloutKind::GrpcStream { .. } => {
            vec![CalloutEvent::GrpcInitialMetadata(map("stream", b"open"))]
        }
        CalloutKind::GrpcSend {
            message,
            end_of_stream: false,
        } => vec![CalloutEvent::GrpcMessage(message.to_vec())],
        CalloutKind::GrpcSend {
            message,
            end_of_stream: true,
        } => {
            vec![
                CalloutEvent::GrpcMessage(message.to_vec()),
                close(0, "ended"),
            ]
        }
        CalloutKind::GrpcClose => vec![close(0, "closed")],
        CalloutKind::Http { .. } | CalloutKind::Cancel => return Reply::UnknownUpstream,
    })
}

fn close(status: u32, message: &str) -> CalloutEvent {
    CalloutEvent::GrpcClose {
        status,
        message: message.as_bytes().to_vec(),
    }
}
