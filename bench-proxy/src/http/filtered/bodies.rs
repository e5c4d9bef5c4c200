//! What is sent once a header has left the filters.

use http::header::{CONTENT_LENGTH, HeaderMap, HeaderValue};
use http::{StatusCode, request, response};

use crate::http::FilteredRequest;
use crate::http::body::Kind;
use crate::http::response_body::FilteredResponse;
use crate::plugins::{Chain, ChainRef, Side};
use crate::upstream::{IncomingBody, RequestBody, UpstreamBody};

/// The body to send with a request whose header has left the filters.
pub(super) fn request_body(
    chain: &mut Chain,
    shared: &ChainRef,
    parts: &mut request::Parts,
    incoming: Option<IncomingBody>,
) -> RequestBody {
    if let Some(whole) = chain.take_whole(Side::Request) {
        if whole.is_empty() && incoming.is_none() {
            return RequestBody::Empty;
        }
        set_length(&mut parts.headers, whole.len());
        return RequestBody::Full((!whole.is_empty()).then_some(whole), None);
    }
    match incoming {
        Some(incoming) if !chain.edits(Side::Request) && !chain.has_piece(Side::Request) => {
            RequestBody::Incoming(incoming)
        }
        incoming => {
            parts.headers.remove(CONTENT_LENGTH);
            RequestBody::Filtered(FilteredRequest::new(shared.clone(), incoming))
        }
    }
}

/// Says the length of a body, where the header does not say it yet.
fn set_length(headers: &mut HeaderMap, length: usize) {
    let said = headers.get(CONTENT_LENGTH);
    let said = said.and_then(|said| said.to_str().ok()?.parse::<usize>().ok());
    if said != Some(length) || headers.get_all(CONTENT_LENGTH).iter().count() != 1 {
        headers.insert(CONTENT_LENGTH, HeaderValue::from(length));
    }
}

/// The body to send with a response whose header has left the filters.
pub(super) fn response_body(
    chain: &mut Chain,
    shared: &ChainRef,
    head: &mut response::Parts,
    upstream: Option<UpstreamBody>,
    is_head: bool,
) -> Kind {
    if let Some(whole) = chain.take_whole(Side::Response) {
        let bodiless = is_head
            || matches!(
                head.status,
                StatusCode::NO_CONTENT | StatusCode::NOT_MODIFIED
            );
        if !bodiless && (!whole.is_empty() || head.headers.contains_key(CONTENT_LENGTH)) {
            set_length(&mut head.headers, whole.len());
        }
        return Kind::Full((!whole.is_empty()).then_some(whole));
    }
    match upstream {
        Some(upstream) if !chain.edits(Side::Response) && !chain.has_piece(Side::Response) => {
            Kind::Upstream(upstream)
        }
        upstream => {
            head.headers.remove(CONTENT_LENGTH);
            Kind::Filtered(Box::new(FilteredResponse::new(shared.clone(), upstream)))
        }
    }
}
