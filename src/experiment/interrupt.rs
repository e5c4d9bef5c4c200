//! Ctrl-C: the first one ends the campaign early, the second one the process.

use std::thread;

use tokio::sync::watch;

use crate::error::Error;

/// Tells whether the person wants to stop.
#[derive(Debug, Clone)]
pub(crate) struct Interrupt(watch::Receiver<bool>);

impl Interrupt {
    /// Listens from now on, on a thread of its own: the second Ctrl-C must work while the
    /// report is written.
    pub(crate) fn listen() -> Result<Self, Error> {
        let (sender, receiver) = watch::channel(false);
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_io()
            .build()
            .map_err(Error::Spawn)?;
        let (ready, listening) = std::sync::mpsc::channel();
        thread::spawn(move || {
            runtime.block_on(async {
                let signals = Signals::new();
                let _ = ready.send(());
                let Ok(mut signals) = signals else { return };
                signals.next().await;
                let _ = sender.send(true);
                signals.next().await;
                std::process::exit(130);
            });
        });
        // Once this returns, no Ctrl-C is lost.
        let _ = listening.recv();
        Ok(Self(receiver))
    }

    /// Whether Ctrl-C was pressed.
    pub(crate) fn pressed(&self) -> bool {
        *self.0.borrow()
    }

    /// Comes back when Ctrl-C was pressed, and never if it was not.
    pub(crate) async fn wait(&mut self) {
        if self.0.wait_for(|pressed| *pressed).await.is_err() {
            // Nobody listens: signals end the process in the system's own way.
            std::future::pending::<()>().await;
        }
    }
}

#[cfg(unix)]
struct Signals {
    interrupt: tokio::signal::unix::Signal,
    terminate: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Signals {
    fn new() -> std::io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
        })
    }

    async fn next(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}

#[cfg(not(unix))]
struct Signals;

#[cfg(not(unix))]
impl Signals {
    fn new() -> std::io::Result<Self> {
        Ok(Self)
    }

    async fn next(&mut self) {
        let _ = tokio::signal::ctrl_c().await;
    }
}
