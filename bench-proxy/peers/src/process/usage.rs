//! CPU time, time spent waiting for a core, and memory.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use super::members;

/// What a thread has used since it began.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Task {
    /// On a core, in nanoseconds.
    pub cpu_ns: u64,
    /// Ready to run and without a core, in nanoseconds.
    pub delay_ns: u64,
}

/// What a process and those below it have used since they began.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Usage {
    /// Each thread by its id.
    pub tasks: BTreeMap<u32, Task>,
    /// Resident memory of all processes together, in bytes; pages that two of them share
    /// count twice.
    pub rss_bytes: u64,
}

/// What was used between two looks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Spent {
    /// On a core, all threads together, in nanoseconds.
    pub cpu_ns: u64,
    /// What the thread that worked most waited for its core, in nanoseconds.
    pub delay_ns: u64,
    /// Threads that ended meanwhile, whose last part is missing.
    pub lost: usize,
}

/// What a process and those below it have used; empty when it is gone.
pub fn usage_of(root: u32) -> Usage {
    let mut usage = Usage::default();
    for pid in members(root) {
        let folder = format!("/proc/{pid}");
        usage.rss_bytes += resident(Path::new(&folder)).unwrap_or(0);
        let tasks = fs::read_dir(format!("{folder}/task")).into_iter().flatten();
        for entry in tasks.flatten() {
            let id = entry.file_name().to_str().and_then(|id| id.parse().ok());
            if let (Some(id), Some(task)) = (id, task(&entry.path())) {
                usage.tasks.insert(id, task);
            }
        }
    }
    usage
}

impl Usage {
    /// What was used since an earlier look.
    pub fn since(&self, earlier: &Usage) -> Spent {
        let mut spent = Spent::default();
        let mut most = 0;
        for (id, now) in &self.tasks {
            let then = earlier.tasks.get(id).copied().unwrap_or_default();
            let cpu_ns = now.cpu_ns.saturating_sub(then.cpu_ns);
            spent.cpu_ns += cpu_ns;
            if cpu_ns >= most {
                most = cpu_ns;
                spent.delay_ns = now.delay_ns.saturating_sub(then.delay_ns);
            }
        }
        let gone = |id: &&u32| !self.tasks.contains_key(id);
        spent.lost = earlier.tasks.keys().filter(gone).count();
        spent
    }
}

/// The scheduler's own account of a thread: time on a core, time waiting for one, turns.
fn task(folder: &Path) -> Option<Task> {
    let text = fs::read_to_string(folder.join("schedstat")).ok()?;
    let mut numbers = text.split_whitespace().map(str::parse);
    Some(Task {
        cpu_ns: numbers.next()?.ok()?,
        delay_ns: numbers.next()?.ok()?,
    })
}

fn resident(folder: &Path) -> Option<u64> {
    let text = fs::read_to_string(folder.join("status")).ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kibibytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kibibytes << 10)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::{Duration, Instant};

    fn used(tasks: &[(u32, u64, u64)]) -> Usage {
        let tasks = tasks.iter().map(|(id, cpu_ns, delay_ns)| {
            let task = Task {
                cpu_ns: *cpu_ns,
                delay_ns: *delay_ns,
            };
            (*id, task)
        });
        Usage {
            tasks: tasks.collect(),
            rss_bytes: 0,
        }
    }

    #[test]
    fn differences_add_up_and_the_delay_is_the_busiest_threads() {
        let before = used(&[(1, 100, 10), (2, 50, 900), (3, 7, 7)]);
        let after = used(&[(1, 400, 25), (2, 60, 2_000), (4, 5, 1)]);
        let spent = after.since(&before);
        assert_eq!(
            spent,
            Spent {
                cpu_ns: 315,
                delay_ns: 15,
                lost: 1
            }
        );
    }

    #[test]
    fn a_process_that_works_uses_time_and_has_memory() {
        let own = std::process::id();
        let before = usage_of(own);
        let begin = Instant::now();
        let mut sum = 0_u64;
        while begin.elapsed() < Duration::from_millis(20) {
            sum = std::hint::black_box(sum + 1);
        }
        let spent = usage_of(own).since(&before);
        assert!(spent.cpu_ns >= 1_000_000, "{spent:?}");
        assert!(before.rss_bytes > 100_000, "{before:?}");
        assert_eq!(usage_of(u32::MAX / 2), Usage::default());
    }
}
