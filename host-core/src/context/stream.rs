//! Stream contexts: one HTTP transaction or one connection.

use std::any::Any;
use std::sync::Arc;
use std::time::Duration;

use crate::abi::Action;
use crate::http::{Buffer, HeaderMap};

/// How far the headers of one half have come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum HeadersState {
    /// Not received yet: the guest cannot see them.
    #[default]
    Absent,
    /// With the filter: the guest may read and change them.
    Held,
    /// Passed on: the guest may read them only.
    Sent,
}

/// The request or the response of a stream; for a connection, what comes from downstream
/// or from upstream.
#[derive(Clone, Debug, Default)]
pub struct Half {
    /// Header fields with pseudo-headers.
    pub headers: HeaderMap,
    /// Fields that the embedder keeps to itself because the guest has no means to look at them
    /// ([`crate::FieldUse`]); the guest is told how many there are.
    pub unseen: u32,
    /// How far the headers have come.
    pub headers_state: HeadersState,
    /// Trailers, once they were received.
    pub trailers: HeaderMap,
    /// How far the trailers have come.
    pub trailers_state: HeadersState,
    /// The body bytes that the filter holds now.
    pub body: Buffer,
    /// Whether the guest may read and change `body` now.
    pub body_held: bool,
    /// Whether the guest asked to hold this half and has not continued it.
    pub paused: bool,
    /// Whether the guest continued this half since the embedder last looked.
    pub continued: bool,
    /// Whether the guest asked to close this half.
    pub closed: bool,
}

impl Half {
    /// Forgets everything and keeps the room.
    pub fn clear(&mut self) {
        self.headers.clear();
        self.unseen = 0;
        self.headers_state = HeadersState::Absent;
        self.trailers.clear();
        self.trailers_state = HeadersState::Absent;
        self.body.clear();
        self.body_held = false;
        self.paused = false;
        self.continued = false;
        self.closed = false;
    }

    pub(crate) fn resume(&mut self) {
        self.paused = false;
        self.continued = true;
    }

    pub(crate) fn note(&mut self, action: Action) {
        // A guest may continue the stream inside the very callback that answers PAUSE; the
        // last word is the callback's answer only if it did not.
        self.paused = action == Action::Pause && !self.continued;
    }
}

/// A response that the guest makes itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LocalResponse {
    /// HTTP status.
    pub status: u32,
    /// Why, for the proxy's access log.
    pub details: Vec<u8>,
    /// Header fields without pseudo-headers.
    pub headers: HeaderMap,
    /// Body.
    pub body: Vec<u8>,
    /// gRPC status, when the guest gave one.
    pub grpc_status: Option<u32>,
}

/// The host's side of a stream context. Boxed and recycled by the embedder, so that a new
/// transaction allocates nothing.
#[derive(Clone, Debug, Default)]
pub struct Stream {
    /// The request; for a connection, bytes from downstream.
    pub request: Half,
    /// The response; for a connection, bytes from upstream.
    pub response: Half,
    /// What the guest answered in place of the upstream.
    pub local_response: Option<Box<LocalResponse>>,
    /// Whether this is a connection (L4) rather than an HTTP stream.
    pub connection: bool,
    /// Properties of this stream that the embedder or the guest set: path, value.
    pub properties: Vec<(Vec<u8>, Vec<u8>)>,
    /// Whether the guest asked to choose the route again.
    pub route_cache_cleared: bool,
    /// Time that callbacks have taken so far, where [`crate::VmSettings::transaction_limit`]
    /// limits it.
    pub spent: Duration,
    /// What the embedder itself knows of the stream, for [`crate::services::Services::property`].
    pub embedder: Option<Arc<dyn Any + Send + Sync>>,
}

impl Stream {
    /// Forgets everything and keeps the room.
    pub fn clear(&mut self) {
        self.request.clear();
        self.response.clear();
        self.local_response = None;
        self.connection = false;
        self.properties.clear();
        self.route_cache_cleared = false;
        self.spent = Duration::ZERO;
        self.embedder = None;
    }

    /// Whether the guest holds either half.
    pub fn is_paused(&self) -> bool {
        self.request.paused || self.response.paused
    }
}
