//! The tape: what a guest and the host said to each other, for comparing runtimes.
//!
//! It holds contents and never addresses, so that the same filter leaves the same tape on
//! every engine and as its native twin. Host calls of the `proxy_*` kind and those of wasi-nn
//! are recorded; WASI calls are not.

mod difference;
mod entry;
mod times;

use std::collections::BTreeMap;
use std::fmt;

use sha2::{Digest, Sha256};

pub use difference::TapeDifference;
pub use entry::{Excerpt, TapeEntry, TapeItem};
pub use times::{CallTime, CallTimes};

use crate::abi::Callback;

/// A recording of callbacks and host calls.
pub struct Tape {
    digest: Sha256,
    counts: BTreeMap<&'static str, u64>,
    calls: u64,
    callbacks: u64,
    bytes_in: u64,
    bytes_out: u64,
    entries: Vec<TapeEntry>,
    limit: usize,
    /// Calls that began and did not end: an allocator that logs nests a second one.
    open: Vec<TapeEntry>,
    /// Present on a tape that times calls in place of recording them.
    times: Option<Box<CallTimes>>,
}

impl Tape {
    /// Entries that a tape keeps unless told otherwise.
    pub const LIMIT: usize = 10_000;

    /// An empty tape that keeps [`Tape::LIMIT`] entries.
    pub fn new() -> Self {
        Self::with_limit(Self::LIMIT)
    }

    /// An empty tape that keeps the first `limit` entries. Digest and counts cover all.
    pub fn with_limit(limit: usize) -> Self {
        Self {
            digest: Sha256::new(),
            counts: BTreeMap::new(),
            calls: 0,
            callbacks: 0,
            bytes_in: 0,
            bytes_out: 0,
            entries: Vec::new(),
            limit,
            open: Vec::new(),
            times: None,
        }
    }

    /// A tape that times host calls and records nothing of them: no digest, no counts, no
    /// entries.
    pub fn timing() -> Self {
        Self {
            times: Some(Box::default()),
            ..Self::with_limit(0)
        }
    }

    /// The times, of a tape made by [`Tape::timing`].
    pub fn times(&self) -> Option<&CallTimes> {
        self.times.as_deref()
    }

    /// A host call begins.
    pub fn begin(&mut self, name: &'static str) {
        if let Some(times) = &mut self.times {
            return times.begin(name);
        }
        self.mark(b'(', name.as_bytes());
        *self.counts.entry(name).or_default() += 1;
        self.calls += 1;
        self.open.push(TapeEntry::call(name));
    }

    /// A number that the guest gave or was given.
    pub fn scalar(&mut self, value: u64) {
        if self.times.is_some() {
            return;
        }
        self.mark(b'#', &value.to_le_bytes());
        self.item(|| TapeItem::Scalar(value));
    }

    /// Bytes that the guest gave.
    pub fn input(&mut self, bytes: &[u8]) {
        if let Some(times) = &mut self.times {
            return times.bytes(bytes.len(), 0);
        }
        self.mark(b'<', bytes);
        self.bytes_in += bytes.len() as u64;
        self.item(|| TapeItem::Input(Excerpt::of(bytes)));
    }

    /// Bytes that the guest was given.
    pub fn output(&mut self, bytes: &[u8]) {
        if let Some(times) = &mut self.times {
            return times.bytes(0, bytes.len());
        }
        self.mark(b'>', bytes);
        self.bytes_out += bytes.len() as u64;
        self.item(|| TapeItem::Output(Excerpt::of(bytes)));
    }

    /// The host call that began last ends with `status`.
    pub fn end(&mut self, status: u32) {
        if let Some(times) = &mut self.times {
            return times.end();
        }
        self.mark(b')', &status.to_le_bytes());
        if let Some(mut entry) = self.open.pop() {
            entry.status = Some(status);
            self.keep(entry);
        }
    }

    /// The guest's allocator begins or ends, called by the host call that began last.
    pub(crate) fn allocator(&mut self, runs: bool) {
        if let Some(times) = &mut self.times {
            times.allocator(runs);
        }
    }

    /// The host calls a callback. Calls that are still open never returned: they trapped.
    pub fn callback(&mut self, callback: Callback, arguments: &[u32]) {
        if let Some(times) = &mut self.times {
            return times.enter(callback);
        }
        self.mark(b'!', callback.export().as_bytes());
        for argument in arguments {
            self.mark(b'#', &argument.to_le_bytes());
        }
        self.callbacks += 1;
        for entry in std::mem::take(&mut self.open) {
            self.keep(entry);
        }
        if self.entries.len() < self.limit {
            self.entries.push(TapeEntry::callback(callback, arguments));
        }
    }

    /// SHA-256 of everything recorded so far, as 64 hexadecimal digits.
    pub fn digest(&self) -> String {
        let bytes = self.digest.clone().finalize();
        bytes.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// How often each host call was made, by name.
    pub fn counts(&self) -> impl Iterator<Item = (&'static str, u64)> {
        self.counts.iter().map(|(name, count)| (*name, *count))
    }

    /// Number of host calls.
    pub fn calls(&self) -> u64 {
        self.calls
    }

    /// Number of callbacks.
    pub fn callbacks(&self) -> u64 {
        self.callbacks
    }

    /// Bytes that host calls took from guest memory.
    pub fn bytes_in(&self) -> u64 {
        self.bytes_in
    }

    /// Bytes that host calls put into guest memory.
    pub fn bytes_out(&self) -> u64 {
        self.bytes_out
    }

    /// The first entries, in the order in which calls ended.
    pub fn entries(&self) -> &[TapeEntry] {
        &self.entries
    }

    /// Where two tapes part ways; `None` when they are equal.
    pub fn first_difference(left: &Self, right: &Self) -> Option<TapeDifference> {
        difference::first(left, right)
    }

    /// Feeds the digest: a tag, the length and the bytes, so that no two recordings can
    /// run together into the same bytes.
    fn mark(&mut self, tag: u8, bytes: &[u8]) {
        self.digest.update([tag]);
        self.digest.update((bytes.len() as u64).to_le_bytes());
        self.digest.update(bytes);
    }

    fn item(&mut self, item: impl FnOnce() -> TapeItem) {
        if self.entries.len() < self.limit
            && let Some(entry) = self.open.last_mut()
        {
            entry.items.push(item());
        }
    }

    fn keep(&mut self, entry: TapeEntry) {
        if self.entries.len() < self.limit {
            self.entries.push(entry);
        }
    }
}

impl Default for Tape {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Tape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tape")
            .field("digest", &self.digest())
            .field("callbacks", &self.callbacks)
            .field("calls", &self.calls)
            .finish_non_exhaustive()
    }
}

/// One line for each entry.
impl fmt::Display for Tape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.entries
            .iter()
            .try_for_each(|entry| writeln!(f, "{entry}"))
    }
}
