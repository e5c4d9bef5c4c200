//! `pwbench serve`: the reverse proxy alone.

use bench_proxy::{Config, Proxy};
use tokio::signal::unix::{Signal, SignalKind, signal};

use crate::cli::ServeArgs;
use crate::error::{Error, Exit};

/// Serves until SIGTERM or Ctrl-C, then lets requests finish; a second signal ends them.
pub(super) fn serve(arguments: &ServeArgs) -> Result<Exit, Error> {
    let mut config = Config::read(&arguments.config, arguments.runtime.as_deref())?;
    if let Some(address) = arguments.listen
        && !config.listen_at(address)
    {
        return Err(Error::NoHttpListener {
            file: arguments.config.clone(),
        });
    }
    if let Some(address) = arguments.upstream {
        config.send_to(address);
    }
    if let Some(workers) = arguments.workers {
        config.workers = usize::from(workers);
    }
    for note in &config.notes {
        eprintln!("note: {}: {note}", arguments.config.display());
    }
    let names: Vec<String> = config
        .listeners
        .iter()
        .map(|listener| listener.name.clone())
        .collect();
    if arguments.check {
        let file = arguments.config.display();
        match config.notes.len() {
            0 => eprintln!("{file} is fine"),
            1 => eprintln!("{file} can be served, but for what the note names"),
            notes => eprintln!("{file} can be served, but for what the {notes} notes name"),
        }
        return Ok(Exit::Fine);
    }
    super::block_on(async {
        let mut end = Signals::listen()?;
        let proxy = Proxy::start(config)?;
        for (name, address) in names.iter().zip(proxy.addresses()) {
            eprintln!("listening: {name} on {address}");
        }
        if let Some(admin) = proxy.admin() {
            eprintln!("listening: admin on http://{admin}/");
        }
        end.next().await;
        eprintln!("draining: a second signal ends what still runs");
        let drained = tokio::task::spawn_blocking(|| proxy.drain());
        tokio::select! {
            drained = drained => match drained {
                Ok(true) => eprintln!("ended: every request was answered"),
                _ => eprintln!("ended: the drain's time was over"),
            },
            // The process ends with what still runs.
            () = end.next() => std::process::exit(i32::from(Exit::Interrupted.code())),
        }
        Ok(Exit::Fine)
    })?
}

struct Signals {
    terminate: Signal,
    interrupt: Signal,
}

impl Signals {
    fn listen() -> Result<Self, Error> {
        let listen = |kind| signal(kind).map_err(Error::Spawn);
        Ok(Self {
            terminate: listen(SignalKind::terminate())?,
            interrupt: listen(SignalKind::interrupt())?,
        })
    }

    async fn next(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}
