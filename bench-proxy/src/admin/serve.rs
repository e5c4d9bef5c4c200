//! The admin port's pages.

use std::convert::Infallible;
use std::net::TcpListener;
use std::sync::Arc;

use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{Method, Request, Response, StatusCode};
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use serde_json::json;
use tokio::sync::watch;

use super::prometheus;
use crate::report::Report;
use crate::worker::Phase;

const INDEX: &str = "\
/ready     200 while the proxy serves, 503 when it drains
/stats     counters; ?format=json
/metrics   the same and the plugins' own, for Prometheus
/vms       plugins, their VMs and waits for them, as JSON
/workers   connections and requests of each worker, as JSON
";

/// Serves until the proxy has stopped.
pub(crate) async fn serve(
    listener: TcpListener,
    report: Arc<Report>,
    phase: watch::Receiver<Phase>,
) -> std::io::Result<()> {
    let listener = tokio::net::TcpListener::from_std(listener)?;
    let mut stop = phase.clone();
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            _ = stop.wait_for(|phase| *phase == Phase::Stop) => return Ok(()),
        };
        let Ok((stream, _)) = accepted else {
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
            continue;
        };
        let (report, phase) = (report.clone(), phase.clone());
        let answer = service_fn(move |request: Request<Incoming>| {
            let page = page(&request, &report, *phase.borrow());
            async move { Ok::<_, Infallible>(page) }
        });
        tokio::task::spawn_local(async move {
            let served = http1::Builder::new()
                .timer(TokioTimer::new())
                .serve_connection(TokioIo::new(stream), answer);
            let _ = served.await;
        });
    }
}

fn page(request: &Request<Incoming>, report: &Report, phase: Phase) -> Response<Full<Bytes>> {
    let text = "text/plain; charset=utf-8";
    if request.method() != Method::GET && request.method() != Method::HEAD {
        return answer(StatusCode::METHOD_NOT_ALLOWED, text, "use GET\n".to_owned());
    }
    let json = request.uri().query() == Some("format=json");
    match request.uri().path() {
        "/" => answer(StatusCode::OK, text, INDEX.to_owned()),
        "/ready" if phase == Phase::Serve => answer(StatusCode::OK, text, "LIVE\n".to_owned()),
        "/ready" => answer(
            StatusCode::SERVICE_UNAVAILABLE,
            text,
            "DRAINING\n".to_owned(),
        ),
        "/stats" if json => answer(StatusCode::OK, "application/json", stats_json(report)),
        "/stats" => answer(StatusCode::OK, text, stats_text(report)),
        "/metrics" | "/stats/prometheus" => answer(
            StatusCode::OK,
            "text/plain; version=0.0.4; charset=utf-8",
            prometheus::render(report),
        ),
        "/vms" => answer(
            StatusCode::OK,
            "application/json",
            format!("{}\n", json!(report.vms())),
        ),
        "/workers" => answer(
            StatusCode::OK,
            "application/json",
            format!("{}\n", json!(report.workers())),
        ),
        _ => answer(StatusCode::NOT_FOUND, text, INDEX.to_owned()),
    }
}

fn answer(status: StatusCode, kind: &'static str, body: String) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(Bytes::from(body)));
    *response.status_mut() = status;
    let kind = http::HeaderValue::from_static(kind);
    response.headers_mut().insert(CONTENT_TYPE, kind);
    response
}

fn numbers(report: &Report) -> impl Iterator<Item = (&'static str, u64)> {
    let all = report.counters().into_iter().chain(report.gauges());
    all.map(|(name, _, value)| (name, value))
}

fn stats_text(report: &Report) -> String {
    numbers(report)
        .map(|(name, value)| format!("{name}: {value}\n"))
        .collect()
}

fn stats_json(report: &Report) -> String {
    let numbers: serde_json::Map<_, _> = numbers(report)
        .map(|(name, value)| (name.to_owned(), value.into()))
        .collect();
    format!("{}\n", serde_json::Value::Object(numbers))
}
