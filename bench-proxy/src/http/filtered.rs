//! A request through filters.

use std::pin::{Pin, pin};
use std::rc::Rc;
use std::task::{Context, Poll};

use bytes::Bytes;
use http::header::{CONTENT_LENGTH, HeaderValue, TRANSFER_ENCODING};
use http::{Method, Request, Response, StatusCode, request, response};
use hyper::body::{Body as _, Incoming, SizeHint};

use super::body::{Kind, OutBody, Running};
use super::local::{Refusal, refuse, routed};
use super::response_body::FilteredResponse;
use super::serve::HttpService;
use super::{Abort, FilteredRequest, Target, fields, hop, plain};
use crate::config::RouteAction;
use crate::net::Connection;
use crate::plugins::{Chain, ChainRef, Ending, Over, Side};
use crate::upstream::{
    Answer, BodyError, IncomingBody, RequestBody, UpstreamBody, UpstreamError, Verdict,
};
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
    connection: &Rc<Connection>,
    request: Request<Incoming>,
) -> Result<Response<OutBody>, Abort> {
    let running = Running::new(connection.clone(), worker.stats.clone());
    let (mut parts, body) = request.into_parts();
    let chain = Chain::open(worker, service, connection, parts.version);
    let ending = Ending::new(chain.clone());
    let is_grpc = is_grpc(&parts);
    let is_head = parts.method == Method::HEAD;
    let mut stream = Stream {
        worker,
        service,
        connection,
        chain: chain.clone(),
        verdict: Verdict::default(),
    };
    let answer = match stream.request(&mut parts, body).await {
        Ok(Sent::Direct(response)) => {
            stream
                .response(response, None, is_head, &ending, running)
                .await
        }
        Ok(Sent::Upstream(answer)) => {
            let (head, body) = answer.response.into_parts();
            stream
                .response(head, Some(body), is_head, &ending, running)
                .await
        }
        Err(detour) => Err((detour, running)),
    };
    match answer {
        Ok((head, kind, running)) => Ok(Response::from_parts(
            head,
            OutBody::new(kind, Some(ending), running),
        )),
        Err((Detour::Refused(refusal), running)) => Ok(refuse(&refusal, Some(ending), running)),
        Err((Detour::Over(Over::Refused(BodyError::Ended)), running)) => {
            Ok(refuse(&Refusal::ResponseTooLarge, Some(ending), running))
        }
        Err((Detour::Over(Over::Refused(error)), running)) => {
            Ok(refuse(&stream.count(error), Some(ending), running))
        }
        Err((Detour::Over(Over::Closed), _)) => Err(Abort),
        Err((Detour::Over(Over::Answered { position }), running)) => {
            stream.local(position, is_grpc, ending, running).await
        }
    }
}

fn is_grpc(parts: &request::Parts) -> bool {
    let kind = parts.headers.get(http::header::CONTENT_TYPE);
    kind.is_some_and(|kind| kind.as_bytes().starts_with(b"application/grpc"))
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

/// What a request led to.
enum Sent {
    /// The route's own answer.
    Direct(response::Parts),
    /// An upstream's.
    Upstream(Answer),
}

struct Stream<'a> {
    worker: &'a Rc<Worker>,
    service: &'a HttpService,
    connection: &'a Rc<Connection>,
    chain: ChainRef,
    verdict: Verdict,
}

impl Stream<'_> {
    async fn request(
        &mut self,
        parts: &mut request::Parts,
        body: Incoming,
    ) -> Result<Sent, Detour> {
        let incoming = plain::incoming(
            self.worker,
            self.service,
            self.connection,
            body,
            &self.verdict,
        )?;
        hop::strip_request(&mut parts.headers);
        let scheme = if self.service.tls.is_some() {
            "https"
        } else {
            "http"
        };
        let mut incoming = incoming;
        {
            let chain = &mut *self.chain.borrow_mut();
            fields::from_request(parts, scheme, chain.carry())
                .map_err(|_| Refusal::HeaderTooLarge)?;
            chain.begin(Side::Request, incoming.is_none());
        }
        self.request_head(&mut incoming).await?;
        let body = {
            let chain = &mut *self.chain.borrow_mut();
            fields::apply_request(parts, chain.headers(Side::Request))
                .map_err(|_| Refusal::BadFilter)?;
            // What a filter added must not change how the message is framed either.
            parts.headers.remove(TRANSFER_ENCODING);
            request_body(chain, &self.chain, parts, incoming)
        };
        let (host, route) = routed(&self.service.router, parts)?;
        let (cluster, timeout) = match &route.action {
            RouteAction::Cluster { cluster, timeout } => {
                (&self.worker.clusters[*cluster], *timeout)
            }
            RouteAction::Direct { status, body } => {
                self.chain
                    .borrow_mut()
                    .push_direct(Bytes::from(body.clone()));
                let mut response = Response::new(());
                *response.status_mut() = StatusCode::from_u16(*status).unwrap_or(StatusCode::OK);
                return Ok(Sent::Direct(response.into_parts().0));
            }
        };
        self.chain.borrow().routed(host, route, cluster.name());
        Target::rewrite(parts, cluster).map_err(|_| Refusal::BadHost)?;
        let mut head = Request::new(());
        std::mem::swap(head.method_mut(), &mut parts.method);
        std::mem::swap(head.uri_mut(), &mut parts.uri);
        std::mem::swap(head.headers_mut(), &mut parts.headers);
        *head.version_mut() = parts.version;
        let timer = self.worker.timers.after(timeout);
        let mut send = pin!(cluster.send(head.map(|()| body)));
        let answer = std::future::poll_fn(|context| {
            if let Some(over) = self.chain.borrow_mut().poll_over(context) {
                return Poll::Ready(Err(Detour::Over(over)));
            }
            match send.as_mut().poll(context) {
                Poll::Ready(Ok(answer)) => Poll::Ready(Ok(answer)),
                Poll::Ready(Err(error)) => Poll::Ready(Err(self.upstream_failed(error))),
                Poll::Pending => {
                    if let Some(over) = self.chain.borrow_mut().watch(context) {
                        return Poll::Ready(Err(Detour::Over(over)));
                    }
                    timer.poll(context).map(|()| {
                        self.worker.stats.upstream_timeouts.count();
                        Err(Refusal::Timeout.into())
                    })
                }
            }
        })
        .await?;
        self.chain
            .borrow()
            .sent_to(&cluster.address(answer.endpoint));
        Ok(Sent::Upstream(answer))
    }

    fn upstream_failed(&self, error: UpstreamError) -> Detour {
        if let Some(over) = self.chain.borrow_mut().take_over() {
            return Detour::Over(over);
        }
        match self.verdict.get() {
            Some(error) => self.count(error).into(),
            None => Refusal::Upstream(error).into(),
        }
    }

    fn count(&self, error: BodyError) -> Refusal {
        self.worker.count_body(error).into()
    }

    /// Whether a body is worth a look before its header is sent: filters may change its
    /// length, and it is so short that it has most likely come with the header.
    fn is_eager(&self, side: Side, size: Option<SizeHint>) -> bool {
        size.and_then(|size| size.exact())
            .is_some_and(|length| length <= SHORT && self.chain.borrow().edits(side))
    }

    /// Waits until the filters let the request's header go.
    ///
    /// Of a short body whatever has come already goes through them, too: when that is all,
    /// the message can say its length although a filter may have changed it.
    async fn request_head(&self, incoming: &mut Option<IncomingBody>) -> Result<(), Detour> {
        let size = incoming.as_ref().map(IncomingBody::size);
        let eager = self.is_eager(Side::Request, size);
        std::future::poll_fn(|context| {
            let chain = &mut *self.chain.borrow_mut();
            loop {
                chain.advance(context);
                if let Some(over) = chain.take_over() {
                    return Poll::Ready(Err(Detour::Over(over)));
                }
                let ready = chain.is_ready(Side::Request);
                let body = incoming.as_mut().filter(|_| chain.wants(Side::Request));
                let Some(body) = body.filter(|_| !ready || eager) else {
                    return unless(ready);
                };
                match body.poll_next(context) {
                    Poll::Pending => return unless(ready),
                    Poll::Ready(Some(Ok(frame))) => {
                        chain.feed(Side::Request, frame, body.is_end());
                    }
                    Poll::Ready(Some(Err(error))) => {
                        return Poll::Ready(Err(self.count(error).into()));
                    }
                    Poll::Ready(None) => chain.feed_end(Side::Request),
                }
            }
        })
        .await
    }

    /// Takes a response through the filters.
    async fn response(
        &mut self,
        mut head: response::Parts,
        mut body: Option<UpstreamBody>,
        is_head: bool,
        _ending: &Ending,
        running: Running,
    ) -> Result<(response::Parts, Kind, Running), (Detour, Running)> {
        hop::strip_response(&mut head.headers);
        {
            let chain = &mut *self.chain.borrow_mut();
            let end = match &body {
                Some(body) => body.is_end_stream(),
                None => !chain.has_direct(),
            };
            if fields::from_response(&head, chain.carry()).is_err() {
                return Err((Refusal::UpstreamBroke.into(), running));
            }
            chain.begin(Side::Response, end);
            if let Some(direct) = chain.take_direct() {
                chain.feed(Side::Response, hyper::body::Frame::data(direct), true);
            }
        }
        if let Err(detour) = self.response_head(&mut body).await {
            return Err((detour, running));
        }
        let chain = &mut *self.chain.borrow_mut();
        if fields::apply_response(&mut head, chain.headers(Side::Response)).is_err() {
            return Err((Refusal::BadFilter.into(), running));
        }
        head.headers.remove(TRANSFER_ENCODING);
        let kind = response_body(chain, &self.chain, &mut head, body, is_head);
        Ok((head, kind, running))
    }

    /// Waits until the filters let the response's header go.
    async fn response_head(&self, body: &mut Option<UpstreamBody>) -> Result<(), Detour> {
        let size = body.as_ref().map(hyper::body::Body::size_hint);
        let eager = self.is_eager(Side::Response, size);
        std::future::poll_fn(|context| {
            let chain = &mut *self.chain.borrow_mut();
            loop {
                chain.advance(context);
                if let Some(over) = chain.take_over() {
                    return Poll::Ready(Err(Detour::Over(over)));
                }
                let ready = chain.is_ready(Side::Response);
                let body = body.as_mut().filter(|_| chain.wants(Side::Response));
                let Some(body) = body.filter(|_| !ready || eager) else {
                    return unless(ready);
                };
                match poll_upstream(body, context) {
                    Poll::Pending => return unless(ready),
                    Poll::Ready(Some(Ok(frame))) => {
                        chain.feed(Side::Response, frame, body.is_end_stream());
                    }
                    Poll::Ready(Some(Err(_))) => {
                        return Poll::Ready(Err(Refusal::UpstreamBroke.into()));
                    }
                    Poll::Ready(None) => chain.feed_end(Side::Response),
                }
            }
        })
        .await
    }

    /// Sends the response that a filter made, through the filters between it and the client.
    async fn local(
        &mut self,
        position: usize,
        is_grpc: bool,
        ending: Ending,
        running: Running,
    ) -> Result<Response<OutBody>, Abort> {
        self.chain.borrow_mut().begin_local(position, is_grpc);
        let mut none = None;
        match self.response_head(&mut none).await {
            Ok(()) => {}
            Err(Detour::Over(Over::Answered { position })) => {
                // A filter nearer to the client has its own answer. Each is asked once, so
                // this ends.
                return Box::pin(self.local(position, is_grpc, ending, running)).await;
            }
            Err(Detour::Over(Over::Closed)) => return Err(Abort),
            Err(Detour::Over(Over::Refused(_)) | Detour::Refused(_)) => {
                return Ok(refuse(&Refusal::ResponseTooLarge, Some(ending), running));
            }
        }
        let (mut head, ()) = Response::new(()).into_parts();
        let kind = {
            let chain = &mut *self.chain.borrow_mut();
            if fields::apply_response(&mut head, chain.headers(Side::Response)).is_err() {
                return Ok(refuse(&Refusal::BadFilter, Some(ending), running));
            }
            head.headers.remove(TRANSFER_ENCODING);
            response_body(chain, &self.chain, &mut head, None, false)
        };
        Ok(Response::from_parts(
            head,
            OutBody::new(kind, Some(ending), running),
        ))
    }
}

fn poll_upstream(
    body: &mut UpstreamBody,
    context: &mut Context<'_>,
) -> Poll<Option<Result<hyper::body::Frame<Bytes>, hyper::Error>>> {
    Pin::new(body).poll_frame(context)
}

/// The body to send with a request whose header has left the filters.
fn request_body(
    chain: &mut Chain,
    shared: &ChainRef,
    parts: &mut request::Parts,
    incoming: Option<IncomingBody>,
) -> RequestBody {
    if let Some(whole) = chain.take_whole(Side::Request) {
        if whole.is_empty() && incoming.is_none() {
            return RequestBody::Empty;
        }
        let length = HeaderValue::from(whole.len());
        parts.headers.insert(CONTENT_LENGTH, length);
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

/// The body to send with a response whose header has left the filters.
fn response_body(
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
            let length = HeaderValue::from(whole.len());
            head.headers.insert(CONTENT_LENGTH, length);
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
