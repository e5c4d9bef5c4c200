//! One HTTP/1 connection to an endpoint, driven by a task of its own.

use std::rc::Rc;
use std::sync::Arc;

use http::{Request, Response};
use hyper::body::Incoming;
use hyper::client::conn::TrySendError;
use hyper::client::conn::http1::SendRequest;

use super::hush::Hush;
use super::{Cluster, RequestBody, Verdict};

/// One HTTP/1 connection to an endpoint; dropping it ends it.
#[derive(Debug)]
pub(super) struct Line {
    sender: SendRequest<RequestBody>,
    pub(super) hush: Arc<Hush>,
    /// Index of the endpoint.
    pub(super) endpoint: usize,
    /// Whose pool waits for it, and what becomes of the body of the request that it carries;
    /// only while it carries one.
    errand: Option<(Rc<Cluster>, Verdict)>,
}

impl Line {
    pub(super) fn new(sender: SendRequest<RequestBody>, hush: Arc<Hush>, endpoint: usize) -> Self {
        Self {
            sender,
            hush,
            endpoint,
            errand: None,
        }
    }

    /// Whether the endpoint has not closed the connection.
    pub(super) fn is_alive(&self) -> bool {
        !self.sender.is_closed()
    }

    /// Whether the next request may be sent, once the last one has been.
    pub(super) async fn is_ready(&mut self) -> bool {
        self.sender.ready().await.is_ok()
    }

    /// Sends a request, leaving an empty one, and waits for the head of the answer.
    ///
    /// # Errors
    /// The connection's, with the request if none of it was sent.
    #[inline]
    pub(super) fn exchange(
        &mut self,
        request: &mut Request<RequestBody>,
    ) -> impl Future<Output = Result<Response<Incoming>, TrySendError<Request<RequestBody>>>> + use<>
    {
        self.sender.try_send_request(std::mem::take(request))
    }

    /// Keeps in mind where it goes back to.
    #[inline]
    pub(super) fn lend(&mut self, cluster: &Rc<Cluster>, verdict: Verdict) {
        self.errand = Some((cluster.clone(), verdict));
    }

    /// Goes back to where it came from when its answer has ended.
    #[inline]
    pub(super) fn give_back(mut self: Box<Self>) {
        // With an answer before the request's end the next request would wait for that end.
        if let Some((cluster, verdict)) = self.errand.take()
            && !verdict.is_open()
        {
            cluster.put_back(self);
        }
    }
}
