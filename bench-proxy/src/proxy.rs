//! The whole proxy.

use std::net::{SocketAddr, TcpListener};
use std::sync::{Arc, mpsc};
use std::thread::{Builder, JoinHandle};
use std::time::Duration;

use tokio::sync::watch;

use crate::admin;
use crate::config::{Config, ListenerKind, PluginConfig};
use crate::error::StartError;
use crate::net::bind;
use crate::plugins::{self, Hub, PluginShared};
use crate::report::Report;
use crate::stats::Stats;
use crate::worker::{self, Phase, Setup};

/// A proxy that runs. Dropping it ends it at once; [`Proxy::drain`] lets requests finish.
#[derive(Debug)]
pub struct Proxy {
    addresses: Vec<SocketAddr>,
    admin: Option<SocketAddr>,
    phase: watch::Sender<Phase>,
    drain_timeout: Duration,
    workers: Vec<JoinHandle<()>>,
    admin_thread: Option<JoinHandle<()>>,
}

fn listen(address: SocketAddr, count: usize) -> Result<Vec<TcpListener>, StartError> {
    bind(address, count).map_err(|source| StartError::Listen { address, source })
}

/// Every plugin, in the order of indices: those of each listener in turn, then services.
fn plugins_of(config: &Config) -> impl Iterator<Item = &PluginConfig> {
    let filters = config
        .listeners
        .iter()
        .flat_map(|listener| match &listener.kind {
            ListenerKind::Http(http) => &http.filters,
            ListenerKind::Tcp(tcp) => &tcp.filters,
        });
    filters.chain(config.services.iter().map(|service| &service.plugin))
}

impl Proxy {
    /// Starts a proxy: its plugins are compiled, its listeners bound, its threads serving.
    ///
    /// # Errors
    /// The first thing that does not start.
    pub fn start(config: Config) -> Result<Self, StartError> {
        let config = Arc::new(config);
        let count = config.workers;
        let mut sockets: Vec<Vec<TcpListener>> = (0..count).map(|_| Vec::new()).collect();
        let mut addresses = Vec::new();
        for listener in &config.listeners {
            let bound = listen(listener.address, count)?;
            addresses.push(bound[0].local_addr().map_err(StartError::Thread)?);
            for (worker, socket) in sockets.iter_mut().zip(bound) {
                worker.push(socket);
            }
        }
        let admin_socket = match config.admin {
            Some(address) => listen(address, 1)?.pop(),
            None => None,
        };
        let names = config.clusters.iter().map(|cluster| cluster.name.clone());
        let (hub, commands) = Hub::new(count, names.collect(), config.log_level);
        let hub = Arc::new(hub);
        let mut shared: Vec<Arc<PluginShared>> = Vec::new();
        for (index, plugin) in plugins_of(&config).enumerate() {
            shared.push(plugins::start(plugin, index, &hub)?);
        }
        let stats: Vec<Arc<Stats>> = (0..count).map(|_| Arc::default()).collect();
        let report = Arc::new(Report::new(hub.clone(), shared.clone(), stats.clone()));
        let (phase, watching) = watch::channel(Phase::Serve);
        let mut proxy = Self {
            addresses,
            admin: None,
            phase,
            drain_timeout: config.drain_timeout,
            workers: Vec::new(),
            admin_thread: None,
        };
        let (ready, started) = mpsc::channel();
        let parts = sockets.into_iter().zip(commands).zip(stats).enumerate();
        for (number, ((listeners, commands), stats)) in parts {
            let setup = Setup {
                number,
                config: config.clone(),
                listeners,
                plugins: shared.clone(),
                hub: hub.clone(),
                commands,
                stats,
                report: report.clone(),
                phase: watching.clone(),
            };
            let ready = ready.clone();
            let thread = Builder::new()
                .name(format!("worker-{number}"))
                .spawn(move || {
                    worker::run(setup, |started| {
                        // Nobody waits any more once another worker has failed.
                        let _ = ready.send(started);
                    });
                });
            proxy.workers.push(thread.map_err(StartError::Thread)?);
        }
        drop(ready);
        for _ in 0..count {
            let gone = || StartError::Thread(std::io::Error::other("a worker ended at its start"));
            started.recv().map_err(|_| gone())??;
        }
        if let Some(socket) = admin_socket {
            proxy.admin = socket.local_addr().ok();
            proxy.admin_thread = Some(admin_thread(socket, report, watching)?);
        }
        Ok(proxy)
    }

    /// Where the listeners are, in the configuration's order.
    pub fn addresses(&self) -> &[SocketAddr] {
        &self.addresses
    }

    /// Where the admin port is.
    pub fn admin(&self) -> Option<SocketAddr> {
        self.admin
    }

    /// Accepts nothing new and waits until what runs has ended, but no longer than the
    /// configuration allows; answers whether everything ended by itself.
    pub fn drain(mut self) -> bool {
        self.phase.send_replace(Phase::Drain);
        let (done, all) = mpsc::channel::<()>();
        let workers = std::mem::take(&mut self.workers);
        let waiter = std::thread::spawn(move || {
            for worker in workers {
                // A worker that panicked has ended, too.
                let _ = worker.join();
            }
            drop(done);
        });
        let in_time =
            all.recv_timeout(self.drain_timeout) == Err(mpsc::RecvTimeoutError::Disconnected);
        self.phase.send_replace(Phase::Stop);
        let _ = waiter.join();
        in_time
    }

    fn stop(&mut self) {
        self.phase.send_replace(Phase::Stop);
        for thread in self.workers.drain(..).chain(self.admin_thread.take()) {
            let _ = thread.join();
        }
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.stop();
    }
}

fn admin_thread(
    socket: TcpListener,
    report: Arc<Report>,
    phase: watch::Receiver<Phase>,
) -> Result<JoinHandle<()>, StartError> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(StartError::Thread)?;
    let run = move || {
        let serve = admin::serve(socket, report, phase);
        // It ends with the proxy; an error at its start has no port to be told at.
        let _ = tokio::task::LocalSet::new().block_on(&runtime, serve);
    };
    Builder::new()
        .name("admin".to_owned())
        .spawn(run)
        .map_err(StartError::Thread)
}
