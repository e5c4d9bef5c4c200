//! The processes below one.

use std::fs;

/// A process and all below it, by their ids; empty when it is gone.
pub(crate) fn members(root: u32) -> Vec<u32> {
    if !fs::exists(format!("/proc/{root}/stat")).unwrap_or(false) {
        return Vec::new();
    }
    let mut members = vec![root];
    let mut next = 0;
    while let Some(pid) = members.get(next).copied() {
        for child in children(pid) {
            if !members.contains(&child) {
                members.push(child);
            }
        }
        next += 1;
    }
    members
}

/// The threads of a process and of all below it, by their ids.
pub(crate) fn tasks(root: u32) -> Vec<u32> {
    let of = |pid: u32| {
        fs::read_dir(format!("/proc/{pid}/task"))
            .into_iter()
            .flatten()
            .flatten()
    };
    let id = |entry: fs::DirEntry| entry.file_name().to_str()?.parse().ok();
    members(root)
        .into_iter()
        .flat_map(of)
        .filter_map(id)
        .collect()
}

/// The children of each thread, where the kernel lists them, else by looking at everybody's
/// parent.
fn children(pid: u32) -> Vec<u32> {
    let Ok(tasks) = fs::read_dir(format!("/proc/{pid}/task")) else {
        return Vec::new();
    };
    let mut children = Vec::new();
    for task in tasks.flatten() {
        match fs::read_to_string(task.path().join("children")) {
            Ok(text) => children.extend(
                text.split_whitespace()
                    .filter_map(|id| id.parse::<u32>().ok()),
            ),
            Err(_) => return by_parent(pid),
        }
    }
    children
}

fn by_parent(pid: u32) -> Vec<u32> {
    let Ok(entries) = fs::read_dir("/proc") else {
        return Vec::new();
    };
    let ids = entries
        .flatten()
        .filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
    ids.filter(|id| parent(*id) == Some(pid)).collect()
}

fn parent(pid: u32) -> Option<u32> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The name before it is in parentheses and may hold anything.
    let (_, rest) = stat.rsplit_once(')')?;
    rest.split_whitespace().nth(1)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::process::{Command, Stdio};

    #[test]
    fn grandchildren_are_found_and_nothing_below_what_is_gone() {
        let mut shell = Command::new("sh")
            .args(["-c", "exec 3<&0; cat <&3 & wait"])
            .stdin(Stdio::piped())
            .spawn()
            .expect("started");
        let mut found = Vec::new();
        for _ in 0..500 {
            found = members(shell.id());
            if found.len() > 1 {
                break;
            }
            std::thread::sleep(std::time::Duration::from_millis(2));
        }
        assert_eq!(found[0], shell.id());
        let all = by_parent(shell.id());
        assert!(
            found.len() > 1 && all.iter().all(|id| found.contains(id)),
            "{found:?} {all:?}"
        );
        drop(shell.stdin.take());
        shell.wait().expect("ended");
        assert!(members(shell.id()).is_empty());
    }
}
