//! Where log lines go.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use crate::abi::LogLevel;

/// One line of a plugin's log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogLine {
    /// How severe.
    pub level: LogLevel,
    /// Name of the plugin.
    pub plugin: String,
    /// The guest's text; any bytes.
    pub message: Vec<u8>,
}

pub(super) enum Sink {
    Drop,
    Collect { limit: usize },
    Forward(Box<dyn Fn(&LogLine) + Send + Sync>),
}

pub(super) struct Logs {
    level: LogLevel,
    sink: Sink,
    lines: Mutex<Vec<LogLine>>,
    lost: AtomicU64,
}

impl Logs {
    pub(super) fn new(level: LogLevel, sink: Sink) -> Self {
        Self {
            level,
            sink,
            lines: Mutex::default(),
            lost: AtomicU64::new(0),
        }
    }

    pub(super) fn level(&self) -> LogLevel {
        self.level
    }

    pub(super) fn log(&self, level: LogLevel, plugin: &str, message: &[u8]) {
        let line = || LogLine {
            level,
            plugin: plugin.to_owned(),
            message: message.to_vec(),
        };
        match &self.sink {
            Sink::Drop => {}
            Sink::Forward(forward) => forward(&line()),
            Sink::Collect { limit } => {
                let mut lines = self.lines.lock().unwrap_or_else(PoisonError::into_inner);
                if lines.len() < *limit {
                    lines.push(line());
                } else {
                    self.lost.fetch_add(1, Ordering::Relaxed);
                }
            }
        }
    }

    pub(super) fn take(&self) -> Vec<LogLine> {
        std::mem::take(&mut *self.lines.lock().unwrap_or_else(PoisonError::into_inner))
    }

    pub(super) fn lost(&self) -> u64 {
        self.lost.load(Ordering::Relaxed)
    }
}

impl std::fmt::Debug for Logs {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Logs")
            .field("level", &self.level)
            .finish_non_exhaustive()
    }
}

impl std::fmt::Display for LogLine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "{:?} {}: {}",
            self.level,
            self.plugin,
            String::from_utf8_lossy(&self.message)
        )
    }
}
