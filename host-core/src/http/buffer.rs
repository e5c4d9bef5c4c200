//! A body, or the part of one that is held back.

use crate::abi::Status;

/// Bytes that a guest may read and edit.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Buffer {
    bytes: Vec<u8>,
}

impl Buffer {
    /// The most bytes that a guest's edits may make of one buffer.
    pub const LIMIT: usize = 64 << 20;

    /// The bytes.
    #[inline]
    pub fn as_slice(&self) -> &[u8] {
        &self.bytes
    }

    /// Number of bytes.
    #[inline]
    pub fn len(&self) -> usize {
        self.bytes.len()
    }

    /// Whether there are none.
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    /// Forgets the bytes and keeps the room.
    pub fn clear(&mut self) {
        self.bytes.clear();
    }

    /// Puts `bytes` at the end.
    pub fn extend(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
    }

    /// Takes the bytes out.
    pub fn take(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.bytes)
    }

    /// Replaces the `length` bytes from `start` by `data`, both clamped to what there is:
    /// `(0, 0)` prepends, a start beyond the end appends, as in `proxy_set_buffer_bytes`.
    ///
    /// # Errors
    /// [`Status::BadArgument`] when the result would exceed [`Buffer::LIMIT`].
    pub fn splice(&mut self, start: usize, length: usize, data: &[u8]) -> Result<(), Status> {
        let start = start.min(self.bytes.len());
        let end = start.saturating_add(length).min(self.bytes.len());
        let rest = self.bytes.len() - (end - start);
        if rest.saturating_add(data.len()) > Self::LIMIT {
            return Err(Status::BadArgument);
        }
        self.bytes.splice(start..end, data.iter().copied());
        Ok(())
    }
}

impl From<Vec<u8>> for Buffer {
    fn from(bytes: Vec<u8>) -> Self {
        Self { bytes }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spliced(start: usize, length: usize, data: &str) -> String {
        let mut buffer = Buffer::from(b"hello".to_vec());
        buffer.splice(start, length, data.as_bytes()).unwrap();
        String::from_utf8(buffer.take()).unwrap()
    }

    #[test]
    fn a_splice_prepends_appends_replaces_and_removes() {
        assert_eq!(spliced(0, 0, ">> "), ">> hello");
        assert_eq!(spliced(0x7fff_ffff, 0, "!"), "hello!");
        assert_eq!(spliced(0, usize::MAX, "bye"), "bye");
        assert_eq!(spliced(1, 3, "ipp"), "hippo");
        assert_eq!(spliced(2, 9, ""), "he");
    }

    #[test]
    fn a_splice_over_the_limit_is_refused_and_changes_nothing() {
        let mut buffer = Buffer::from(vec![0; Buffer::LIMIT]);
        assert_eq!(buffer.splice(0, 0, b"x"), Err(Status::BadArgument));
        assert_eq!(buffer.len(), Buffer::LIMIT);
    }
}
