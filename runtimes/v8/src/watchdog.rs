//! The thread that ends calls into guests which take too long.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use v8::IsolateHandle;

const FASTEST: Duration = Duration::from_millis(1);
const SLOWEST: Duration = Duration::from_millis(50);

/// No call runs.
const IDLE: u64 = 0;
/// The call was ended.
const ENDED: u64 = u64::MAX;

/// Watches the VMs of one engine for as long as the engine or one of them lives.
///
/// A tick is a tenth of the deadline, between 1 ms and 50 ms: long deadlines need not wake
/// a processor a thousand times a second. A call is ended between one deadline and one
/// deadline and two ticks after it began.
pub(crate) struct Watchdog {
    clock: Arc<Clock>,
    ticks: u64,
    _stop: Sender<()>,
}

/// The time in ticks, from 1, and whom to watch.
struct Clock {
    now: AtomicU64,
    watched: Mutex<Vec<Weak<Watch>>>,
}

/// One VM's calls.
pub(crate) struct Watch {
    /// The tick at which the call that runs is to be ended.
    until: AtomicU64,
    /// Held while the call is being ended.
    ending: Mutex<()>,
    isolate: IsolateHandle,
    watchdog: Arc<Watchdog>,
}

impl Watchdog {
    /// Starts watching.
    ///
    /// # Errors
    /// When the operating system gives no thread.
    pub(crate) fn start(deadline: Duration) -> std::io::Result<Arc<Self>> {
        let tick = (deadline / 10).clamp(FASTEST, SLOWEST);
        let (stop, stopped) = channel::<()>();
        let clock = Arc::new(Clock {
            now: AtomicU64::new(1),
            watched: Mutex::default(),
        });
        let watching = Arc::clone(&clock);
        std::thread::Builder::new()
            .name("v8-watchdog".to_owned())
            .spawn(move || {
                while let Err(RecvTimeoutError::Timeout) = stopped.recv_timeout(tick) {
                    watching.tick();
                }
            })?;
        // The current tick is under way already, hence one more.
        let ticks = deadline.as_nanos().div_ceil(tick.as_nanos()) + 1;
        Ok(Arc::new(Self {
            clock,
            ticks: u64::try_from(ticks).unwrap_or(ENDED / 2),
            _stop: stop,
        }))
    }

    /// Watches a VM for as long as the result lives.
    pub(crate) fn watch(self: &Arc<Self>, isolate: IsolateHandle) -> Arc<Watch> {
        let watch = Arc::new(Watch {
            until: AtomicU64::new(IDLE),
            ending: Mutex::default(),
            isolate,
            watchdog: Arc::clone(self),
        });
        self.clock.watched().push(Arc::downgrade(&watch));
        watch
    }
}

impl Clock {
    fn watched(&self) -> std::sync::MutexGuard<'_, Vec<Weak<Watch>>> {
        self.watched.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn tick(&self) {
        let now = self.now.fetch_add(1, Ordering::Relaxed) + 1;
        self.watched().retain(|watch| match watch.upgrade() {
            Some(watch) => {
                watch.look(now);
                true
            }
            None => false,
        });
    }
}

impl Watch {
    /// A call begins.
    #[inline]
    pub(crate) fn begin(&self) {
        let now = self.watchdog.clock.now.load(Ordering::Relaxed);
        let until = now + self.watchdog.ticks;
        self.until.store(until, Ordering::Relaxed);
    }

    /// The call came back, one way or another. Answers whether it was told to end, which it
    /// may not have noticed any more; then V8 has been told by the time this returns.
    #[inline]
    pub(crate) fn end(&self) -> bool {
        if self.until.swap(IDLE, Ordering::Acquire) != ENDED {
            return false;
        }
        drop(self.ending.lock().unwrap_or_else(PoisonError::into_inner));
        true
    }

    fn look(&self, now: u64) {
        let until = self.until.load(Ordering::Relaxed);
        if until == IDLE || until == ENDED || now < until {
            return;
        }
        let _ending = self.ending.lock().unwrap_or_else(PoisonError::into_inner);
        let claimed =
            self.until
                .compare_exchange(until, ENDED, Ordering::AcqRel, Ordering::Relaxed);
        if claimed.is_ok() {
            self.isolate.terminate_execution();
        }
    }
}
