//! How long threads wait for VMs that they share.

use std::any::Any;
use std::fmt::Debug;
use std::time::{Duration, Instant};

use std::sync::{Mutex, MutexGuard, PoisonError, TryLockError};

/// Hears of every lock that a [`Seat`](super::Seat) has held on a VM that threads share.
///
/// It is told after the lock was given back, so that it makes nobody wait.
pub trait LockWatch: Any + Debug + Send {
    /// A lock was taken: after `waited`, or `None` when it was free. The clock is read only
    /// when it was not.
    fn taken(&mut self, waited: Option<Duration>);
}

/// Locks a slot whatever has happened in it: a panic while a VM was locked leaves a VM that
/// the next stream may still find alive; its state is the host's own and consistent between
/// calls, so poisoning is not passed on.
#[inline]
pub(super) fn lock<T>(slot: &Mutex<T>) -> MutexGuard<'_, T> {
    slot.lock().unwrap_or_else(PoisonError::into_inner)
}

/// [`lock`], and how long that took if the slot was not free.
#[inline]
pub(super) fn lock_timed<T>(slot: &Mutex<T>) -> (MutexGuard<'_, T>, Option<Duration>) {
    match slot.try_lock() {
        Ok(guard) => (guard, None),
        Err(TryLockError::Poisoned(poisoned)) => (poisoned.into_inner(), None),
        Err(TryLockError::WouldBlock) => {
            let start = Instant::now();
            let guard = lock(slot);
            (guard, Some(start.elapsed()))
        }
    }
}
