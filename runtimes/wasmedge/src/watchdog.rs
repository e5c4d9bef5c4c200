//! What WasmEdge does not stop by itself: calls that take too long, and the interpreter's
//! own stack, which has no limit.
//!
//! One thread looks at all VMs every few milliseconds. A call pays two stores for that.

use std::ptr::NonNull;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, Weak};
use std::time::{Duration, Instant};

use crate::api::{Api, Executor, Frame, Function};
use crate::value::{Outcome, Value};

/// Between two looks.
const PERIOD: Duration = Duration::from_millis(5);
/// Bytes that the process may allocate, linear memories aside, while one call of an
/// interpreter runs: a frame takes about 100, so this is some million calls deep.
const STACK: u64 = 192 << 20;
/// Set in [`Watched::call`] by the watchdog: the call was ended.
const ENDED: u64 = 1 << 63;

/// Why the watchdog ended a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ending {
    Deadline,
    Stack,
}

/// A VM that is looked at.
pub(crate) struct Watched {
    api: &'static Api,
    deadline: Option<Duration>,
    is_interpreter: bool,
    /// Number of the call that runs; 0 when none does.
    call: AtomicU64,
    /// Milliseconds beyond the deadline for what a call does besides running the guest.
    grace: AtomicU64,
    /// Held while the watchdog cancels, and to end the VM.
    executor: Mutex<Target>,
}

struct Target {
    executor: Option<NonNull<Executor>>,
    ending: Option<Ending>,
}

// SAFETY: the executor is used by the watchdog only to cancel, which is what WasmEdge lets
// another thread do, and under the lock that the VM takes before it deletes the executor.
unsafe impl Send for Target {}

impl Watched {
    /// Has `executor` looked at, if anything asks for it.
    pub(crate) fn new(
        api: &'static Api,
        executor: NonNull<Executor>,
        deadline: Option<Duration>,
        is_interpreter: bool,
    ) -> Option<Arc<Self>> {
        if deadline.is_none() && !(is_interpreter && allocated().is_some()) {
            return None;
        }
        let watched = Arc::new(Self {
            api,
            deadline,
            is_interpreter,
            call: AtomicU64::new(0),
            grace: AtomicU64::new(0),
            executor: Mutex::new(Target {
                executor: Some(executor),
                ending: None,
            }),
        });
        let mut all = lock(all());
        all.retain(|watched| watched.strong_count() > 0);
        all.push(Arc::downgrade(&watched));
        Some(watched)
    }

    /// Begins call `number`, which is not 0.
    #[inline]
    pub(crate) fn begin(&self, number: u64) {
        self.call.store(number, Ordering::Release);
    }

    /// Lets the calls from now on take this much longer.
    pub(crate) fn set_grace(&self, grace: Duration) {
        let grace = u64::try_from(grace.as_millis()).unwrap_or(u64::MAX);
        self.grace.store(grace, Ordering::Relaxed);
    }

    /// Ends the call; tells whether the watchdog ended it.
    #[inline]
    pub(crate) fn end(&self) -> Option<Ending> {
        let call = self.call.swap(0, Ordering::AcqRel);
        match call & ENDED {
            0 => None,
            _ => lock(&self.executor).ending,
        }
    }

    /// Nobody looks at the executor any more once this returns.
    pub(crate) fn forget(&self) {
        lock(&self.executor).executor = None;
    }

    fn cancel(&self, number: u64, ending: Ending) {
        let mut target = lock(&self.executor);
        let Some(executor) = target.executor else {
            return;
        };
        // From here on the VM knows, even if its call ends by itself at this moment.
        let ended =
            self.call
                .compare_exchange(number, number | ENDED, Ordering::AcqRel, Ordering::Relaxed);
        if ended.is_err() {
            return;
        }
        target.ending = Some(ending);
        let api = self.api;
        // SAFETY: the executor lives while the lock is held. A function that does nothing
        // is called on it by a thread of the library's own, because only a call that the
        // library made itself can be cancelled; cancelling stops all that the executor runs.
        unsafe {
            let function = nothing(api);
            let call = (api.ExecutorAsyncInvoke)(executor.as_ptr(), function, std::ptr::null(), 0);
            (api.AsyncWait)(call);
            (api.AsyncCancel)(call);
            (api.AsyncDelete)(call);
            (api.FunctionInstanceDelete)(function);
        }
    }
}

/// A host function without parameters and results.
///
/// # Safety
/// The caller must delete it.
unsafe fn nothing(api: &Api) -> *mut Function {
    unsafe extern "C" fn code(
        _: *mut std::ffi::c_void,
        _: *const Frame,
        _: *const Value,
        _: *mut Value,
    ) -> Outcome {
        Outcome::SUCCESS
    }
    // SAFETY: the type is copied.
    unsafe {
        let ty = (api.FunctionTypeCreate)(std::ptr::null(), 0, std::ptr::null(), 0);
        let function = (api.FunctionInstanceCreate)(ty, code, std::ptr::null_mut(), 0);
        (api.FunctionTypeDelete)(ty);
        function
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The VMs looked at; the first to ask starts the thread that looks.
fn all() -> &'static Mutex<Vec<Weak<Watched>>> {
    static ALL: OnceLock<Mutex<Vec<Weak<Watched>>>> = OnceLock::new();
    ALL.get_or_init(|| {
        let thread = std::thread::Builder::new().name("wasmedge-watchdog".to_owned());
        thread.spawn(watch).expect("a thread for the watchdog");
        Mutex::default()
    })
}

/// What the watchdog saw of a VM's call.
struct Seen {
    of: Weak<Watched>,
    call: u64,
    since: Instant,
    /// Bytes allocated when it had been seen twice.
    allocated: Option<u64>,
}

fn watch() {
    let mut seen: Vec<Seen> = Vec::new();
    loop {
        std::thread::sleep(PERIOD);
        let now: Vec<Arc<Watched>> = lock(all()).iter().filter_map(Weak::upgrade).collect();
        let mut next = Vec::with_capacity(now.len());
        for watched in now {
            let call = watched.call.load(Ordering::Acquire);
            if call == 0 || call & ENDED != 0 {
                continue;
            }
            let of = Arc::downgrade(&watched);
            let before = seen
                .iter()
                .find(|seen| seen.call == call && Weak::ptr_eq(&seen.of, &of));
            next.push(match before {
                None => Seen {
                    of,
                    call,
                    since: Instant::now(),
                    allocated: None,
                },
                Some(before) => look(&watched, of, before),
            });
        }
        seen = next;
    }
}

/// Looks at a call that ran already the last time.
fn look(watched: &Watched, of: Weak<Watched>, before: &Seen) -> Seen {
    let allocated = watched.is_interpreter.then(allocated).flatten();
    let first = before.allocated.or(allocated);
    let grace = Duration::from_millis(watched.grace.load(Ordering::Relaxed));
    let is_late = |deadline| before.since.elapsed() > grace.saturating_add(deadline);
    if watched.deadline.is_some_and(is_late) {
        watched.cancel(before.call, Ending::Deadline);
    } else if allocated
        .zip(first)
        .is_some_and(|(now, first)| now > first.saturating_add(STACK))
    {
        watched.cancel(before.call, Ending::Stack);
    }
    Seen {
        of,
        call: before.call,
        since: before.since,
        allocated: first,
    }
}

/// Bytes that the C library has given out, to all of the process; `None` where it does not
/// tell. Linear memories are not among them.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
fn allocated() -> Option<u64> {
    // SAFETY: no argument.
    let info = unsafe { libc::mallinfo2() };
    Some(info.uordblks as u64 + info.hblkhd as u64)
}

#[cfg(not(all(target_os = "linux", target_env = "gnu")))]
fn allocated() -> Option<u64> {
    None
}
