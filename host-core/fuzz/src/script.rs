//! The fuzzer's bytes, read as calls and arguments.

use std::sync::atomic::{AtomicUsize, Ordering};

/// What is left of the bytes.
pub struct Script {
    bytes: Vec<u8>,
    at: AtomicUsize,
}

impl Script {
    pub fn new(bytes: &[u8]) -> Self {
        Self {
            bytes: bytes.to_vec(),
            at: AtomicUsize::new(0),
        }
    }

    pub fn is_over(&self) -> bool {
        self.at.load(Ordering::Relaxed) >= self.bytes.len()
    }

    /// The next byte; zeros after the end.
    pub fn byte(&self) -> u8 {
        let at = self.at.fetch_add(1, Ordering::Relaxed);
        self.bytes.get(at).copied().unwrap_or(0)
    }

    /// The next bytes, fewer at the end.
    pub fn take(&self, count: usize) -> Vec<u8> {
        (0..count)
            .take_while(|_| !self.is_over())
            .map(|_| self.byte())
            .collect()
    }

    /// A number as guests give them: mostly small, now and then anything.
    pub fn number(&self) -> u64 {
        let wide = |count: u32| (0..count).fold(0, |number, _| number << 8 | u64::from(self.byte()));
        match self.byte() {
            small @ 0..=0xbf => u64::from(small),
            0xc0..=0xef => wide(2),
            0xf0..=0xfb => wide(4),
            _ => wide(8),
        }
    }
}
