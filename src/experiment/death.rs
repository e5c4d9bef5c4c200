//! How a process died, in words.

use std::process::ExitStatus;

use reports::FailureKind;

use crate::trial::Failed;

/// Exit code of a Rust program that panicked.
const PANICKED: i32 = 101;

/// The failure of a child that ended without an answer.
pub(crate) fn describe(status: ExitStatus, stderr: &[u8]) -> Failed {
    let last = last_words(stderr);
    let said = if last.is_empty() {
        String::new()
    } else {
        format!("; it said: {last}")
    };
    if let Some(signal) = signal(status) {
        return Failed::new(
            FailureKind::Crash,
            format!("the process died of {}{said}", signal_name(signal)),
        );
    }
    let kind = match status.code() {
        Some(PANICKED) => FailureKind::Crash,
        _ => FailureKind::Error,
    };
    let code = status.code().map_or("no exit code".to_owned(), |code| {
        format!("exit code {code}")
    });
    Failed::new(
        kind,
        format!("the process ended with {code} and without an answer{said}"),
    )
}

#[cfg(unix)]
fn signal(status: ExitStatus) -> Option<i32> {
    use std::os::unix::process::ExitStatusExt as _;
    status.signal()
}

#[cfg(not(unix))]
fn signal(_: ExitStatus) -> Option<i32> {
    None
}

/// The numbers that are the same on every Unix we build for have names; others do not.
fn signal_name(signal: i32) -> String {
    let name = match signal {
        4 => "SIGILL (illegal instruction)",
        5 => "SIGTRAP (breakpoint)",
        6 => "SIGABRT (abort)",
        7 if cfg!(target_os = "linux") => "SIGBUS (bad memory access)",
        10 if cfg!(target_os = "macos") => "SIGBUS (bad memory access)",
        8 => "SIGFPE (arithmetic error)",
        9 => "SIGKILL (often: the system ran out of memory)",
        11 => "SIGSEGV (bad memory access)",
        15 => "SIGTERM (asked to end)",
        _ => return format!("signal {signal}"),
    };
    name.to_owned()
}

/// The last non-empty lines of standard error in one line, printable characters only.
fn last_words(stderr: &[u8]) -> String {
    const LINES: usize = 3;
    let text = String::from_utf8_lossy(stderr);
    let mut lines: Vec<&str> = text
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .collect();
    let surplus = lines.len().saturating_sub(LINES);
    lines.drain(..surplus);
    lines
        .join(" / ")
        .chars()
        .filter(|character| !character.is_control())
        .take(600)
        .collect()
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use std::os::unix::process::ExitStatusExt as _;

    #[test]
    fn a_signal_is_a_crash_with_its_name_and_last_words() {
        let failed = describe(ExitStatus::from_raw(11), b"one\n\ntwo\nthree\nfour\n");
        assert_eq!(failed.kind, FailureKind::Crash);
        assert_eq!(
            failed.reason,
            "the process died of SIGSEGV (bad memory access); it said: two / three / four"
        );
    }

    #[test]
    fn a_panic_is_a_crash_and_other_codes_are_errors() {
        assert_eq!(
            describe(ExitStatus::from_raw(101 << 8), b"").kind,
            FailureKind::Crash
        );
        let failed = describe(ExitStatus::from_raw(2 << 8), b"error: \x1b[1mno");
        assert_eq!(failed.kind, FailureKind::Error);
        assert!(
            failed.reason.contains("exit code 2") && !failed.reason.contains('\x1b'),
            "{}",
            failed.reason
        );
    }
}
