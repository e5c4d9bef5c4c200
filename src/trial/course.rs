//! How far a trial with threads has come.

use std::sync::atomic::{AtomicU8, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

/// Time between two looks of whoever waits.
const LOOK: Duration = Duration::from_micros(200);

/// The stages of a trial.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub(super) enum Stage {
    /// Threads start their VMs.
    Start,
    /// They serve.
    WarmUp,
    /// They serve and count.
    Measure,
    /// They end.
    Over,
}

/// How far a trial has come: read before every transaction, so it is one atomic load.
#[derive(Debug)]
pub(super) struct Course {
    stage: AtomicU8,
    ready: AtomicUsize,
}

impl Course {
    pub(super) fn new() -> Self {
        Self {
            stage: AtomicU8::new(Stage::Start as u8),
            ready: AtomicUsize::new(0),
        }
    }

    /// The stage.
    #[inline]
    pub(super) fn stage(&self) -> Stage {
        match self.stage.load(Ordering::Relaxed) {
            0 => Stage::Start,
            1 => Stage::WarmUp,
            2 => Stage::Measure,
            _ => Stage::Over,
        }
    }

    /// Goes on to a stage; never back, so that a thread that failed ends all.
    pub(super) fn enter(&self, stage: Stage) {
        self.stage.fetch_max(stage as u8, Ordering::AcqRel);
    }

    /// A thread has started; answers when all have, or when there is nothing to wait for.
    pub(super) fn ready(&self) {
        self.ready.fetch_add(1, Ordering::AcqRel);
        while self.stage() == Stage::Start {
            std::thread::sleep(LOOK);
        }
    }

    /// Waits until so many threads have started; false when one failed.
    pub(super) fn await_ready(&self, threads: usize) -> bool {
        while self.ready.load(Ordering::Acquire) < threads {
            if self.stage() == Stage::Over {
                return false;
            }
            std::thread::sleep(LOOK);
        }
        true
    }

    /// Lets time pass, unless a thread fails.
    pub(super) fn sleep(&self, time: Duration) {
        const SLICE: Duration = Duration::from_millis(20);
        let end = Instant::now() + time;
        while self.stage() != Stage::Over {
            let left = end.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return;
            }
            std::thread::sleep(left.min(SLICE));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_ends_the_course_for_good() {
        let course = Course::new();
        course.enter(Stage::Over);
        course.enter(Stage::Measure);
        assert_eq!(course.stage(), Stage::Over);
        assert!(!course.await_ready(1));
        course.sleep(Duration::from_secs(3600));
    }
}
