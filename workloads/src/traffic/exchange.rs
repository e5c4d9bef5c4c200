//! An exchange: a request, the upstream's response, and what a filter should
//! make of them. Plain data; header names are in lower case.

/// One request, the response an upstream gives, and the outcome expected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exchange {
    /// A name that is unique within the traffic.
    pub id: String,
    /// What the client sends.
    pub request: RequestMessage,
    /// What the upstream answers, unless the filter answers in its place.
    pub response: ResponseMessage,
    /// The outcome; `None` where nobody has said what is right.
    pub expect: Option<Expectation>,
}

/// A request. The pseudo-headers are fields of their own, never in `headers`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestMessage {
    /// `:method`, such as `GET`.
    pub method: String,
    /// `:scheme`: `http` or `https`.
    pub scheme: String,
    /// `:authority`: host and, if need be, port.
    pub authority: String,
    /// `:path`: path and query.
    pub path: String,
    /// Names in lower case, in the order they are sent.
    pub headers: Vec<(String, String)>,
    /// Empty when the request has no body.
    pub body: Vec<u8>,
    /// Empty when the request has no trailers.
    pub trailers: Vec<(String, String)>,
}

/// A response. `:status` is a field of its own, never in `headers`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResponseMessage {
    /// `:status`, 200 to 599.
    pub status: u16,
    /// Names in lower case, in the order they are sent.
    pub headers: Vec<(String, String)>,
    /// Empty when the response has no body.
    pub body: Vec<u8>,
    /// Empty when the response has no trailers.
    pub trailers: Vec<(String, String)>,
}

impl ResponseMessage {
    /// The answer that stands in where a file records none: 200, nothing else.
    pub fn synthetic() -> Self {
        Self {
            status: 200,
            headers: Vec::new(),
            body: Vec::new(),
            trailers: Vec::new(),
        }
    }
}

/// What a filter should make of an exchange.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Expectation {
    /// Both messages go on, as given here.
    Forwarded(Forwarded),
    /// The filter answers; the upstream never sees the request.
    LocalResponse(LocalResponse),
}

/// The messages as they go on. Lists are complete; the order matters only among
/// headers of the same name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Forwarded {
    /// What the upstream receives, pseudo-headers left out.
    pub request_headers: Vec<(String, String)>,
    /// The status the client receives.
    pub response_status: u16,
    /// What the client receives, pseudo-headers left out.
    pub response_headers: Vec<(String, String)>,
    /// The body the upstream receives; `None` is not checked.
    pub request_body: Option<Vec<u8>>,
    /// The body the client receives; `None` is not checked.
    pub response_body: Option<Vec<u8>>,
}

/// The filter's own answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LocalResponse {
    /// The status the client receives.
    pub status: u16,
    /// Headers the filter gives, pseudo-headers left out.
    pub headers: Vec<(String, String)>,
    /// The body the client receives.
    pub body: Vec<u8>,
}
