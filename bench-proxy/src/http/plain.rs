//! A request without filters.

use std::pin::pin;
use std::rc::Rc;
use std::time::Duration;

use bytes::Bytes;
use http::{Response, StatusCode, request};
use hyper::body::{Body as _, Incoming};

use super::body::{Kind, OutBody, Running};
use super::local::{Refusal, plain_text, refuse, routed};
use super::serve::HttpService;
use super::target::outgoing;
use super::{Carrier, Target, hop};
use crate::config::RouteAction;
use crate::timers::within;
use crate::upstream::{Answer, Cluster, IncomingBody, Verdict};
use crate::worker::Worker;

/// Passes a request on and its answer back.
pub(super) async fn pass(
    worker: &Rc<Worker>,
    service: &HttpService,
    carrier: &Carrier,
    parts: &mut request::Parts,
    body: Incoming,
) -> Response<OutBody> {
    let running = Running::new(carrier.clone());
    let (cluster, timeout) = match routed(&service.router, parts) {
        Err(refusal) => return refuse(&refusal, None, running),
        Ok(route) => match &route.action {
            RouteAction::Cluster { cluster, timeout } => (&worker.clusters[*cluster], *timeout),
            RouteAction::Direct { status, body } => {
                let status = StatusCode::from_u16(*status).unwrap_or(StatusCode::OK);
                return plain_text(status, Bytes::from(body.clone()), None, running);
            }
        },
    };
    let mut answer = Answer::default();
    let to = (cluster, timeout);
    match fetch(worker, service, carrier, parts, body, to, &mut answer).await {
        Ok(()) => {
            hop::strip_response(answer.headers_mut());
            answer.map(|body| {
                let kind = body.map_or(Kind::Full(None), Kind::Upstream);
                OutBody::new(kind, None, running)
            })
        }
        Err(refusal) => refuse(&refusal, None, running),
    }
}

/// Passes a request on to a cluster, which has so long for its answer.
pub(super) async fn fetch(
    worker: &Rc<Worker>,
    service: &HttpService,
    carrier: &Carrier,
    parts: &mut request::Parts,
    body: Incoming,
    (cluster, timeout): (&Rc<Cluster>, Option<Duration>),
    answer: &mut Answer,
) -> Result<(), Refusal> {
    let mut verdict = Verdict::default();
    let body = incoming(worker, service, carrier, body, &mut verdict)?.into();
    hop::strip_request(&mut parts.headers);
    Target::rewrite(parts, cluster).map_err(|_| Refusal::BadHost)?;
    let timer = worker.timers.after(timeout);
    let mut request = outgoing(parts, body);
    match within(&timer, pin!(cluster.send(&mut request, answer))).await {
        Ok(Ok(_)) => Ok(()),
        Ok(Err(error)) => Err(match verdict.get() {
            Some(error) => worker.count_body(error).into(),
            None => Refusal::Upstream(error),
        }),
        Err(_) => {
            worker.stats.upstream_timeouts.count();
            Err(Refusal::Timeout)
        }
    }
}

/// The body of a request, held to the listener's limits; `None` when there is none.
pub(super) fn incoming(
    worker: &Worker,
    service: &HttpService,
    carrier: &Carrier,
    body: Incoming,
    verdict: &mut Verdict,
) -> Result<Option<IncomingBody>, Refusal> {
    if body.is_end_stream() {
        return Ok(None);
    }
    if body.size_hint().lower() > service.limits.request_body {
        worker.stats.too_large.count();
        return Err(Refusal::TooLarge);
    }
    verdict.open();
    let timer = service
        .timeouts
        .request
        .map(|timeout| worker.timers.after(Some(timeout)));
    Ok(Some(IncomingBody::new(
        body,
        service.limits.request_body,
        timer,
        carrier.clone(),
        verdict.clone(),
    )))
}
