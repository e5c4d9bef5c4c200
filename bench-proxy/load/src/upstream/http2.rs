//! The thread that serves a worker's HTTP/2 connections.

use std::convert::Infallible;
use std::future::Future;
use std::io;
use std::net::TcpStream;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Request, Response, StatusCode};
use http_body_util::BodyExt as _;
use hyper::body::{Body, Frame, Incoming, SizeHint};
use hyper::rt::Executor;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::task::{LocalSet, spawn_local};

use super::answers::Answers;
use super::worker::WorkerCounts;
use crate::encode::{TAG, is_hop_by_hop};
use crate::pin::pin;

/// An answer for HTTP/2.
struct Ready {
    head: Response<()>,
    body: Bytes,
    trailers: Option<HeaderMap>,
}

/// Starts the thread; it ends when the sender is dropped.
pub(super) fn start(
    answers: Arc<Answers>,
    delay: Duration,
    counts: Arc<WorkerCounts>,
    cpu: Option<usize>,
) -> UnboundedSender<(TcpStream, Vec<u8>)> {
    let (sender, receiver) = unbounded_channel();
    // Without the thread the receiver is gone, and connections close.
    let _ = std::thread::Builder::new()
        .name("upstream-h2".to_owned())
        .spawn(move || {
            // It may run anywhere if the system does not let it stay.
            let _ = pin(cpu.as_slice(), 0);
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build();
            if let Ok(runtime) = runtime {
                LocalSet::new().block_on(&runtime, serve(receiver, answers, delay, counts));
            }
        });
    sender
}

async fn serve(
    mut connections: UnboundedReceiver<(TcpStream, Vec<u8>)>,
    answers: Arc<Answers>,
    delay: Duration,
    counts: Arc<WorkerCounts>,
) {
    let ready: Arc<Vec<Ready>> = Arc::new(answers.messages().map(ready).collect());
    while let Some((stream, first)) = connections.recv().await {
        let Ok(stream) = tokio::net::TcpStream::from_std(stream) else {
            continue;
        };
        let stream = Begun {
            first: first.into(),
            stream,
        };
        let (answers, ready, counts) = (answers.clone(), ready.clone(), counts.clone());
        let service = service_fn(move |request| {
            answer(
                request,
                answers.clone(),
                ready.clone(),
                delay,
                counts.clone(),
            )
        });
        spawn_local(async move {
            // Clients may break off as they like.
            let _ = hyper::server::conn::http2::Builder::new(Local)
                .serve_connection(TokioIo::new(stream), service)
                .await;
        });
    }
}

fn ready(message: &workloads::ResponseMessage) -> Ready {
    let mut head = Response::new(());
    *head.status_mut() = StatusCode::from_u16(message.status).unwrap_or(StatusCode::OK);
    *head.headers_mut() = fields(&message.headers);
    let bodiless = matches!(message.status, 204 | 304);
    let trailers = fields(&message.trailers);
    Ready {
        head,
        body: if bodiless {
            Bytes::new()
        } else {
            message.body.clone().into()
        },
        trailers: (!trailers.is_empty() && !bodiless).then_some(trailers),
    }
}

/// Fields that can be sent; traffic has been checked when it was read.
fn fields(fields: &[(String, String)]) -> HeaderMap {
    let valid = fields.iter().filter_map(|(name, value)| {
        let name = HeaderName::from_bytes(name.as_bytes()).ok()?;
        Some((name, HeaderValue::from_bytes(value.as_bytes()).ok()?))
    });
    let mut map = HeaderMap::new();
    for (name, value) in valid.filter(|(name, _)| !is_hop_by_hop(name.as_str())) {
        map.append(name, value);
    }
    map
}

async fn answer(
    request: Request<Incoming>,
    answers: Arc<Answers>,
    ready: Arc<Vec<Ready>>,
    delay: Duration,
    counts: Arc<WorkerCounts>,
) -> Result<Response<Sent>, hyper::Error> {
    let (head, mut body) = request.into_parts();
    while let Some(frame) = body.frame().await {
        frame?;
    }
    counts.requests.fetch_add(1, Ordering::Relaxed);
    let tag = head.headers.get(TAG).map(HeaderValue::as_bytes);
    let host = head.headers.get("host").map(HeaderValue::as_bytes);
    let authority = match head.uri.authority() {
        Some(authority) => authority.as_str().as_bytes(),
        None => host.unwrap_or_default(),
    };
    let path = head.uri.path_and_query().map_or("/", |path| path.as_str());
    let found = answers.find(tag, authority, head.method.as_str(), path);
    if !delay.is_zero() {
        tokio::time::sleep(delay).await;
    }
    let ready = &ready[found];
    let mut response = Response::new(Sent {
        body: Some(ready.body.clone()),
        trailers: ready.trailers.clone(),
    });
    *response.status_mut() = ready.head.status();
    *response.headers_mut() = ready.head.headers().clone();
    Ok(response)
}

/// A body and its trailers.
struct Sent {
    body: Option<Bytes>,
    trailers: Option<HeaderMap>,
}

impl Body for Sent {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        let body = self.body.take().filter(|body| !body.is_empty());
        let next = body
            .map(Frame::data)
            .or_else(|| self.trailers.take().map(Frame::trailers));
        Poll::Ready(next.map(Ok))
    }

    fn is_end_stream(&self) -> bool {
        self.body.as_ref().is_none_or(Bytes::is_empty) && self.trailers.is_none()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.body.as_ref().map_or(0, Bytes::len) as u64)
    }
}

/// Runs a connection's tasks on the thread of the connection.
#[derive(Clone, Copy)]
struct Local;

impl<F: Future<Output: 'static> + 'static> Executor<F> for Local {
    fn execute(&self, future: F) {
        spawn_local(future);
    }
}

/// A socket of which the first bytes were read already.
struct Begun {
    first: Bytes,
    stream: tokio::net::TcpStream,
}

impl AsyncRead for Begun {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if self.first.is_empty() {
            return Pin::new(&mut self.stream).poll_read(context, buffer);
        }
        let length = self.first.len().min(buffer.remaining());
        buffer.put_slice(&self.first.split_to(length));
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Begun {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
