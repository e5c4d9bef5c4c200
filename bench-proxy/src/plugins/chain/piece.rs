//! What leaves the last filter.

use std::collections::VecDeque;

use bytes::{Bytes, BytesMut};
use host_core::http::HeaderMap as Fields;
use host_core::{Half, Stream};

/// Which half of a stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Side {
    Request,
    Response,
}

impl Side {
    pub(super) const BOTH: [Self; 2] = [Self::Request, Self::Response];

    /// This half of the host core's stream.
    pub(super) fn of(self, stream: &mut Stream) -> &mut Half {
        match self {
            Self::Request => &mut stream.request,
            Self::Response => &mut stream.response,
        }
    }
}

/// A piece of a body.
#[derive(Debug)]
pub(crate) enum Piece {
    Data(Bytes),
    Trailers(Box<Fields>),
    /// Nothing follows.
    End,
}

/// What goes from filter to filter. Fields are in the chain's `carry`.
#[derive(Debug)]
pub(super) enum Item {
    Headers { end: bool },
    Data { bytes: Bytes, end: bool },
    Trailers,
}

/// What has left the last filter of one side and waits to be sent.
#[derive(Debug, Default)]
pub(super) struct Sink {
    /// Whether the header has left.
    pub(super) ready: bool,
    pub(super) pieces: VecDeque<Piece>,
    /// Whether nothing follows the pieces.
    pub(super) ended: bool,
    /// Whether the message has gone into the first filter to its end.
    pub(super) fed: bool,
}

impl Sink {
    /// Forgets everything and keeps the room.
    pub(super) fn clear(&mut self) {
        self.pieces.clear();
        (self.ready, self.ended, self.fed) = (false, false, false);
    }

    pub(super) fn has_piece(&self) -> bool {
        self.ended || !self.pieces.is_empty()
    }

    pub(super) fn take(&mut self) -> Option<Piece> {
        match self.pieces.pop_front() {
            None if self.ended => Some(Piece::End),
            piece => piece,
        }
    }

    pub(super) fn take_whole(&mut self) -> Option<Bytes> {
        if !self.ended {
            return None;
        }
        if self.pieces.is_empty() {
            return Some(Bytes::new());
        }
        let is_data = |piece: &Piece| matches!(piece, Piece::Data(_));
        if !self.pieces.iter().all(is_data) {
            return None;
        }
        let mut pieces = self.pieces.drain(..).filter_map(|piece| match piece {
            Piece::Data(bytes) => Some(bytes),
            Piece::Trailers(_) | Piece::End => None,
        });
        let first = pieces.next().unwrap_or_default();
        let Some(second) = pieces.next() else {
            return Some(first);
        };
        let mut whole = BytesMut::from(&first[..]);
        whole.extend_from_slice(&second);
        pieces.for_each(|piece| whole.extend_from_slice(&piece));
        Some(whole.freeze())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_whole_body_is_its_pieces_joined() {
        let mut sink = Sink::default();
        for piece in ["ab", "", "c"] {
            sink.pieces
                .push_back(Piece::Data(Bytes::from_static(piece.as_bytes())));
        }
        assert_eq!(sink.take_whole(), None, "it has not ended");
        sink.ended = true;
        assert_eq!(sink.take_whole().as_deref(), Some(&b"abc"[..]));
        assert!(matches!(sink.take(), Some(Piece::End)));
    }

    #[test]
    fn a_body_with_trailers_goes_piece_by_piece() {
        let mut sink = Sink {
            ended: true,
            ..Sink::default()
        };
        sink.pieces.push_back(Piece::Trailers(Box::default()));
        assert_eq!(sink.take_whole(), None);
        assert!(matches!(sink.take(), Some(Piece::Trailers(_))));
        assert!(matches!(sink.take(), Some(Piece::End)));
    }
}
