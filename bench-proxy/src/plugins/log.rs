//! Plugins' logs: lines on standard error.

use std::io::Write as _;

use host_core::abi::LogLevel;

/// Writes one line.
pub(super) fn write(level: LogLevel, plugin: &str, message: &[u8]) {
    let text: String = String::from_utf8_lossy(message)
        .chars()
        // A guest must not move the cursor of whoever reads this, nor forge a line.
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    let name = match level {
        LogLevel::Trace => "trace",
        LogLevel::Debug => "debug",
        LogLevel::Info => "info",
        LogLevel::Warn => "warning",
        LogLevel::Error => "error",
        LogLevel::Critical => "critical",
    };
    // Nobody is left to be told when standard error is closed.
    let _ = writeln!(std::io::stderr(), "{name}: {plugin}: {text}");
}
