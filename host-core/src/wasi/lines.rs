//! From bytes written to a descriptor to log lines.

use crate::abi::LogLevel;
use crate::services::Services;

/// The line that is being written. Guests often write one line in many small pieces.
#[derive(Debug)]
pub(super) struct Lines {
    level: LogLevel,
    partial: Vec<u8>,
}

impl Lines {
    /// Bytes after which a line is logged even without a newline.
    pub(super) const LONGEST: usize = 64 << 10;

    pub(super) fn new(level: LogLevel) -> Self {
        Self {
            level,
            partial: Vec::new(),
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.partial.is_empty()
    }

    pub(super) fn write(&mut self, mut bytes: &[u8], services: &dyn Services, plugin: &str) {
        while !bytes.is_empty() {
            let room = Self::LONGEST - self.partial.len();
            let window = &bytes[..bytes.len().min(room)];
            match window.iter().position(|byte| *byte == b'\n') {
                Some(end) => {
                    self.partial.extend_from_slice(&window[..end]);
                    self.log(services, plugin);
                    bytes = &bytes[end + 1..];
                }
                None => {
                    self.partial.extend_from_slice(window);
                    bytes = &bytes[window.len()..];
                    if self.partial.len() == Self::LONGEST {
                        self.log(services, plugin);
                    }
                }
            }
        }
    }

    pub(super) fn flush(&mut self, services: &dyn Services, plugin: &str) {
        if !self.partial.is_empty() {
            self.log(services, plugin);
        }
    }

    fn log(&mut self, services: &dyn Services, plugin: &str) {
        if self.level >= services.log_level() {
            services.log(self.level, plugin, &self.partial);
        }
        self.partial.clear();
    }
}
