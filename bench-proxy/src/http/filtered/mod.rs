//! A request through filters.

mod bodies;
mod late;
mod request;
mod response;

pub(super) use late::{pass as pass_late, way as late_way};

use std::rc::Rc;
use std::task::Poll;

use http::{Method, Response, request as message};
use hyper::body::Incoming;

use super::body::{OutBody, Running};
use super::local::{Refusal, refuse};
use super::serve::HttpService;
use super::{Abort, Carrier};
use crate::plugins::{Chain, ChainRef, Ending, Over};
use crate::upstream::{Answer, BodyError, Verdict};
use crate::worker::Worker;

/// Why a stream does not go the usual way.
enum Detour {
    /// A filter ended it, one way or another.
    Over(Over),
    /// This proxy refuses it.
    Refused(Refusal),
}

impl From<Refusal> for Detour {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

/// Passes a request through the filters to its upstream, and the answer back.
pub(super) async fn pass(
    worker: &Rc<Worker>,
    service: &HttpService,
    carrier: &Carrier,
    parts: &mut message::Parts,
    body: Incoming,
) -> Result<Response<OutBody>, Abort> {
    let running = Running::new(carrier.clone());
    let chain = Chain::open(worker, service, carrier.connection(), parts.version);
    let ending = Ending::new(chain.clone());
    let is_grpc = is_grpc(parts);
    let is_head = parts.method == Method::HEAD;
    let mut stream = Stream::new(worker, service, carrier, chain);
    let mut answer = Answer::default();
    let answered = match stream.request(parts, body, &mut answer).await {
        Ok(()) => stream.response(&mut answer, is_head).await,
        Err(detour) => Err(detour),
    };
    match answered {
        Ok(kind) => Ok(answer.map(|_| OutBody::new(kind, Some(ending), running))),
        Err(detour) => Box::pin(stream.end(detour, is_grpc, ending, running)).await,
    }
}

/// gRPC is always a POST, of which most requests are none.
fn is_grpc(parts: &http::request::Parts) -> bool {
    let kind = || parts.headers.get(http::header::CONTENT_TYPE);
    parts.method == Method::POST
        && kind().is_some_and(|kind| kind.as_bytes().starts_with(b"application/grpc"))
}

/// The longest body that is looked at before its header is sent.
const SHORT: u64 = 64 << 10;

/// Ready when the header is.
fn unless(ready: bool) -> Poll<Result<(), Detour>> {
    if ready {
        Poll::Ready(Ok(()))
    } else {
        Poll::Pending
    }
}

struct Stream<'a> {
    worker: &'a Rc<Worker>,
    service: &'a HttpService,
    carrier: &'a Carrier,
    chain: ChainRef,
    verdict: Verdict,
}

impl<'a> Stream<'a> {
    fn new(
        worker: &'a Rc<Worker>,
        service: &'a HttpService,
        carrier: &'a Carrier,
        chain: ChainRef,
    ) -> Self {
        Self {
            worker,
            service,
            carrier,
            chain,
            verdict: Verdict::default(),
        }
    }

    /// Ends a stream that does not go the usual way.
    async fn end(
        &mut self,
        detour: Detour,
        is_grpc: bool,
        ending: Ending,
        running: Running,
    ) -> Result<Response<OutBody>, Abort> {
        let refusal = match detour {
            Detour::Refused(refusal) => refusal,
            Detour::Over(Over::Refused(BodyError::Ended)) => Refusal::ResponseTooLarge,
            Detour::Over(Over::Refused(error)) => self.count(error),
            Detour::Over(Over::Closed) => return Err(Abort),
            Detour::Over(Over::Answered { position }) => {
                return self.local(position, is_grpc, ending, running).await;
            }
        };
        Ok(refuse(&refusal, Some(ending), running))
    }
}
