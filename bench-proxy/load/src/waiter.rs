//! Waits for sockets and for the next intended send time, whichever is first.

use std::io;
use std::time::Duration;

use mio::{Events, Poll, Registry};

use crate::clock::Clock;
use crate::plan::Pacing;

/// Waits for sockets, and to the microsecond.
#[derive(Debug)]
pub(crate) struct Waiter {
    poll: Poll,
    pacing: Pacing,
    timer: timer::Timer,
    /// Nanoseconds spent looking when there was nothing to do.
    spun: u64,
}

impl Waiter {
    pub(crate) fn new(pacing: Pacing) -> io::Result<Self> {
        let poll = Poll::new()?;
        let timer = timer::Timer::new(poll.registry())?;
        Ok(Self {
            poll,
            pacing,
            timer,
            spun: 0,
        })
    }

    pub(crate) fn registry(&self) -> &Registry {
        self.poll.registry()
    }

    /// Nanoseconds spent looking when there was nothing to do.
    pub(crate) fn spun(&self) -> u64 {
        self.spun
    }

    /// Waits until a socket is ready or the clock shows `until`.
    pub(crate) fn wait(
        &mut self,
        events: &mut Events,
        clock: &Clock,
        now: u64,
        until: u64,
    ) -> io::Result<()> {
        let limit = match (until.saturating_sub(now), self.pacing) {
            (0, _) | (_, Pacing::Spin) => Duration::ZERO,
            (left, Pacing::Sleep) => {
                self.timer.set(now, until)?;
                Duration::from_nanos(left)
            }
        };
        match self.poll.poll(events, Some(limit)) {
            Err(error) if error.kind() != io::ErrorKind::Interrupted => return Err(error),
            _ => {}
        }
        if self.pacing == Pacing::Spin && events.is_empty() && until > now {
            self.spun += clock.now().saturating_sub(now);
        }
        Ok(())
    }
}

/// Linux' epoll rounds a time limit up to milliseconds, so a timer wakes it.
#[cfg(target_os = "linux")]
mod timer {
    use std::io;
    use std::os::fd::{AsRawFd as _, OwnedFd};

    use mio::unix::SourceFd;
    use mio::{Interest, Registry, Token};
    use rustix::time::{
        Itimerspec, TimerfdClockId, TimerfdFlags, TimerfdTimerFlags, Timespec, timerfd_create,
        timerfd_settime,
    };

    use super::TIMER;

    #[derive(Debug)]
    pub(super) struct Timer {
        file: OwnedFd,
        set: u64,
    }

    impl Timer {
        pub(super) fn new(registry: &Registry) -> io::Result<Self> {
            let flags = TimerfdFlags::NONBLOCK | TimerfdFlags::CLOEXEC;
            let file = timerfd_create(TimerfdClockId::Monotonic, flags)?;
            registry.register(
                &mut SourceFd(&file.as_raw_fd()),
                Token(TIMER),
                Interest::READABLE,
            )?;
            Ok(Self { file, set: 0 })
        }

        /// Wakes the poll at `until`, or before it when an earlier time is set already.
        pub(super) fn set(&mut self, now: u64, until: u64) -> io::Result<()> {
            if (now + 1..=until).contains(&self.set) {
                return Ok(());
            }
            let left = until - now;
            let time = |ns: u64| Timespec {
                tv_sec: (ns / 1_000_000_000) as i64,
                tv_nsec: (ns % 1_000_000_000) as _,
            };
            let wanted = Itimerspec {
                it_interval: time(0),
                it_value: time(left),
            };
            timerfd_settime(&self.file, TimerfdTimerFlags::empty(), &wanted)?;
            self.set = until;
            Ok(())
        }
    }
}

/// Other systems' limits are precise themselves.
#[cfg(not(target_os = "linux"))]
mod timer {
    use std::io;

    use mio::Registry;

    #[derive(Debug)]
    pub(super) struct Timer;

    impl Timer {
        pub(super) fn new(_: &Registry) -> io::Result<Self> {
            Ok(Self)
        }

        pub(super) fn set(&mut self, _: u64, _: u64) -> io::Result<()> {
            Ok(())
        }
    }
}

/// The token of the timer; sockets have smaller ones.
pub(crate) const TIMER: usize = usize::MAX;
