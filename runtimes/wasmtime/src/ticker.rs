//! The thread that advances an engine's epoch while deadlines are in force.

use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::time::Duration;

use wasmtime::Engine;

const FASTEST: Duration = Duration::from_millis(1);
const SLOWEST: Duration = Duration::from_millis(50);

/// Ticks until it is dropped.
///
/// A tick is a tenth of the deadline, between 1 ms and 50 ms: long deadlines need not wake
/// a processor a thousand times a second. A call is ended between one deadline and one
/// deadline and two ticks after it began.
pub(crate) struct Ticker {
    tick: Duration,
    _stop: Sender<()>,
}

impl Ticker {
    /// Starts ticking `engine`.
    ///
    /// # Errors
    /// When the operating system gives no thread.
    pub(crate) fn start(engine: &Engine, deadline: Duration) -> std::io::Result<Self> {
        let tick = (deadline / 10).clamp(FASTEST, SLOWEST);
        let (stop, stopped) = channel::<()>();
        let engine = engine.weak();
        std::thread::Builder::new()
            .name("wasmtime-epoch".to_owned())
            .spawn(move || {
                while let Err(RecvTimeoutError::Timeout) = stopped.recv_timeout(tick) {
                    let Some(engine) = engine.upgrade() else {
                        break;
                    };
                    engine.increment_epoch();
                }
            })?;
        Ok(Self { tick, _stop: stop })
    }

    /// How long a tick is.
    pub(crate) fn tick(&self) -> Duration {
        self.tick
    }
}
