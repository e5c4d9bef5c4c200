//! What a callout is before a worker sends it.

use std::time::Duration;

use bytes::Bytes;
use host_core::abi::Status;
use host_core::http::HeaderMap as Fields;
use host_core::services::{Callout, CalloutKind, CalloutOrigin};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use tokio::sync::oneshot;

use super::frame;
use crate::plugins::hub::{Call, Command, Hub};

/// A callout that a worker is to send.
#[derive(Debug)]
pub(crate) struct Job {
    pub(super) plugin: usize,
    pub(super) origin: CalloutOrigin,
    pub(super) cluster: usize,
    pub(super) kind: Kind,
    pub(super) cancelled: oneshot::Receiver<()>,
}

#[derive(Debug)]
pub(super) enum Kind {
    Http(Request),
    Grpc(Box<GrpcRequest>),
}

/// An HTTP callout.
#[derive(Debug)]
pub(super) struct Request {
    pub(super) headers: Fields,
    pub(super) body: Bytes,
    pub(super) trailers: Fields,
    pub(super) timeout: Option<Duration>,
}

/// A gRPC callout.
#[derive(Debug)]
pub(super) struct GrpcRequest {
    /// `/service/method`.
    pub(super) path: String,
    pub(super) metadata: Fields,
    pub(super) messages: UnboundedReceiver<Bytes>,
    pub(super) timeout: Option<Duration>,
}

fn some(timeout: Duration) -> Option<Duration> {
    (!timeout.is_zero()).then_some(timeout)
}

fn path(service: &[u8], method: &[u8]) -> Result<String, Status> {
    let text = |bytes| std::str::from_utf8(bytes).map_err(|_| Status::BadArgument);
    Ok(format!("/{}/{}", text(service)?, text(method)?))
}

/// Starts a callout, or takes a step in one that runs.
///
/// # Errors
/// As [`host_core::services::Services::callout`].
pub(in crate::plugins) fn start(
    hub: &Hub,
    plugin: usize,
    origin: CalloutOrigin,
    callout: Callout<'_>,
) -> Result<(), Status> {
    let mut sender = None;
    let kind = match callout.kind {
        CalloutKind::Cancel => {
            hub.calls().remove(&origin);
            return Ok(());
        }
        CalloutKind::GrpcSend {
            message,
            end_of_stream,
        } => return send(hub, origin, message, end_of_stream),
        CalloutKind::GrpcClose => {
            if let Some(call) = hub.calls().get_mut(&origin) {
                call.messages = None;
            }
            return Ok(());
        }
        CalloutKind::Http {
            headers,
            body,
            trailers,
            timeout,
        } => Kind::Http(Request {
            headers,
            body: Bytes::copy_from_slice(body),
            trailers,
            timeout: some(timeout),
        }),
        CalloutKind::GrpcCall {
            service,
            method,
            metadata,
            message,
            timeout,
        } => {
            let (messages, receiver) = unbounded_channel();
            // The receiver is here, so this cannot fail.
            let _ = messages.send(frame::of(message));
            Kind::Grpc(Box::new(GrpcRequest {
                path: path(service, method)?,
                metadata,
                messages: receiver,
                timeout: some(timeout),
            }))
        }
        CalloutKind::GrpcStream {
            service,
            method,
            metadata,
        } => {
            let (messages, receiver) = unbounded_channel();
            sender = Some(messages);
            Kind::Grpc(Box::new(GrpcRequest {
                path: path(service, method)?,
                metadata,
                messages: receiver,
                timeout: None,
            }))
        }
    };
    let cluster = hub
        .cluster(frame::cluster_name(callout.upstream))
        .ok_or(Status::BadArgument)?;
    let (alive, cancelled) = oneshot::channel();
    hub.calls().insert(
        origin,
        Call {
            _alive: alive,
            messages: sender,
        },
    );
    hub.command(Command::Callout(Box::new(Job {
        plugin,
        origin,
        cluster,
        kind,
        cancelled,
    })));
    Ok(())
}

fn send(hub: &Hub, origin: CalloutOrigin, message: &[u8], last: bool) -> Result<(), Status> {
    let mut calls = hub.calls();
    let call = calls.get_mut(&origin).ok_or(Status::BadArgument)?;
    let messages = call.messages.as_ref().ok_or(Status::BadArgument)?;
    let sent = messages.send(frame::of(message));
    if last {
        call.messages = None;
    }
    sent.map_err(|_| Status::InternalFailure)
}
