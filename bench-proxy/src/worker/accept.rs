//! New connections.

use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio_rustls::TlsAcceptor;

use super::run::{Service, reached};
use super::{Phase, Worker};
use crate::config::Codec;
use crate::http::{self, HttpService, Spoken};
use crate::net::{Connection, Facts, Socket, is_http2};
use crate::tcp;

static NEXT: AtomicU64 = AtomicU64::new(1);

/// Accepts connections until the proxy drains; those that wait then are still served.
pub(super) async fn accept(
    worker: Rc<Worker>,
    listener: TcpListener,
    service: Service,
    name: Arc<str>,
    mut phase: watch::Receiver<Phase>,
) {
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = reached(&mut phase, Phase::Drain) => break,
        };
        match accepted {
            Ok((stream, _)) => serve(&worker, &service, &name, stream),
            // Out of descriptors, most likely: others must close first.
            Err(error) if !is_of_one(&error) => {
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
            Err(_) => {}
        }
    }
    while let Ok(Ok((stream, _))) =
        tokio::time::timeout(Duration::from_millis(1), listener.accept()).await
    {
        serve(&worker, &service, &name, stream);
    }
}

/// Whether only the connection that was to be accepted is affected.
fn is_of_one(error: &std::io::Error) -> bool {
    use std::io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    matches!(
        error.kind(),
        ConnectionAborted | ConnectionRefused | ConnectionReset
    )
}

fn serve(worker: &Rc<Worker>, service: &Service, name: &Arc<str>, stream: TcpStream) {
    let (Ok(source), Ok(destination)) = (stream.peer_addr(), stream.local_addr()) else {
        return;
    };
    let _ = stream.set_nodelay(true);
    let facts = Facts {
        id: NEXT.fetch_add(1, Ordering::Relaxed),
        source,
        destination,
        tls_version: None,
        server_name: None,
        listener: name.clone(),
    };
    let worker = worker.clone();
    match service {
        Service::Http(service) => {
            let service = service.clone();
            tokio::task::spawn_local(http(worker, service, facts, stream));
        }
        Service::Tcp(service) => {
            let service = service.clone();
            tokio::task::spawn_local(async move {
                let connection = Connection::new(
                    Arc::new(facts),
                    worker.stats.clone(),
                    worker.timers.clone(),
                    service.idle,
                    service.idle,
                );
                let place = enter(&worker, &connection);
                tcp::serve(&worker, &service, &connection, Socket::new(stream)).await;
                leave(&worker, place);
            });
        }
    }
}

fn enter(worker: &Worker, connection: &Rc<Connection>) -> usize {
    worker.stats.connections.count();
    let place = worker.connections.add(connection.clone());
    if worker.draining.get() {
        connection.tell(crate::net::Signal::Drain);
    }
    place
}

fn leave(worker: &Worker, place: usize) {
    worker.connections.remove(place);
    worker.stats.connections_ended.count();
}

async fn http(worker: Rc<Worker>, service: Rc<HttpService>, mut facts: Facts, stream: TcpStream) {
    let timeouts = service.timeouts;
    let limit = timeouts.idle.unwrap_or(Duration::from_secs(3600));
    let connect = |facts, spoken| {
        Connection::new(
            Arc::new(facts),
            worker.stats.clone(),
            worker.timers.clone(),
            timeouts.idle,
            match spoken {
                Spoken::Http1 { .. } => timeouts.stream_idle,
                // Its streams are watched one by one.
                Spoken::Http2 => None,
            },
        )
    };
    let Some(config) = service.tls.clone() else {
        let http2 = match service.codec {
            Codec::Http1 => false,
            Codec::Http2 => true,
            Codec::Auto => match tokio::time::timeout(limit, is_http2(&stream)).await {
                Ok(Ok(http2)) => http2,
                // The client left, or never said a word.
                Ok(Err(_)) | Err(_) => return,
            },
        };
        let (spoken, stream) = match http2 {
            true => (Spoken::Http2, Socket::new(stream)),
            false => (Spoken::Http1 { watched: true }, Socket::watched(stream)),
        };
        let connection = connect(facts, spoken);
        let place = enter(&worker, &connection);
        http::serve(worker.clone(), service, connection, stream, spoken).await;
        leave(&worker, place);
        return;
    };
    let accept = TlsAcceptor::from(config).accept(Socket::new(stream));
    let accepted = tokio::time::timeout(limit, accept).await;
    let Ok(Ok(stream)) = accepted else {
        return;
    };
    let session = stream.get_ref().1;
    facts.tls_version = session
        .protocol_version()
        .and_then(|version| version.as_str());
    facts.server_name = session.server_name().map(str::to_owned);
    let spoken = match (session.alpn_protocol(), service.codec) {
        (Some(b"h2"), _) | (None, Codec::Http2) => Spoken::Http2,
        _ => Spoken::Http1 { watched: false },
    };
    let connection = connect(facts, spoken);
    let place = enter(&worker, &connection);
    http::serve(worker.clone(), service, connection, stream, spoken).await;
    leave(&worker, place);
}
