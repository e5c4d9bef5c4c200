//! HTTP callouts.

use std::rc::Rc;
use std::time::Duration;

use ::http::{HeaderMap, HeaderValue, Method, Request as HttpRequest, Uri, header::HOST};
use host_core::abi::Status;
use host_core::http::HeaderMap as Fields;
use host_core::services::{CalloutEvent, HttpReply};
use http_body_util::{BodyExt as _, Limited};

use super::job::Request;
use crate::http::{from_trailers, to_http};
use crate::upstream::{Answer, Cluster, RequestBody};

/// Bytes that the body of an answer may have.
const LIMIT: usize = 16 << 20;

/// Waits for `work`, for as long as it may take.
pub(super) async fn limited<T>(
    timeout: Option<Duration>,
    work: impl Future<Output = T>,
) -> Option<T> {
    match timeout {
        None => Some(work.await),
        Some(timeout) => tokio::time::timeout(timeout, work).await.ok(),
    }
}

/// Sends a request and delivers the answer; false when there is none.
pub(super) async fn run(
    cluster: &Rc<Cluster>,
    request: Request,
    deliver: &impl Fn(CalloutEvent),
) -> bool {
    let timeout = request.timeout;
    let reply = limited(timeout, exchange(cluster, request)).await.flatten();
    let fine = reply.is_some();
    deliver(CalloutEvent::HttpResponse(
        reply.ok_or(Status::InternalFailure),
    ));
    fine
}

async fn exchange(cluster: &Rc<Cluster>, request: Request) -> Option<HttpReply> {
    let trailers = to_http(&request.trailers).ok()?;
    let body = match (request.body.is_empty(), trailers.is_empty()) {
        (true, true) => RequestBody::Empty,
        (empty, _) => RequestBody::Full(Box::new((
            (!empty).then_some(request.body),
            (!trailers.is_empty()).then_some(trailers),
        ))),
    };
    let head = head(cluster, &request.headers)?;
    let mut request = head.map(|()| body);
    let mut answer = Answer::default();
    cluster.send(&mut request, &mut answer).await.ok()?;
    let (head, body) = answer.into_parts();
    let body = Limited::new(body?, LIMIT).collect().await.ok()?;
    let mut reply = HttpReply::default();
    reply
        .headers
        .add(b":status", head.status.as_str().as_bytes())
        .ok()?;
    add(&head.headers, &mut reply.headers)?;
    if let Some(trailers) = body.trailers() {
        from_trailers(trailers, &mut reply.trailers).ok()?;
    }
    reply.body = body.to_bytes().into();
    Some(reply)
}

/// Adds HTTP's fields to a map that has some already.
pub(super) fn add(headers: &HeaderMap, fields: &mut Fields) -> Option<()> {
    for (name, value) in headers {
        fields
            .add(name.as_str().as_bytes(), value.as_bytes())
            .ok()?;
    }
    Some(())
}

/// A request's head from the guest's fields, in the form that the cluster's HTTP wants.
pub(super) fn head(cluster: &Cluster, fields: &Fields) -> Option<HttpRequest<()>> {
    let mut head = HttpRequest::new(());
    *head.method_mut() = Method::from_bytes(fields.get(b":method")?).ok()?;
    let authority = fields.get(b":authority")?;
    let path = fields.get(b":path")?;
    let mut headers = to_http(fields).ok()?;
    // The body that is sent is what frames the message.
    headers.remove(::http::header::CONTENT_LENGTH);
    headers.remove(::http::header::TRANSFER_ENCODING);
    let mut uri = ::http::uri::Parts::default();
    uri.path_and_query = Some(path.try_into().ok()?);
    if cluster.is_http2() {
        let scheme = if cluster.is_tls() { "https" } else { "http" };
        uri.scheme = Some(scheme.parse().ok()?);
        uri.authority = Some(authority.try_into().ok()?);
    } else {
        headers.insert(HOST, HeaderValue::from_bytes(authority).ok()?);
    }
    *head.uri_mut() = Uri::from_parts(uri).ok()?;
    *head.headers_mut() = headers;
    Some(head)
}
