//! One HTTP/1 connection to an endpoint, driven by a task of its own.

use std::sync::Arc;

use http::{Request, Response};
use hyper::body::Incoming;
use hyper::client::conn::http1::SendRequest;

use super::RequestBody;
use super::hush::Hush;

/// Why a request got no answer.
#[derive(Debug)]
pub(super) enum ExchangeError {
    /// None of it was sent.
    Unsent(hyper::Error),
    /// Some of it may have been.
    Broken(hyper::Error),
}

/// One HTTP/1 connection to an endpoint; dropping it ends it.
#[derive(Debug)]
pub(super) struct Line {
    sender: SendRequest<RequestBody>,
    pub(super) hush: Arc<Hush>,
    /// Index of the endpoint.
    pub(super) endpoint: usize,
}

impl Line {
    pub(super) fn new(sender: SendRequest<RequestBody>, hush: Arc<Hush>, endpoint: usize) -> Self {
        Self {
            sender,
            hush,
            endpoint,
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
    /// The connection's. The request is back in its place if none of it was sent.
    pub(super) async fn exchange(
        &mut self,
        request: &mut Request<RequestBody>,
    ) -> Result<Response<Incoming>, ExchangeError> {
        let answer = self.sender.try_send_request(std::mem::take(request)).await;
        answer.map_err(|mut error| match error.take_message() {
            Some(back) => {
                *request = back;
                ExchangeError::Unsent(error.into_error())
            }
            None => ExchangeError::Broken(error.into_error()),
        })
    }
}
