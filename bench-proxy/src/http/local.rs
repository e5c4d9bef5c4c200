//! Responses that this proxy makes itself.

use bytes::Bytes;
use http::header::{CONTENT_TYPE, HeaderValue};
use http::{Response, StatusCode};

use super::body::{Kind, OutBody, Running};
use super::route::{Router, Way};
use crate::plugins::Ending;
use crate::upstream::{BodyError, UpstreamError};

/// Why a request gets no upstream's answer.
#[derive(Debug)]
pub(super) enum Refusal {
    /// No route takes it.
    NoRoute,
    /// A method that this proxy does not pass on.
    Method,
    /// It names no host, or one that cannot be.
    BadHost,
    /// Its body is too long.
    TooLarge,
    /// Its body did not come in time.
    LateBody,
    /// Its client broke off.
    Broken,
    /// Its header is more than a filter can hold.
    HeaderTooLarge,
    /// The upstream's answer did not come in time.
    Timeout,
    /// The upstream failed.
    Upstream(UpstreamError),
    /// A filter made something of a message that HTTP forbids.
    BadFilter,
    /// A response that is too long for filters to hold.
    ResponseTooLarge,
    /// The upstream broke off while filters held its answer.
    UpstreamBroke,
}

impl From<BodyError> for Refusal {
    fn from(error: BodyError) -> Self {
        match error {
            BodyError::TooLarge => Self::TooLarge,
            BodyError::Late => Self::LateBody,
            BodyError::Broken | BodyError::Ended => Self::Broken,
        }
    }
}

impl Refusal {
    fn status(&self) -> StatusCode {
        match self {
            Self::NoRoute => StatusCode::NOT_FOUND,
            Self::Method => StatusCode::METHOD_NOT_ALLOWED,
            Self::BadHost | Self::Broken => StatusCode::BAD_REQUEST,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::LateBody => StatusCode::REQUEST_TIMEOUT,
            Self::HeaderTooLarge => StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE,
            Self::Timeout => StatusCode::GATEWAY_TIMEOUT,
            Self::Upstream(UpstreamError::Connect(_) | UpstreamError::Overflow) => {
                StatusCode::SERVICE_UNAVAILABLE
            }
            Self::Upstream(UpstreamError::Reset(_)) | Self::UpstreamBroke => {
                StatusCode::BAD_GATEWAY
            }
            Self::BadFilter | Self::ResponseTooLarge => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    fn text(&self) -> String {
        match self {
            Self::NoRoute => "no route takes this request\n".to_owned(),
            Self::Method => "this method is not passed on\n".to_owned(),
            Self::BadHost => "the request names no host\n".to_owned(),
            Self::Broken => "the request broke off\n".to_owned(),
            Self::TooLarge => "the request's body is too long\n".to_owned(),
            Self::LateBody => "the request did not come in time\n".to_owned(),
            Self::HeaderTooLarge => "the request's header is too long\n".to_owned(),
            Self::Timeout => "the upstream did not answer in time\n".to_owned(),
            Self::Upstream(error) => format!("{error}\n"),
            Self::BadFilter => "a filter made an invalid message\n".to_owned(),
            Self::ResponseTooLarge => "the response's body is too long for its filter\n".to_owned(),
            Self::UpstreamBroke => "the upstream broke off\n".to_owned(),
        }
    }
}

/// The response to a request that is refused.
#[cold]
pub(super) fn refuse(
    refusal: &Refusal,
    ending: Option<Ending>,
    running: Running,
) -> Response<OutBody> {
    plain_text(refusal.status(), refusal.text().into(), ending, running)
}

/// A response with a text for body.
pub(super) fn plain_text(
    status: StatusCode,
    body: Bytes,
    ending: Option<Ending>,
    running: Running,
) -> Response<OutBody> {
    let body = (!body.is_empty()).then_some(body);
    let mut response = Response::new(OutBody::new(Kind::Full(body), ending, running));
    *response.status_mut() = status;
    let text = HeaderValue::from_static("text/plain; charset=utf-8");
    response.headers_mut().insert(CONTENT_TYPE, text);
    response
}

/// The route of a request, or why there is none.
pub(super) fn routed<'a>(
    router: &'a Router,
    parts: &http::request::Parts,
) -> Result<&'a Way, Refusal> {
    use super::Target;
    if !Target::is_proxied(parts) {
        return Err(Refusal::Method);
    }
    router
        .find(Target::authority(parts), Target::path(parts))
        .ok_or(Refusal::NoRoute)
}
