//! What a programmable upstream answers.

use std::time::Duration;

use crate::abi::Status;
use crate::http::HeaderMap;
use crate::services::{CalloutEvent, CalloutKind, HttpReply};

/// gRPC's status for a call that took too long.
const DEADLINE_EXCEEDED: u32 = 4;

/// What a programmable upstream answers to one callout, or to one step of a gRPC stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reply {
    /// These events, all of them `after` that time.
    Events {
        /// What happens.
        events: Vec<CalloutEvent>,
        /// When. Beyond the callout's timeout, the callout fails at its timeout instead.
        after: Duration,
    },
    /// There is no such upstream: the guest's call answers `BAD_ARGUMENT`.
    UnknownUpstream,
    /// The callout cannot be started: the guest's call answers `INTERNAL_FAILURE`.
    Refused,
}

impl Reply {
    /// These events at once.
    pub fn events(events: Vec<CalloutEvent>) -> Self {
        Self::Events {
            events,
            after: Duration::ZERO,
        }
    }

    /// An HTTP answer at once. `headers` lacks `:status`.
    pub fn http(status: u16, headers: &[(&str, &str)], body: impl Into<Vec<u8>>) -> Self {
        let status = status.to_string();
        let fields = [(":status", status.as_str())]
            .into_iter()
            .chain(headers.iter().copied());
        let reply = HttpReply {
            headers: fields.collect(),
            body: body.into(),
            trailers: HeaderMap::new(),
        };
        Self::events(vec![CalloutEvent::HttpResponse(Ok(reply))])
    }

    /// The upstream fails to answer an HTTP callout.
    pub fn http_failure() -> Self {
        Self::events(vec![CalloutEvent::HttpResponse(Err(
            Status::InternalFailure,
        ))])
    }

    /// A whole gRPC answer at once.
    pub fn grpc(message: impl Into<Vec<u8>>) -> Self {
        Self::events(vec![
            CalloutEvent::GrpcMessage(message.into()),
            CalloutEvent::GrpcClose {
                status: 0,
                message: Vec::new(),
            },
        ])
    }

    /// No answer: a single callout fails at its timeout, a gRPC stream waits.
    pub fn silence() -> Self {
        Self::events(Vec::new())
    }

    /// The same later. Nothing changes for upstreams that are unknown or refuse.
    #[must_use]
    pub fn after(mut self, time: Duration) -> Self {
        if let Self::Events { after, .. } = &mut self {
            *after = time;
        }
        self
    }
}

/// Replaces an answer that comes after the callout's timeout, or never, by the timeout's.
pub(super) fn in_time(
    kind: &CalloutKind<'_>,
    events: Vec<CalloutEvent>,
    after: Duration,
) -> (Vec<CalloutEvent>, Duration) {
    let (timeout, late) = match kind {
        CalloutKind::Http { timeout, .. } => (
            *timeout,
            CalloutEvent::HttpResponse(Err(Status::InternalFailure)),
        ),
        CalloutKind::GrpcCall { timeout, .. } => (
            *timeout,
            CalloutEvent::GrpcClose {
                status: DEADLINE_EXCEEDED,
                message: b"deadline exceeded".to_vec(),
            },
        ),
        _ => return (events, after),
    };
    if after > timeout || events.is_empty() {
        (vec![late], timeout)
    } else {
        (events, after)
    }
}
