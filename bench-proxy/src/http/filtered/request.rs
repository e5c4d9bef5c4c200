//! A request on its way to its upstream.

use std::pin::pin;
use std::task::Poll;

use bytes::Bytes;
use http::{StatusCode, request};
use hyper::body::{Incoming, SizeHint};

use super::bodies::request_body;
use super::{Detour, SHORT, Stream, unless};
use crate::config::RouteAction;
use crate::http::local::{Refusal, routed};
use crate::http::target::outgoing;
use crate::http::{Target, fields, hop, plain};
use crate::plugins::Side;
use crate::upstream::{Answer, BodyError, IncomingBody, RequestBody, UpstreamError};

impl Stream<'_> {
    /// Takes a request through the filters and to its upstream, and puts the head of the answer
    /// into `answer`, with its body unless it is the route's own.
    pub(super) async fn request(
        &mut self,
        parts: &mut request::Parts,
        body: Incoming,
        answer: &mut Answer,
    ) -> Result<(), Detour> {
        let incoming = plain::incoming(
            self.worker,
            self.service,
            self.carrier,
            body,
            &mut self.verdict,
        )?;
        hop::strip_request(&mut parts.headers);
        let body = self.through(parts, incoming).await?;
        let route = routed(&self.service.router, parts)?;
        let (cluster, timeout) = match &route.action {
            RouteAction::Cluster { cluster, timeout } => {
                (&self.worker.clusters[*cluster], *timeout)
            }
            RouteAction::Direct { status, body } => {
                self.chain
                    .borrow_mut()
                    .push_direct(Bytes::from(body.clone()));
                *answer.status_mut() = StatusCode::from_u16(*status).unwrap_or(StatusCode::OK);
                return Ok(());
            }
        };
        self.chain.borrow().routed(&route.names);
        Target::rewrite(parts, cluster).map_err(|_| Refusal::BadHost)?;
        let mut request = outgoing(parts, body);
        let timer = self.worker.timers.after(timeout);
        let mut send = pin!(cluster.send(&mut request, answer));
        let endpoint = std::future::poll_fn(|context| {
            if let Some(over) = self.chain.borrow_mut().poll_over(context) {
                return Poll::Ready(Err(Detour::Over(over)));
            }
            match send.as_mut().poll(context) {
                Poll::Ready(Ok(endpoint)) => Poll::Ready(Ok(endpoint)),
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
        self.chain.borrow().sent_to(cluster.address(endpoint));
        Ok(())
    }

    /// Takes a request through the filters; what is left of its body is to be sent on.
    async fn through(
        &mut self,
        parts: &mut request::Parts,
        mut incoming: Option<IncomingBody>,
    ) -> Result<RequestBody, Detour> {
        let scheme = if self.service.tls.is_some() {
            "https"
        } else {
            "http"
        };
        {
            let chain = &mut *self.chain.borrow_mut();
            match chain.carry() {
                Some(carry) => fields::from_request(parts, scheme, carry)
                    .map_err(|_| Refusal::HeaderTooLarge)?,
                None => chain.keep_out(Side::Request, || fields::count_request(parts)),
            }
            chain.begin(Side::Request, incoming.is_none());
        }
        self.request_head(&mut incoming).await?;
        let chain = &mut *self.chain.borrow_mut();
        if let Some(fields) = chain.changed(Side::Request) {
            let applied = match chain.has_unseen(Side::Request) {
                true => fields::add_to(&mut parts.headers, fields),
                false => fields::apply_request(parts, fields),
            };
            applied.map_err(|_| Refusal::BadFilter)?;
        }
        Ok(request_body(chain, &self.chain, parts, incoming))
    }

    pub(super) fn upstream_failed(&self, error: UpstreamError) -> Detour {
        if let Some(over) = self.chain.borrow_mut().take_over() {
            return Detour::Over(over);
        }
        match self.verdict.get() {
            Some(error) => self.count(error).into(),
            None => Refusal::Upstream(error).into(),
        }
    }

    pub(super) fn count(&self, error: BodyError) -> Refusal {
        self.worker.count_body(error).into()
    }

    /// Whether a body is worth a look before its header is sent: filters may change its
    /// length, and it is so short that it has most likely come with the header.
    pub(super) fn is_eager(&self, side: Side, size: Option<SizeHint>) -> bool {
        size.and_then(|size| size.exact())
            .is_some_and(|length| length <= SHORT && self.chain.borrow().edits(side))
    }

    /// Waits until the filters let the request's header go.
    ///
    /// Of a short body whatever has come already goes through them, too: when that is all,
    /// the message can say its length although a filter may have changed it.
    pub(super) async fn request_head(
        &self,
        incoming: &mut Option<IncomingBody>,
    ) -> Result<(), Detour> {
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
}
