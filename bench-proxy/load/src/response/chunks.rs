//! The chunked transfer coding (RFC 9112, section 7.1), from any pieces.

use super::Garbage;

/// Bytes that a chunk's extensions, or all trailers, may have.
const MAX_EXTRA: u32 = 16 << 10;

/// What the next bytes are.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Piece {
    /// All input was taken, without data.
    Nothing,
    /// Data of so many bytes, after so many of framing.
    Data { before: usize, length: usize },
    /// The body ended after so many bytes.
    End(usize),
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum State {
    /// At the first digit of a size.
    #[default]
    Start,
    Size,
    Extension,
    /// After the carriage return of the size's line.
    SizeEnd,
    Data,
    /// After data.
    DataEnd,
    /// After the carriage return behind data.
    DataLineEnd,
    /// At the beginning of a trailer line or of the last line.
    Line,
    Trailer,
    /// After the carriage return of the last line.
    LastEnd,
    Ended,
}

/// A chunked body that is coming.
#[derive(Debug, Default)]
pub(crate) struct Chunks {
    state: State,
    size: u64,
    digits: u32,
    extra: u32,
}

impl Chunks {
    /// Goes on to the next data or the end.
    pub(crate) fn next(&mut self, input: &[u8]) -> Result<Piece, Garbage> {
        for (at, &byte) in input.iter().enumerate() {
            if self.state == State::Data {
                let here = input.len() - at;
                let length = usize::try_from(self.size).map_or(here, |size| size.min(here));
                self.size -= length as u64;
                if self.size == 0 {
                    self.state = State::DataEnd;
                }
                return Ok(Piece::Data { before: at, length });
            }
            self.state = self.after(byte)?;
            if self.state == State::Ended {
                return Ok(Piece::End(at + 1));
            }
        }
        Ok(Piece::Nothing)
    }

    fn after(&mut self, byte: u8) -> Result<State, Garbage> {
        let state = match (self.state, byte) {
            (State::Start | State::Size, b'0'..=b'9' | b'a'..=b'f' | b'A'..=b'F') => {
                let digit = char::from(byte).to_digit(16).ok_or(Garbage::BadChunk)?;
                self.digits += 1;
                if self.digits > 16 {
                    return Err(Garbage::BadChunk);
                }
                self.size = self.size << 4 | u64::from(digit);
                State::Size
            }
            (State::Size, b';' | b' ' | b'\t') => State::Extension,
            (State::Size | State::Extension, b'\r') => State::SizeEnd,
            (State::Size | State::Extension | State::SizeEnd, b'\n') => self.sized(),
            (State::Extension, _) => {
                self.count_extra(Garbage::BadChunk)?;
                State::Extension
            }
            (State::DataEnd, b'\r') => State::DataLineEnd,
            (State::DataEnd | State::DataLineEnd, b'\n') => State::Start,
            (State::Line, b'\r') => State::LastEnd,
            (State::Line | State::LastEnd, b'\n') => State::Ended,
            (State::Trailer, b'\n') => State::Line,
            (State::Line | State::Trailer, _) => {
                self.count_extra(Garbage::TrailersTooLarge)?;
                State::Trailer
            }
            _ => return Err(Garbage::BadChunk),
        };
        Ok(state)
    }

    /// The size's line has ended.
    fn sized(&mut self) -> State {
        (self.digits, self.extra) = (0, 0);
        if self.size == 0 {
            State::Line
        } else {
            State::Data
        }
    }

    fn count_extra(&mut self, garbage: Garbage) -> Result<(), Garbage> {
        self.extra += 1;
        if self.extra > MAX_EXTRA {
            Err(garbage)
        } else {
            Ok(())
        }
    }
}
