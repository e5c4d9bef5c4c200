//! Deadlines by a thread that terminates guests: WAMR's count of instructions would make
//! interpreters half as slow again, deadline or not.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use crate::api::RawInstance;

/// Ticks in one deadline. A guest is stopped after one to two ticks more than that.
const TICKS: u64 = 8;
/// A slot whose guest is outside a call.
const IDLE: u64 = 0;
/// A slot whose guest was told to stop.
const FIRED: u64 = u64::MAX;

/// The thread that watches over the guests of one engine; ends with it.
pub(crate) struct Watch {
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

struct Shared {
    /// Ticks since the thread began, from 1.
    now: AtomicU64,
    slots: Mutex<Vec<Arc<Slot>>>,
    stopping: Condvar,
    stop: AtomicBool,
}

/// One guest.
struct Slot {
    /// The tick at which its call began.
    since: AtomicU64,
    instance: *mut RawInstance,
    terminate: unsafe extern "C" fn(*mut RawInstance),
}

// SAFETY: the instance is used under the lock of the slots only, from which the slot is
// taken before the instance ends; WAMR lets any thread terminate.
unsafe impl Send for Slot {}
// SAFETY: as above, and the rest is atomic.
unsafe impl Sync for Slot {}

impl Watch {
    pub(crate) fn start(deadline: Duration) -> std::io::Result<Self> {
        let shared = Arc::new(Shared {
            now: AtomicU64::new(1),
            slots: Mutex::default(),
            stopping: Condvar::new(),
            stop: AtomicBool::new(false),
        });
        let tick = (deadline / TICKS as u32).max(Duration::from_micros(500));
        let watched = Arc::clone(&shared);
        let thread = std::thread::Builder::new()
            .name("wamr deadline".to_owned())
            .spawn(move || watched.run(tick))?;
        Ok(Self {
            shared,
            thread: Some(thread),
        })
    }

    /// Watches over a guest from now on.
    ///
    /// # Safety
    /// `instance` lives for longer than the result and is of a build with a thread manager,
    /// whose function `terminate` is.
    pub(crate) unsafe fn over(
        self: &Arc<Self>,
        instance: *mut RawInstance,
        terminate: unsafe extern "C" fn(*mut RawInstance),
    ) -> Watched {
        let slot = Arc::new(Slot {
            since: AtomicU64::new(IDLE),
            instance,
            terminate,
        });
        self.shared.lock().push(Arc::clone(&slot));
        Watched {
            watch: Arc::clone(self),
            slot,
        }
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        {
            let _slots = self.shared.lock();
            self.shared.stop.store(true, Ordering::Relaxed);
        }
        self.shared.stopping.notify_all();
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Vec<Arc<Slot>>> {
        self.slots.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Counts its own awakenings, not the time that went by: when it is late, guests get
    /// more time, never less.
    fn run(&self, tick: Duration) {
        let mut due = Instant::now() + tick;
        let mut slots = self.lock();
        while !self.stop.load(Ordering::Relaxed) {
            let wait = due.saturating_duration_since(Instant::now());
            if wait.is_zero() {
                let now = self.now.fetch_add(1, Ordering::Relaxed) + 1;
                for slot in slots.iter() {
                    slot.check(now);
                }
                due = Instant::now() + tick;
                continue;
            }
            let waited = self.stopping.wait_timeout(slots, wait);
            slots = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
    }
}

impl Slot {
    /// Terminates the guest when its time is up.
    fn check(&self, now: u64) {
        let since = self.since.load(Ordering::Relaxed);
        if since == IDLE || since == FIRED || now.saturating_sub(since) <= TICKS {
            return;
        }
        let order = (Ordering::AcqRel, Ordering::Relaxed);
        if self.since.compare_exchange(since, FIRED, order.0, order.1) == Ok(since) {
            // SAFETY: under the lock of the slots, so that the instance lives.
            unsafe { (self.terminate)(self.instance) };
        }
    }
}

/// A guest that is watched over.
pub(crate) struct Watched {
    watch: Arc<Watch>,
    slot: Arc<Slot>,
}

impl Watched {
    /// Gives the guest its time from now.
    #[inline]
    pub(crate) fn begin(&self) {
        let now = self.watch.shared.now.load(Ordering::Relaxed);
        self.slot.since.store(now, Ordering::Relaxed);
    }

    /// The call has ended; answers whether the guest was told to.
    #[inline]
    pub(crate) fn end(&self) -> bool {
        self.slot.since.swap(IDLE, Ordering::AcqRel) == FIRED
    }
}

impl Drop for Watched {
    fn drop(&mut self) {
        self.watch
            .shared
            .lock()
            .retain(|slot| !Arc::ptr_eq(slot, &self.slot));
    }
}
