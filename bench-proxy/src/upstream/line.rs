//! One HTTP/1 connection to an endpoint.
//!
//! Who waits for an answer also drives the connection, so that a request costs no other task,
//! no wake-up of one and no wake-up back. Only a request whose body is still to come from the
//! client gives the connection a task of its own: the body must flow whether or not somebody
//! reads the answer.

use std::cell::Cell;
use std::pin::{Pin, pin};
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

use http::{Request, Response};
use hyper::body::Incoming;
use hyper::client::conn::http1::{Connection, SendRequest};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio::task::coop::unconstrained;

use super::RequestBody;

/// Counts a connection for as long as it lives.
#[derive(Debug)]
pub(super) struct Open(Rc<Cell<usize>>);

impl Open {
    pub(super) fn new(count: &Rc<Cell<usize>>) -> Self {
        count.set(count.get() + 1);
        Self(count.clone())
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        self.0.set(self.0.get() - 1);
    }
}

type Plain = Connection<TokioIo<TcpStream>, RequestBody>;

/// Who drives the connection.
#[derive(Debug)]
enum Driver {
    /// Whoever has the line.
    Own(Box<Plain>, Open),
    /// A task.
    Task,
    /// Nobody any more: it has ended.
    Over,
}

/// Why a request got no answer.
#[derive(Debug)]
pub(super) enum ExchangeError {
    /// None of it was sent.
    Unsent(hyper::Error),
    /// Some of it may have been.
    Broken(hyper::Error),
}

/// One HTTP/1 connection to an endpoint.
#[derive(Debug)]
pub(super) struct Line {
    sender: SendRequest<RequestBody>,
    driver: Driver,
    /// Index of the endpoint.
    pub(super) endpoint: usize,
}

impl Line {
    /// A connection that whoever has the line drives.
    pub(super) fn new(
        sender: SendRequest<RequestBody>,
        connection: Plain,
        open: Open,
        endpoint: usize,
    ) -> Self {
        Self {
            sender,
            driver: Driver::Own(Box::new(connection), open),
            endpoint,
        }
    }

    /// A connection that a task drives.
    pub(super) fn apart(sender: SendRequest<RequestBody>, endpoint: usize) -> Self {
        Self {
            sender,
            driver: Driver::Task,
            endpoint,
        }
    }

    /// Lets the connection read and write.
    #[inline]
    pub(super) fn drive(&mut self, context: &mut Context<'_>) {
        self.driver.drive(context);
    }

    /// Whether the endpoint has not closed the connection.
    pub(super) fn is_alive(&mut self) -> bool {
        // The socket keeps what has happened until somebody looks.
        self.drive(&mut Context::from_waker(Waker::noop()));
        !self.sender.is_closed()
    }

    /// Whether the next request may be sent.
    pub(super) async fn is_ready(&mut self) -> bool {
        if !self.is_alive() {
            return false;
        }
        match self.driver {
            Driver::Task => self.sender.ready().await.is_ok(),
            // One that still sends the last request is not worth waiting for.
            _ => self.sender.is_ready(),
        }
    }

    /// Sends a request, leaving an empty one, and waits for the head of the answer.
    ///
    /// # Errors
    /// The connection's. The request is back in its place if none of it was sent.
    pub(super) async fn exchange(
        &mut self,
        request: &mut Request<RequestBody>,
    ) -> Result<Response<Incoming>, ExchangeError> {
        if !request.body().is_here() {
            self.part();
        }
        let mut answer = pin!(unconstrained(
            self.sender.try_send_request(std::mem::take(request))
        ));
        let driver = &mut self.driver;
        let answer = std::future::poll_fn(|context| {
            if matches!(driver, Driver::Task) {
                return answer.as_mut().poll(context);
            }
            // Nothing but the connection can complete the answer, and that is driven right
            // before each look, so nobody needs to be woken for it; nor may a spent budget
            // hide it.
            driver.drive(context);
            answer
                .as_mut()
                .poll(&mut Context::from_waker(Waker::noop()))
        })
        .await;
        answer.map_err(|mut error| match error.take_message() {
            Some(back) => {
                *request = back;
                ExchangeError::Unsent(error.into_error())
            }
            None => ExchangeError::Broken(error.into_error()),
        })
    }

    /// Gives the connection a task of its own.
    fn part(&mut self) {
        if let Driver::Own(connection, open) = std::mem::replace(&mut self.driver, Driver::Task) {
            tokio::task::spawn_local(async move {
                // Who waits for the answer hears of errors, too.
                let _ = connection.await;
                drop(open);
            });
        }
    }
}

impl Driver {
    #[inline]
    fn drive(&mut self, context: &mut Context<'_>) {
        if let Self::Own(connection, _) = self
            && let Poll::Ready(_) = Pin::new(&mut **connection).poll(context)
        {
            *self = Self::Over;
        }
    }
}
