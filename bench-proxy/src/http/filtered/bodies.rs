//! What is sent once a header has left the filters.

use http::header::{CONTENT_LENGTH, HeaderMap, HeaderValue};
use http::{StatusCode, request};

use crate::http::FilteredRequest;
use crate::http::body::Kind;
use crate::http::response_body::FilteredResponse;
use crate::plugins::{Chain, ChainRef, Side};
use crate::upstream::{Answer, IncomingBody, RequestBody};

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
        return RequestBody::Full(Box::new(((!whole.is_empty()).then_some(whole), None)));
    }
    match incoming {
        Some(incoming) if !chain.edits(Side::Request) && !chain.has_piece(Side::Request) => {
            RequestBody::Incoming(Box::new(incoming))
        }
        incoming => {
            parts.headers.remove(CONTENT_LENGTH);
            RequestBody::Filtered(Box::new(FilteredRequest::new(shared.clone(), incoming)))
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
    answer: &mut Answer,
    is_head: bool,
) -> Kind {
    let passes = !chain.has_piece(Side::Response) && !chain.edits(Side::Response);
    if passes && let Some(upstream) = answer.body_mut().take() {
        return Kind::Upstream(upstream);
    }
    if let Some(whole) = chain.take_whole(Side::Response) {
        let bodiless = is_head
            || matches!(
                answer.status(),
                StatusCode::NO_CONTENT | StatusCode::NOT_MODIFIED
            );
        if !bodiless && (!whole.is_empty() || answer.headers().contains_key(CONTENT_LENGTH)) {
            set_length(answer.headers_mut(), whole.len());
        }
        return Kind::Full((!whole.is_empty()).then_some(whole));
    }
    answer.headers_mut().remove(CONTENT_LENGTH);
    let upstream = answer.body_mut().take();
    Kind::Filtered(Box::new(FilteredResponse::new(shared.clone(), upstream)))
}
