//! Waits for the next intended send time while connections go on.

use std::io;

use crate::clock::Clock;

/// A runtime's own timer counts in milliseconds, so the kernel's is asked.
#[cfg(target_os = "linux")]
#[derive(Debug)]
pub(super) struct Pacer(tokio::io::unix::AsyncFd<std::os::fd::OwnedFd>);

#[cfg(target_os = "linux")]
impl Pacer {
    pub(super) fn new() -> io::Result<Self> {
        use rustix::time::{TimerfdClockId, TimerfdFlags, timerfd_create};

        let flags = TimerfdFlags::NONBLOCK | TimerfdFlags::CLOEXEC;
        let file = timerfd_create(TimerfdClockId::Monotonic, flags)?;
        // Its successor is unsafe because other types might close their file early.
        #[expect(deprecated, reason = "an OwnedFd stays open as long as it is there")]
        let timer = tokio::io::unix::AsyncFd::new(file)?;
        Ok(Self(timer))
    }

    /// Waits until the clock shows `until`.
    pub(super) async fn wait(&mut self, clock: &Clock, until: u64) -> io::Result<()> {
        use rustix::time::{Itimerspec, TimerfdTimerFlags, Timespec, timerfd_settime};

        let left = until.saturating_sub(clock.now()).max(1);
        let time = |ns: u64| Timespec {
            tv_sec: (ns / 1_000_000_000) as i64,
            tv_nsec: (ns % 1_000_000_000) as _,
        };
        let wanted = Itimerspec {
            it_interval: time(0),
            it_value: time(left),
        };
        timerfd_settime(self.0.get_ref(), TimerfdTimerFlags::empty(), &wanted)?;
        loop {
            let mut ready = self.0.readable().await?;
            let mut count = [0; 8];
            match rustix::io::read(ready.get_inner(), &mut count) {
                Err(rustix::io::Errno::AGAIN) => ready.clear_ready(),
                Err(error) => return Err(error.into()),
                Ok(_) => return Ok(()),
            }
        }
    }
}

/// The runtime's own timer, which counts in milliseconds.
#[cfg(not(target_os = "linux"))]
#[derive(Debug)]
pub(super) struct Pacer;

#[cfg(not(target_os = "linux"))]
impl Pacer {
    pub(super) fn new() -> io::Result<Self> {
        Ok(Self)
    }

    pub(super) async fn wait(&mut self, clock: &Clock, until: u64) -> io::Result<()> {
        tokio::time::sleep_until(clock.at(until).into()).await;
        Ok(())
    }
}
