//! The test's own binary, started with and without a subcommand that carries load.

use std::process::Command;

use allocator::ByRole;

#[global_allocator]
static ALLOCATOR: ByRole = ByRole;

/// Allocates, grows, hands to other threads and frees in all sizes that matter.
fn churn() {
    let threads: Vec<_> = (0..4_u8)
        .map(|thread| {
            std::thread::spawn(move || {
                let mut kept = Vec::new();
                for round in 0..2000_usize {
                    let mut bytes = vec![thread; (round * 37) % 20_000 + 1];
                    bytes.extend_from_slice(&[thread; 100]);
                    kept.push(bytes);
                    if round % 3 == 0 {
                        kept.swap_remove(round % kept.len());
                    }
                }
                kept
            })
        })
        .collect();
    for (number, thread) in threads.into_iter().enumerate() {
        let kept = thread.join().expect("runs");
        let all = kept
            .iter()
            .flatten()
            .all(|byte| usize::from(*byte) == number);
        assert!(all, "memory of one thread was written by another");
    }
}

// Named as the subcommand, because the name is all that this binary takes.
#[test]
fn serve() {
    churn();
    println!("allocator: {}", allocator::name());
}

#[test]
fn measured() {
    churn();
    println!("allocator: {}", allocator::name());
}

fn started_as(role: &str) -> String {
    let this = std::env::current_exe().expect("has a path");
    let output = Command::new(this)
        .args([role, "--exact", "--nocapture"])
        .output()
        .expect("starts");
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout).expect("text")
}

#[test]
fn only_processes_that_carry_load_leave_the_systems_allocator() {
    let measured = started_as("measured");
    assert!(measured.contains("allocator: system"), "{measured}");
    if cfg!(target_os = "linux") {
        let serving = started_as("serve");
        assert!(serving.contains("allocator: mimalloc"), "{serving}");
    }
}
