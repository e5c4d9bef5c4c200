//! One client's HTTP connection.

use std::rc::Rc;
use std::sync::Arc;

use http::{Request, Response};
use hyper::body::Incoming;
use hyper::server::conn::{http1, http2};
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};

use super::body::{OutBody, Running};
use super::http2::{Pieces, Streams};
use super::local::{Refusal, refuse};
use super::{Abort, Carrier, Router, filtered, plain};
use crate::config::{Codec, Limits, Timeouts};
use crate::net::Connection;
use crate::plugins::{PluginSeat, Sight};
use crate::worker::Worker;

/// What an HTTP listener does with requests, at one worker.
#[derive(Debug)]
pub(crate) struct HttpService {
    pub(crate) codec: Codec,
    pub(crate) router: Router,
    pub(crate) filters: Vec<Rc<PluginSeat>>,
    pub(crate) sight: Sight,
    pub(crate) timeouts: Timeouts,
    pub(crate) limits: Limits,
    pub(crate) tls: Option<Arc<rustls::ServerConfig>>,
}

/// How many fields hyper takes unless told otherwise.
const HTTP1_FIELDS: usize = 100;

/// What a connection speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Spoken {
    /// HTTP/1. Whether the stream notices by itself when the client has left.
    Http1 { watched: bool },
    /// HTTP/2.
    Http2,
}

/// Serves a connection until it ends.
pub(crate) async fn serve<I>(
    worker: Rc<Worker>,
    service: Rc<HttpService>,
    connection: Rc<Connection>,
    stream: I,
    spoken: Spoken,
) where
    I: AsyncRead + AsyncWrite + Unpin + 'static,
{
    let stream = TokioIo::new(stream);
    let limits = service.limits;
    let Spoken::Http1 { watched } = spoken else {
        let idle = service.timeouts.stream_idle;
        let streams = Streams::new(worker.clone(), connection.clone(), idle);
        let executor = streams.clone();
        let answer = service_fn(move |request| {
            let carrier = Carrier::Stream(streams.open());
            answer::<Pieces>(worker.clone(), service.clone(), carrier, request)
        });
        let server = http2::Builder::new(executor)
            .max_header_list_size(limits.header_bytes)
            .max_concurrent_streams(limits.concurrent_streams)
            .initial_stream_window_size(1 << 20)
            .initial_connection_window_size(4 << 20)
            .serve_connection(stream, answer);
        return connection.drive(server).await;
    };
    let answer = {
        let connection = connection.clone();
        service_fn(move |request| {
            let carrier = Carrier::Connection(connection.clone());
            answer::<OutBody>(worker.clone(), service.clone(), carrier, request)
        })
    };
    let mut builder = http1::Builder::new();
    builder
        .max_header_size(limits.header_bytes as usize)
        .max_buf_size((limits.header_bytes as usize * 2).max(64 << 10))
        .half_close(watched)
        // Connections watch themselves, at less cost.
        .header_read_timeout(None);
    if limits.header_fields != HTTP1_FIELDS {
        // Any number but hyper's own costs an allocation for each request.
        builder.max_headers(limits.header_fields);
    }
    let server = builder.serve_connection(stream, answer);
    connection.drive(server).await;
}

async fn answer<B: From<OutBody>>(
    worker: Rc<Worker>,
    service: Rc<HttpService>,
    carrier: Carrier,
    request: Request<Incoming>,
) -> Result<Response<B>, Abort> {
    // Owned here and lent to everything below: each future that a message passes through by
    // value carries room for it twice.
    let (mut parts, body) = request.into_parts();
    // HTTP/1 has counted them itself.
    let response = if parts.headers.len() > service.limits.header_fields {
        let running = Running::new(carrier);
        refuse(&Refusal::HeaderTooLarge, None, running)
    } else if service.filters.is_empty() {
        plain::pass(&worker, &service, &carrier, &mut parts, body).await
    } else {
        let passed = match filtered::late_way(&worker, &service, &parts) {
            Some(to) => {
                filtered::pass_late(&worker, &service, &carrier, &mut parts, body, to).await
            }
            None => filtered::pass(&worker, &service, &carrier, &mut parts, body).await,
        };
        match passed {
            Ok(response) => response,
            Err(abort) => {
                worker.stats.resets.count();
                return Err(abort);
            }
        }
    };
    worker.stats.response(response.status().as_u16());
    Ok(response.map(B::from))
}
