//! A server behind the proxy.

use std::convert::Infallible;
use std::net::{SocketAddr, TcpListener};
use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, mpsc};
use std::thread::JoinHandle;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Request, Response};
use http_body_util::{BodyExt as _, Full};
use hyper::body::{Body, Frame, Incoming};
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto;
use socket2::{Domain, Socket, Type};
use tokio::sync::oneshot;

type Out = Pin<Box<dyn Body<Data = Bytes, Error = std::io::Error> + Send>>;

/// A server that answers by path: `/echo` tells of the request, `/status/N` has that status,
/// `/slow` takes a second, `/never` does not answer, `/trailers` ends with trailers, `/stream`
/// sends piece by piece, `/broken` breaks off in the middle, `/half` stops there, `/early` answers
/// and keeps the request, `/large` has
/// 256 KiB, `/a.Service/Ask` is gRPC; anything else says hello.
pub(crate) struct Upstream {
    pub(crate) address: SocketAddr,
    pub(crate) connections: Arc<AtomicUsize>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

fn listen(address: SocketAddr) -> TcpListener {
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None).expect("a socket");
    socket.set_reuse_address(true).expect("set");
    socket.bind(&address.into()).expect("bound");
    socket.listen(128).expect("listening");
    socket.set_nonblocking(true).expect("set");
    socket.into()
}

impl Upstream {
    pub(crate) fn start() -> Self {
        Self::at(([127, 0, 0, 1], 0).into())
    }

    /// A server at an address that another one had.
    pub(crate) fn at(address: SocketAddr) -> Self {
        let listener = listen(address);
        let address = listener.local_addr().expect("an address");
        let (stop, stopped) = oneshot::channel();
        let connections = Arc::new(AtomicUsize::new(0));
        let count = connections.clone();
        let (ready, started) = mpsc::channel();
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .expect("a runtime");
            runtime.block_on(async move {
                let listener = tokio::net::TcpListener::from_std(listener).expect("a listener");
                ready.send(()).expect("someone waits");
                tokio::select! {
                    () = accept(listener, count) => {}
                    _ = stopped => {}
                }
            });
            // Dropping the runtime closes every connection at once, as a kill would.
        });
        started.recv().expect("started");
        Self {
            address,
            connections,
            stop: Some(stop),
            thread: Some(thread),
        }
    }

    /// Ends it with all its connections.
    pub(crate) fn kill(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            thread.join().expect("ended");
        }
    }
}

impl Drop for Upstream {
    fn drop(&mut self) {
        self.kill();
    }
}

async fn accept(listener: tokio::net::TcpListener, count: Arc<AtomicUsize>) {
    loop {
        let (stream, _) = listener.accept().await.expect("accepted");
        count.fetch_add(1, Ordering::Relaxed);
        tokio::spawn(async move {
            let server = auto::Builder::new(TokioExecutor::new());
            let _ = server
                .serve_connection(TokioIo::new(stream), service_fn(answer))
                .await;
        });
    }
}

fn full(text: impl Into<Bytes>) -> Out {
    Box::pin(Full::new(text.into()).map_err(|never| match never {}))
}

fn frames(frames: Vec<std::io::Result<Frame<Bytes>>>) -> Out {
    Box::pin(Frames {
        frames: frames.into(),
        pause: Box::pin(tokio::time::sleep(Duration::ZERO)),
    })
}

/// A body in pieces, sent one after the other.
struct Frames {
    frames: std::collections::VecDeque<std::io::Result<Frame<Bytes>>>,
    pause: Pin<Box<tokio::time::Sleep>>,
}

impl Body for Frames {
    type Data = Bytes;
    type Error = std::io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<std::io::Result<Frame<Bytes>>>> {
        std::task::ready!(self.pause.as_mut().poll(context));
        self.pause = Box::pin(tokio::time::sleep(Duration::from_millis(20)));
        std::task::Poll::Ready(self.frames.pop_front())
    }
}

/// A body that stops amid itself, and keeps the request's until it is dropped.
struct Half {
    begun: bool,
    _request: Request<Incoming>,
}

impl Body for Half {
    type Data = Bytes;
    type Error = std::io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<std::io::Result<Frame<Bytes>>>> {
        match std::mem::replace(&mut self.begun, true) {
            false => std::task::Poll::Ready(Some(data("half"))),
            true => std::task::Poll::Pending,
        }
    }
}

fn data(text: &'static str) -> std::io::Result<Frame<Bytes>> {
    Ok(Frame::data(Bytes::from_static(text.as_bytes())))
}

async fn answer(request: Request<Incoming>) -> Result<Response<Out>, Infallible> {
    let path = request.uri().path().to_owned();
    let mut response = Response::new(full("hello\n"));
    response
        .headers_mut()
        .insert("x-upstream", HeaderValue::from_static("yes"));
    if let Some(status) = path.strip_prefix("/status/") {
        *response.status_mut() = status.parse().expect("a status");
        return Ok(response);
    }
    match path.as_str() {
        "/echo" => *response.body_mut() = full(told(request).await),
        "/slow" => tokio::time::sleep(Duration::from_secs(1)).await,
        "/never" => std::future::pending().await,
        // A gRPC service that repeats the message after "re: ".
        "/a.Service/Ask" => {
            let body = request
                .into_body()
                .collect()
                .await
                .expect("a body")
                .to_bytes();
            let mut message = vec![0, 0, 0, 0, (body.len() - 5 + 4) as u8];
            message.extend(b"re: ");
            message.extend(&body[5..]);
            let mut trailers = HeaderMap::new();
            trailers.insert("grpc-status", HeaderValue::from_static("0"));
            let data = Ok(Frame::data(Bytes::from(message)));
            *response.body_mut() = frames(vec![data, Ok(Frame::trailers(trailers))]);
        }
        "/trailers" => {
            let mut trailers = HeaderMap::new();
            trailers.insert("x-trailer", HeaderValue::from_static("t"));
            *response.body_mut() = frames(vec![data("body"), Ok(Frame::trailers(trailers))]);
            response
                .headers_mut()
                .insert("trailer", HeaderValue::from_static("x-trailer"));
        }
        "/stream" => *response.body_mut() = frames(vec![data("one "), data("two "), data("three")]),
        "/half" => {
            *response.body_mut() = Box::pin(Half {
                begun: false,
                _request: request,
            })
        }
        "/early" => drop(tokio::spawn(async move {
            let _request = request;
            std::future::pending::<()>().await;
        })),
        "/large" => *response.body_mut() = full(vec![b'x'; 256 << 10]),
        "/broken" => {
            let error = Err(std::io::Error::other("on purpose"));
            *response.body_mut() = frames(vec![data("half"), error]);
        }
        _ => {}
    }
    Ok(response)
}

/// What came, one fact a line.
async fn told(request: Request<Incoming>) -> String {
    let (parts, body) = request.into_parts();
    let mut text = format!("{} {} {:?}\n", parts.method, parts.uri, parts.version);
    for (name, value) in &parts.headers {
        text += &format!("{name}: {}\n", String::from_utf8_lossy(value.as_bytes()));
    }
    let body = match body.collect().await {
        Ok(body) => body,
        Err(error) => return format!("{text}error: {error}\n"),
    };
    for (name, value) in body.trailers().into_iter().flatten() {
        text += &format!(
            "trailer {name}: {}\n",
            String::from_utf8_lossy(value.as_bytes())
        );
    }
    text += "\n";
    text + &String::from_utf8_lossy(&body.to_bytes())
}
