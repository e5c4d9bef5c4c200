//! A response's body: compared with what was expected as it comes, and never kept.

use super::chunks::{Chunks, Piece};
use super::{Garbage, Step};

/// What ends a body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Framing {
    Length(u64),
    Chunked,
    Close,
}

/// Whether the end of the connection ends the body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ending {
    Itself,
    Close,
}

/// A body that is coming.
#[derive(Debug)]
pub(super) struct Body {
    rest: Rest,
    length: u64,
    differs: bool,
}

#[derive(Debug)]
enum Rest {
    Bytes(u64),
    Chunks(Chunks),
    UntilClose,
}

impl Body {
    #[inline]
    pub(super) fn new(framing: Framing) -> Self {
        Self {
            rest: match framing {
                Framing::Length(length) => Rest::Bytes(length),
                Framing::Chunked => Rest::Chunks(Chunks::default()),
                Framing::Close => Rest::UntilClose,
            },
            length: 0,
            differs: false,
        }
    }

    #[inline]
    pub(super) fn take(&mut self, input: &[u8], wanted: Option<&[u8]>) -> Result<Step, Garbage> {
        match &mut self.rest {
            Rest::Bytes(rest) => {
                let taken =
                    usize::try_from(*rest).map_or(input.len(), |rest| rest.min(input.len()));
                *rest -= taken as u64;
                let done = *rest == 0;
                self.compare(&input[..taken], wanted);
                Ok(if done { Step::Done(taken) } else { Step::More })
            }
            Rest::UntilClose => {
                self.compare(input, wanted);
                Ok(Step::More)
            }
            Rest::Chunks(chunks) => {
                let mut chunks = std::mem::take(chunks);
                let step = self.chunks(&mut chunks, input, wanted);
                self.rest = Rest::Chunks(chunks);
                step
            }
        }
    }

    fn chunks(
        &mut self,
        chunks: &mut Chunks,
        input: &[u8],
        wanted: Option<&[u8]>,
    ) -> Result<Step, Garbage> {
        let mut at = 0;
        loop {
            match chunks.next(&input[at..])? {
                Piece::Nothing => return Ok(Step::More),
                Piece::Data { before, length } => {
                    let from = at + before;
                    at = from + length;
                    self.compare(&input[from..at], wanted);
                }
                Piece::End(taken) => return Ok(Step::Done(at + taken)),
            }
        }
    }

    #[inline]
    fn compare(&mut self, piece: &[u8], wanted: Option<&[u8]>) {
        if let Some(wanted) = wanted
            && !self.differs
        {
            let rest = usize::try_from(self.length)
                .ok()
                .and_then(|from| wanted.get(from..));
            self.differs = !rest.is_some_and(|rest| rest.starts_with(piece));
        }
        self.length = self.length.saturating_add(piece.len() as u64);
    }

    /// Whether everything that came is `wanted`, whose comparison went along.
    pub(super) fn is(&self, wanted: &[u8]) -> bool {
        !self.differs && self.length == wanted.len() as u64
    }

    pub(super) fn length(&self) -> u64 {
        self.length
    }

    pub(super) fn ending(&self) -> Ending {
        match self.rest {
            Rest::UntilClose => Ending::Close,
            _ => Ending::Itself,
        }
    }
}
