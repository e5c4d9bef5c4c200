//! A worker's life.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::Arc;
use std::time::{Duration, Instant};

use host_core::Isolation;
use tokio::runtime::LocalOptions;
use tokio::sync::watch;

use super::{Phase, Setup, Worker};
use crate::config::ListenerKind;
use crate::error::StartError;
use crate::http::{HttpService, Router};
use crate::net::{Connections, Signal, send_waiting, server_config};
use crate::plugins::{Lingering, PluginSeat, Sight, set_worker};
use crate::report::Report;
use crate::tcp::TcpService;
use crate::timers::{TICK, Timers};
use crate::upstream::Cluster;

/// What a listener does.
#[derive(Clone, Debug)]
pub(super) enum Service {
    Http(Rc<HttpService>),
    Tcp(Rc<TcpService>),
}

/// Runs a worker on this thread until it has drained; `ready` is told how the start went.
pub(crate) fn run(setup: Setup, ready: impl FnOnce(Result<(), StartError>)) {
    set_worker(setup.number);
    let runtime = match tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .on_thread_park(send_waiting)
        .build_local(LocalOptions::default())
    {
        Ok(runtime) => runtime,
        Err(error) => return ready(Err(StartError::Thread(error))),
    };
    runtime.block_on(live(setup, ready));
    send_waiting();
}

async fn live(setup: Setup, ready: impl FnOnce(Result<(), StartError>)) {
    let Setup {
        number,
        config,
        listeners,
        plugins,
        hub,
        commands,
        stats,
        report,
        mut phase,
    } = setup;
    let timers = Timers::new();
    let built = (|| {
        let mut clusters = Vec::new();
        for cluster in &config.clusters {
            let made = Cluster::new(cluster, timers.clone(), stats.clone());
            clusters.push(made.map_err(|error| StartError::tls(&cluster.name, &error))?);
        }
        let services = plugins.len() - config.services.len();
        let mut seats = Vec::new();
        for plugin in plugins {
            let elsewhere = plugin.index >= services
                && number > 0
                && config.services[plugin.index - services].singleton;
            let name = plugin.name.clone();
            let seat = (!elsewhere).then(|| PluginSeat::new(plugin)).transpose();
            let seat = seat.map_err(|source| StartError::plugin(name, source))?;
            seats.push(seat.map(Rc::new));
        }
        let worker = Rc::new(Worker {
            number,
            timers: timers.clone(),
            stats,
            clusters,
            hub,
            seats,
            streams: RefCell::default(),
            spare: RefCell::default(),
            fresh: RefCell::default(),
            lingering: Lingering::default(),
            connections: Connections::default(),
            draining: Cell::new(false),
        });
        let services = services_of(&worker, &config)?;
        Ok((worker, services))
    })();
    let (worker, services) = match built {
        Ok(built) => built,
        Err(error) => return ready(Err(error)),
    };
    tokio::task::spawn_local(tick(worker.clone(), report));
    tokio::task::spawn_local(super::events::listen(worker.clone(), commands));
    let mut accepting = Vec::new();
    for ((listener, service), config) in listeners.into_iter().zip(services).zip(&config.listeners)
    {
        let listener = match tokio::net::TcpListener::from_std(listener) {
            Ok(listener) => listener,
            Err(error) => return ready(Err(StartError::Thread(error))),
        };
        let name = Arc::from(config.name.as_str());
        let accept = super::accept::accept(worker.clone(), listener, service, name, phase.clone());
        accepting.push(tokio::task::spawn_local(accept));
    }
    ready(Ok(()));
    reached(&mut phase, Phase::Drain).await;
    worker.drain();
    for task in accepting {
        let _ = task.await;
    }
    worker.connections.tell_all(Signal::Drain);
    tokio::select! {
        () = empty(&worker) => {}
        () = reached(&mut phase, Phase::Stop) => worker.connections.tell_all(Signal::Close),
    }
    // Connections that were told to close need one more turn to end their streams.
    for _ in 0..50 {
        if worker.connections.open() == 0 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
}

/// Waits for a phase; a proxy that is gone has reached every one.
pub(super) async fn reached(phase: &mut watch::Receiver<Phase>, wanted: Phase) {
    let _ = phase.wait_for(|phase| *phase >= wanted).await;
}

async fn empty(worker: &Worker) {
    while worker.connections.open() > 0 {
        tokio::time::sleep(TICK).await;
    }
}

fn services_of(
    worker: &Rc<Worker>,
    config: &crate::config::Config,
) -> Result<Vec<Service>, StartError> {
    let mut seats = worker.seats.iter();
    let mut services = Vec::new();
    for listener in &config.listeners {
        let mut filters = |count| -> Vec<_> {
            let seats = seats.by_ref().take(count);
            seats.flatten().cloned().collect()
        };
        services.push(match &listener.kind {
            ListenerKind::Http(http) => {
                let filters = filters(http.filters.len());
                let protocols: &[&[u8]] = match http.codec {
                    crate::config::Codec::Auto => &[b"h2", b"http/1.1"],
                    crate::config::Codec::Http1 => &[b"http/1.1"],
                    crate::config::Codec::Http2 => &[b"h2"],
                };
                Service::Http(Rc::new(HttpService {
                    codec: http.codec,
                    router: Router::new(&http.hosts, &config.clusters),
                    sight: Sight::of(&filters),
                    filters,
                    timeouts: http.timeouts,
                    limits: http.limits,
                    tls: tls(listener, protocols)?,
                }))
            }
            ListenerKind::Tcp(tcp) => Service::Tcp(Rc::new(TcpService {
                cluster: worker.clusters[tcp.cluster].clone(),
                filters: filters(tcp.filters.len()),
                idle: tcp.idle,
                tls: tls(listener, &[])?,
            })),
        });
    }
    Ok(services)
}

fn tls(
    listener: &crate::config::Listener,
    protocols: &[&[u8]],
) -> Result<Option<Arc<rustls::ServerConfig>>, StartError> {
    let Some(tls) = &listener.tls else {
        return Ok(None);
    };
    server_config(&tls.certificate_chain, &tls.private_key, protocols)
        .map(Some)
        .map_err(|error| StartError::tls(&listener.name, &error))
}

/// Ticks from one look at idle connections to the next.
const LOOK: u64 = 5;

/// Moves the worker's clock, and now and then looks after what nobody else does.
async fn tick(worker: Rc<Worker>, report: Arc<Report>) {
    let mut interval = tokio::time::interval(TICK);
    interval.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let mut count = 0_u64;
    let mut looked = Instant::now();
    loop {
        interval.tick().await;
        // A worker that others keep busy may not come to wait.
        send_waiting();
        worker.timers.advance();
        count += 1;
        if count.is_multiple_of(LOOK) {
            // To a worker that was held up connections seem idle whose requests wait in the
            // kernel: they get one more turn.
            let in_time = looked.elapsed() < 2 * TICK * LOOK as u32;
            looked = Instant::now();
            if in_time {
                let ended = worker.connections.end_overdue();
                worker.stats.connections_idle.add(ended);
            }
        }
        if count.is_multiple_of(25) {
            worker
                .clusters
                .iter()
                .for_each(|cluster| cluster.close_idle());
            worker.lingering.tidy(worker.timers.now());
            observe(&worker, &report);
        }
    }
}

/// Notes for the admin port what only this thread can see.
fn observe(worker: &Worker, report: &Report) {
    let mut open = 0;
    for cluster in &worker.clusters {
        open += cluster.open();
    }
    let vms = worker.seats.iter().flatten().filter_map(|seat| {
        let is_own = seat.shared.pool.isolation() == Isolation::Thread;
        let (vm, memory) = (seat.own_vm()?, seat.own_memory()?);
        is_own.then_some((seat.shared.index, vm, memory))
    });
    report.observe(
        worker.number,
        worker.connections.open(),
        open,
        vms.collect(),
    );
}
