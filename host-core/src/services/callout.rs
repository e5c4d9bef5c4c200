//! Callouts: requests that a plugin sends to an upstream of the proxy.

use std::time::Duration;

use crate::abi::Status;
use crate::http::HeaderMap;

/// Who waits for a callout's answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct CalloutOrigin {
    /// Number of the VM, unique in this process.
    pub vm: u64,
    /// Number of the call, unique in its VM.
    pub call: u32,
}

/// What a plugin asks of an upstream.
#[derive(Debug)]
pub struct Callout<'a> {
    /// Name of the upstream (cluster); empty for a callout that already runs.
    pub upstream: &'a [u8],
    /// What to do.
    pub kind: CalloutKind<'a>,
}

/// The kinds of callouts and of steps in them.
#[derive(Debug)]
pub enum CalloutKind<'a> {
    /// One HTTP request.
    Http {
        /// Headers with pseudo-headers.
        headers: HeaderMap,
        /// Body.
        body: &'a [u8],
        /// Trailers.
        trailers: HeaderMap,
        /// When to give up.
        timeout: Duration,
    },
    /// One unary gRPC request.
    GrpcCall {
        /// Service name.
        service: &'a [u8],
        /// Method name.
        method: &'a [u8],
        /// First metadata.
        metadata: HeaderMap,
        /// The message.
        message: &'a [u8],
        /// When to give up.
        timeout: Duration,
    },
    /// Opens a gRPC stream.
    GrpcStream {
        /// Service name.
        service: &'a [u8],
        /// Method name.
        method: &'a [u8],
        /// First metadata.
        metadata: HeaderMap,
    },
    /// Sends a message on an open gRPC stream.
    GrpcSend {
        /// The message.
        message: &'a [u8],
        /// Whether it is the last one.
        end_of_stream: bool,
    },
    /// Ends the sending side of an open gRPC stream.
    GrpcClose,
    /// Forgets a callout: no event may follow.
    Cancel,
}

/// What happens to a callout; delivered by [`crate::Vm::deliver`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CalloutEvent {
    /// The answer to an HTTP callout. `Err` when there is none: the guest sees zero headers
    /// and the status through `proxy_get_status`.
    HttpResponse(Result<HttpReply, Status>),
    /// First metadata of a gRPC answer.
    GrpcInitialMetadata(HeaderMap),
    /// A gRPC message.
    GrpcMessage(Vec<u8>),
    /// Last metadata of a gRPC answer.
    GrpcTrailingMetadata(HeaderMap),
    /// The end of a gRPC callout.
    GrpcClose {
        /// gRPC status.
        status: u32,
        /// Its text, for `proxy_get_status`.
        message: Vec<u8>,
    },
}

/// A complete HTTP answer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HttpReply {
    /// Headers with `:status`.
    pub headers: HeaderMap,
    /// Body.
    pub body: Vec<u8>,
    /// Trailers.
    pub trailers: HeaderMap,
}
