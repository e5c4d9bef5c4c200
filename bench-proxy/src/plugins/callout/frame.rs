//! gRPC's framing of messages, and what upstreams are called in gRPC callouts.

use bytes::{Buf, BufMut, Bytes, BytesMut};

/// Bytes that a message may have.
const LIMIT: usize = 64 << 20;

/// A message with its prefix: not compressed, and its length.
pub(super) fn of(message: &[u8]) -> Bytes {
    let mut framed = BytesMut::with_capacity(5 + message.len());
    framed.put_u8(0);
    framed.put_u32(message.len() as u32);
    framed.extend_from_slice(message);
    framed.freeze()
}

/// Messages as their bytes come in.
#[derive(Debug, Default)]
pub(super) struct Messages(BytesMut);

/// A message that this proxy cannot take: compressed, or too long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct BadFrame;

impl Messages {
    pub(super) fn add(&mut self, bytes: &[u8]) {
        self.0.extend_from_slice(bytes);
    }

    /// The next whole message.
    pub(super) fn next(&mut self) -> Result<Option<Vec<u8>>, BadFrame> {
        let Some((prefix, rest)) = self.0.split_first_chunk::<5>() else {
            return Ok(None);
        };
        let length = u32::from_be_bytes([prefix[1], prefix[2], prefix[3], prefix[4]]) as usize;
        if prefix[0] != 0 || length > LIMIT {
            return Err(BadFrame);
        }
        if rest.len() < length {
            return Ok(None);
        }
        self.0.advance(5);
        Ok(Some(self.0.split_to(length).to_vec()))
    }
}

/// The cluster's name. Plugins for Envoy give it inside a `GrpcService` message
/// (`envoy_grpc { cluster_name }`), others as it is.
pub(super) fn cluster_name(upstream: &[u8]) -> &[u8] {
    let field = |bytes: &[u8], at: usize| -> Option<(usize, usize)> {
        // Field 1, length-delimited, shorter than 128 bytes.
        let [0x0a, length, ..] = bytes.get(at..)? else {
            return None;
        };
        (*length < 128).then_some((at + 2, usize::from(*length)))
    };
    let inner = || {
        let (start, length) = field(upstream, 0)?;
        let envoy_grpc = upstream.get(start..start + length)?;
        let (start, length) = field(envoy_grpc, 0)?;
        envoy_grpc.get(start..start + length)
    };
    inner().unwrap_or(upstream)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_come_out_whole_however_their_bytes_come_in() {
        let framed = [of(b"one"), of(b""), of(b"three")].concat();
        let mut messages = Messages::default();
        let mut found = Vec::new();
        for byte in framed {
            messages.add(&[byte]);
            while let Some(message) = messages.next().expect("valid") {
                found.push(message);
            }
        }
        assert_eq!(found, [b"one".to_vec(), Vec::new(), b"three".to_vec()]);
    }

    #[test]
    fn compressed_and_endless_messages_are_refused() {
        for bytes in [[1, 0, 0, 0, 0], [0, 0xff, 0, 0, 0]] {
            let mut messages = Messages::default();
            messages.add(&bytes);
            assert_eq!(messages.next(), Err(BadFrame));
        }
    }

    #[test]
    fn clusters_are_named_plainly_or_as_envoy_does() {
        assert_eq!(cluster_name(b"auth"), b"auth");
        assert_eq!(cluster_name(b"\x0a\x06\x0a\x04auth\x1a\x00"), b"auth");
        assert_eq!(cluster_name(b"\x0a\xff"), b"\x0a\xff");
    }
}
