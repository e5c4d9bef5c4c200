//! Cores that processes stay on.

use std::fmt;
use std::io;

use rustix::process::Pid;
use rustix::thread::{CpuSet, sched_getaffinity, sched_setaffinity};

use super::tree::tasks;

/// Cores by their numbers, in order; none for wherever the system likes.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Cores(Vec<usize>);

impl Cores {
    /// These cores.
    pub fn new(cores: impl IntoIterator<Item = usize>) -> Self {
        let mut cores: Vec<usize> = cores.into_iter().collect();
        cores.sort_unstable();
        cores.dedup();
        Self(cores)
    }

    /// Their numbers.
    pub fn numbers(&self) -> &[usize] {
        &self.0
    }

    fn set(&self) -> CpuSet {
        let mut set = CpuSet::new();
        self.0.iter().for_each(|core| set.set(*core));
        set
    }

    /// Whether there is none, so that nothing is pinned.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Display for Cores {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let numbers: Vec<String> = self.0.iter().map(usize::to_string).collect();
        f.write_str(&numbers.join(","))
    }
}

/// The cores that this process may use.
pub fn allowed_cores() -> Cores {
    match sched_getaffinity(None) {
        Ok(set) => Cores::new((0..CpuSet::MAX_CPU).filter(|core| set.is_set(*core))),
        Err(_) => Cores::default(),
    }
}

/// Does `work` with this thread on `cores`, and moves it back. A process that is started
/// meanwhile stays on them.
///
/// # Errors
/// When the system does not allow the cores.
pub fn pinned<T>(cores: &Cores, work: impl FnOnce() -> T) -> io::Result<T> {
    if cores.is_empty() {
        return Ok(work());
    }
    let before = sched_getaffinity(None)?;
    sched_setaffinity(None, &cores.set())?;
    let done = work();
    sched_setaffinity(None, &before)?;
    Ok(done)
}

/// Moves every thread of a process and of those below it to `cores`: some proxies spread their
/// threads over the machine by themselves.
pub(crate) fn pin_tree(root: u32, cores: &Cores) {
    if cores.is_empty() {
        return;
    }
    let set = cores.set();
    for task in tasks(root) {
        if let Some(task) = i32::try_from(task).ok().and_then(Pid::from_raw) {
            // It may have ended meanwhile.
            let _ = sched_setaffinity(Some(task), &set);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_child_stays_where_it_was_started_and_this_thread_does_not() {
        let all = allowed_cores();
        let one = Cores::new([all.numbers()[0]]);
        let started = pinned(&one, || {
            std::process::Command::new("sh")
                .args(["-c", "grep Cpus_allowed_list /proc/self/status"])
                .output()
        });
        let output = started.expect("pinned").expect("ran").stdout;
        let text = String::from_utf8(output).expect("text");
        assert_eq!(
            text.trim().rsplit('\t').next(),
            Some(one.to_string().as_str())
        );
        assert_eq!(allowed_cores(), all);
    }

    #[test]
    fn a_core_that_is_not_there_is_an_error() {
        assert!(pinned(&Cores::new([1_000]), || ()).is_err());
    }
}
