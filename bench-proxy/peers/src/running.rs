//! A proxy that runs.

use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, ExitStatus};
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

use crate::ProxyKind;
use crate::process::{Usage, members, usage_of};
use crate::sandbox::Sandbox;

/// How long a process may take to end when asked.
const GRACE: Duration = Duration::from_secs(5);

/// A proxy that runs; ended with the value.
#[derive(Debug)]
pub struct Running {
    pub(crate) kind: ProxyKind,
    pub(crate) child: Child,
    pub(crate) address: SocketAddr,
    pub(crate) sandbox: Sandbox,
    pub(crate) start_up: Duration,
}

impl Running {
    /// Which proxy.
    pub fn kind(&self) -> ProxyKind {
        self.kind
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Its process id.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// The folder that it runs in, with its configuration; deleted when it ends.
    pub fn folder(&self) -> &Path {
        self.sandbox.path()
    }

    /// From its start to its first answer.
    pub fn start_up(&self) -> Duration {
        self.start_up
    }

    /// What it has used, with all processes below it.
    pub fn usage(&self) -> Usage {
        usage_of(self.pid())
    }

    /// How it ended, if it did.
    pub fn ended(&mut self) -> Option<ExitStatus> {
        self.child.try_wait().ok().flatten()
    }

    /// Its last words, in one line.
    pub fn last_words(&self) -> String {
        self.sandbox.last_words()
    }

    /// Ends it and everything below it, and deletes its folder.
    pub fn stop(mut self) {
        self.end();
    }

    pub(crate) fn end(&mut self) {
        end(&mut self.child);
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.end();
    }
}

/// Ends a child and all processes below it, by their ids: asks first, and does not wait
/// for ever.
pub fn end(child: &mut Child) {
    end_within(child, GRACE);
}

fn end_within(child: &mut Child, grace: Duration) {
    let below = members(child.id());
    if let Ok(Some(_)) = child.try_wait() {
        return;
    }
    signal(child.id(), Signal::TERM);
    let begin = Instant::now();
    while begin.elapsed() < grace && matches!(child.try_wait(), Ok(None)) {
        thread::sleep(Duration::from_millis(2));
    }
    // Those below first, while the ids cannot belong to anybody else yet.
    for pid in below.iter().filter(|pid| **pid != child.id()) {
        if members(*pid).contains(pid) && group_of(*pid) == Some(child.id()) {
            signal(*pid, Signal::KILL);
        }
    }
    let _ = child.kill();
    let _ = child.wait();
}

/// The process group, which every process of a peer has from its first one.
fn group_of(pid: u32) -> Option<u32> {
    let pid = Pid::from_raw(i32::try_from(pid).ok()?)?;
    let group = rustix::process::getpgid(Some(pid)).ok()?;
    u32::try_from(group.as_raw_nonzero().get()).ok()
}

fn signal(pid: u32, signal: Signal) {
    if let Some(pid) = i32::try_from(pid).ok().and_then(Pid::from_raw) {
        // It may have ended by itself.
        let _ = kill_process(pid, signal);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::process::CommandExt as _;
    use std::process::{Command, Stdio};

    #[test]
    fn what_ignores_the_request_and_its_children_are_gone_all_the_same() {
        let mut child = Command::new("sh")
            .args(["-c", "trap '' TERM; sh -c 'trap \"\" TERM; while :; do sleep 1; done' & while :; do sleep 1; done"])
            .stdout(Stdio::null())
            .process_group(0)
            .spawn()
            .expect("started");
        let mut below = Vec::new();
        while below.len() < 3 {
            below = members(child.id());
            thread::sleep(Duration::from_millis(5));
        }
        end_within(&mut child, Duration::from_millis(100));
        thread::sleep(Duration::from_millis(50));
        let left: Vec<u32> = below.into_iter().filter(|pid| alive(*pid)).collect();
        assert!(left.is_empty(), "{left:?}");
    }

    /// Not gone, and not waiting for its parent to take note either.
    fn alive(pid: u32) -> bool {
        let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
        let state = status.lines().find_map(|line| line.strip_prefix("State:"));
        state.is_some_and(|state| !state.trim_start().starts_with('Z'))
    }
}
