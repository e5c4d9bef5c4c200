//! A response on its way to the client, be it the upstream's or a filter's own.

use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http::Response;
use hyper::body::Body as _;

use super::bodies::response_body;
use super::{Detour, Stream, unless};
use crate::http::body::{Kind, OutBody, Running};
use crate::http::local::{Refusal, refuse};
use crate::http::{Abort, fields, hop};
use crate::plugins::{Ending, Over, Side};
use crate::upstream::{Answer, UpstreamBody};

impl Stream<'_> {
    /// Takes a response through the filters.
    pub(super) async fn response(
        &mut self,
        answer: &mut Answer,
        is_head: bool,
    ) -> Result<Kind, Detour> {
        hop::strip_response(answer.headers_mut());
        {
            let chain = &mut *self.chain.borrow_mut();
            let end = match answer.body() {
                Some(body) => body.is_end_stream(),
                None => !chain.has_direct(),
            };
            match chain.carry() {
                Some(carry) => {
                    fields::from_response(answer, carry).map_err(|_| Refusal::UpstreamBroke)?;
                }
                None => chain.keep_out(Side::Response, || fields::count_response(answer)),
            }
            chain.begin(Side::Response, end);
            if let Some(direct) = chain.take_direct() {
                chain.feed(Side::Response, hyper::body::Frame::data(direct), true);
            }
        }
        if !self.chain.borrow().is_through(Side::Response) {
            self.response_head(answer.body_mut()).await?;
        }
        let chain = &mut *self.chain.borrow_mut();
        if let Some(fields) = chain.changed(Side::Response) {
            let applied = match chain.has_unseen(Side::Response) {
                true => fields::add_to(answer.headers_mut(), fields),
                false => fields::apply_response(answer, fields),
            };
            applied.map_err(|_| Refusal::BadFilter)?;
        }
        Ok(response_body(chain, &self.chain, answer, is_head))
    }

    /// Waits until the filters let the response's header go.
    pub(super) async fn response_head(
        &self,
        body: &mut Option<UpstreamBody>,
    ) -> Result<(), Detour> {
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
    pub(super) async fn local(
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
        let mut answer = Answer::default();
        let kind = {
            let chain = &mut *self.chain.borrow_mut();
            if let Some(fields) = chain.changed(Side::Response)
                && fields::apply_response(&mut answer, fields).is_err()
            {
                return Ok(refuse(&Refusal::BadFilter, Some(ending), running));
            }
            response_body(chain, &self.chain, &mut answer, false)
        };
        Ok(answer.map(|_| OutBody::new(kind, Some(ending), running)))
    }
}

fn poll_upstream(
    body: &mut UpstreamBody,
    context: &mut Context<'_>,
) -> Poll<Option<Result<hyper::body::Frame<Bytes>, hyper::Error>>> {
    Pin::new(body).poll_frame(context)
}
