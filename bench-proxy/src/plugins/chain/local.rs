//! A filter's own answer.

use bytes::Bytes;

use super::piece::{Item, Sink};
use super::{Chain, Side};

impl Chain {
    /// Sends the answer that a filter made into the filters between it and the client.
    pub(crate) fn begin_local(&mut self, position: usize, is_grpc: bool) {
        self.answered = true;
        self.over = None;
        self.sinks[Side::Response as usize] = Sink {
            fed: true,
            ..Sink::default()
        };
        self.changed[Side::Response as usize] = true;
        self.unseen[Side::Response as usize] = 0;
        let Some(mut answer) = self.answer.take() else {
            return;
        };
        let carry = &mut self.parts.carry;
        carry.clear();
        let mut body = Bytes::from(std::mem::take(&mut answer.body));
        // The limits of a map hold: the guest's own was held to them.
        let _ = match answer.grpc_status {
            Some(status) if is_grpc => {
                let message = std::mem::take(&mut body);
                carry
                    .add(b":status", b"200")
                    .and_then(|()| carry.add(b"content-type", b"application/grpc"))
                    .and_then(|()| carry.add(b"grpc-status", status.to_string().as_bytes()))
                    .and_then(|()| carry.add(b"grpc-message", &escaped(&message)))
            }
            _ => carry.add(b":status", answer.status.to_string().as_bytes()),
        };
        for (name, value) in answer.headers.iter() {
            let _ = carry.add(name, value);
        }
        if carry.get(b"content-type").is_none() && !body.is_empty() {
            let _ = carry.add(b"content-type", b"text/plain");
        }
        let end = body.is_empty();
        if !end {
            let _ = carry.set(b"content-length", body.len().to_string().as_bytes());
        }
        self.push(Side::Response, position, Item::Headers { end });
        if !end {
            self.push(
                Side::Response,
                position,
                Item::Data {
                    bytes: body,
                    end: true,
                },
            );
        }
    }
}

/// gRPC's percent-encoding of messages.
fn escaped(message: &[u8]) -> Vec<u8> {
    const SET: &percent_encoding::AsciiSet = &percent_encoding::CONTROLS.add(b'%');
    percent_encoding::percent_encode(message, SET)
        .to_string()
        .into_bytes()
}
