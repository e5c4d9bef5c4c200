//! A request whose filters have nothing to do until its answer comes: their streams begin then.
//!
//! No filter can tell. None of its code would have run before, and when it runs it cannot ask
//! for the request. A request that waits for its answer then holds nothing of its filters, of
//! which there is the less to fetch into the processor's caches.

use std::rc::Rc;
use std::time::Duration;

use http::{Method, Response, request};
use hyper::body::Incoming;

use super::{Stream, is_grpc};
use crate::config::RouteAction;
use crate::http::body::{OutBody, Running};
use crate::http::local::{refuse, routed};
use crate::http::serve::HttpService;
use crate::http::{Abort, Carrier, plain};
use crate::plugins::{Chain, ChainRef, Ending};
use crate::upstream::{Answer, Cluster};
use crate::worker::Worker;

/// Where a request goes whose filters' streams may begin late, and how long that may take:
/// a cluster's, while no filter has failed that would refuse it.
pub(in crate::http) fn way<'a>(
    worker: &'a Worker,
    service: &HttpService,
    parts: &request::Parts,
) -> Option<(&'a Rc<Cluster>, Option<Duration>)> {
    if !service.sight.late {
        return None;
    }
    match routed(&service.router, parts).ok()?.action {
        RouteAction::Cluster { cluster, timeout } => {
            let up = service.filters.iter().all(|seat| seat.is_up());
            up.then(|| (&worker.clusters[cluster], timeout))
        }
        RouteAction::Direct { .. } => None,
    }
}

/// Passes a request on, and its answer back through the filters.
pub(in crate::http) async fn pass(
    worker: &Rc<Worker>,
    service: &HttpService,
    carrier: &Carrier,
    parts: &mut request::Parts,
    body: Incoming,
    to: (&Rc<Cluster>, Option<Duration>),
) -> Result<Response<OutBody>, Abort> {
    let running = Running::new(carrier.clone());
    let (version, is_head) = (parts.version, parts.method == Method::HEAD);
    let is_grpc = is_grpc(parts);
    let mut answer = Answer::default();
    let open = || Chain::open(worker, service, carrier.connection(), version);
    let left = Left(open);
    let fetched = plain::fetch(worker, service, carrier, parts, body, to, &mut answer).await;
    std::mem::forget(left);
    let chain = open();
    let ending = Ending::new(chain.clone());
    if let Err(refusal) = fetched {
        return Ok(refuse(&refusal, Some(ending), running));
    }
    let mut stream = Stream::new(worker, service, carrier, chain);
    match stream.response(&mut answer, is_head).await {
        Ok(kind) => Ok(answer.map(|_| OutBody::new(kind, Some(ending), running))),
        Err(detour) => Box::pin(stream.end(detour, is_grpc, ending, running)).await,
    }
}

/// A client that leaves before the answer comes: the streams begin, and end at once, since
/// filters are told of every request's end.
struct Left<F: Fn() -> ChainRef>(F);

impl<F: Fn() -> ChainRef> Drop for Left<F> {
    #[cold]
    fn drop(&mut self) {
        drop(Ending::new((self.0)()));
    }
}
