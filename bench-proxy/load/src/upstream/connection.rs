//! A client's connection: requests in, answers out, in order.

use std::io::{self, Write as _};

use mio::net::TcpStream;

use super::answers::Answers;
use super::request::{self, Asked, Found, Framing, PREFACE};
use crate::response::{Chunks, Piece};

/// What became of bytes that came.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Next {
    Stay,
    Close,
    /// They are HTTP/2; what came is kept in the connection.
    Http2,
}

/// What the next bytes are.
#[derive(Debug)]
enum Expecting {
    /// The first bytes of all.
    Anything,
    Head,
    /// So many bytes of a body, then this answer.
    Bytes(u64, Due),
    Chunks(Chunks, Due),
}

/// An answer that is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Due {
    pub(super) answer: usize,
    pub(super) is_head: bool,
    closes: bool,
}

/// A client's connection.
#[derive(Debug)]
pub(super) struct Connection {
    pub(super) stream: TcpStream,
    /// What came and makes no whole header yet.
    pub(super) input: Vec<u8>,
    looked_at: usize,
    expecting: Expecting,
    /// What the kernel has not taken yet.
    out: Vec<u8>,
    written: usize,
    closes: bool,
    /// Answers that wait for their time.
    pub(super) delayed: usize,
}

impl Connection {
    pub(super) fn new(stream: TcpStream) -> Self {
        Self {
            stream,
            input: Vec::new(),
            looked_at: 0,
            expecting: Expecting::Anything,
            out: Vec::new(),
            written: 0,
            closes: false,
            delayed: 0,
        }
    }

    /// Whether it waits for the kernel to take what was written.
    #[inline]
    pub(super) fn is_full(&self) -> bool {
        self.written < self.out.len()
    }

    /// Whether nothing more will be answered, and everything was.
    #[inline]
    pub(super) fn is_done(&self) -> bool {
        self.closes && !self.is_full() && self.delayed == 0
    }

    /// Takes bytes; answers to requests that are whole become `due`.
    #[inline]
    pub(super) fn take(&mut self, bytes: &[u8], answers: &Answers, due: &mut Vec<Due>) -> Next {
        if self.input.is_empty() {
            return self.consume(bytes, answers, due);
        }
        let mut input = std::mem::take(&mut self.input);
        input.extend_from_slice(bytes);
        self.consume(&input, answers, due)
    }

    fn consume(&mut self, bytes: &[u8], answers: &Answers, due: &mut Vec<Due>) -> Next {
        let mut at = 0;
        // What comes after the last request is ignored.
        while at < bytes.len() && !self.closes {
            let rest = &bytes[at..];
            let ended = match &mut self.expecting {
                Expecting::Anything => {
                    let length = rest.len().min(PREFACE.len());
                    if rest[..length] != PREFACE[..length] {
                        self.expecting = Expecting::Head;
                        continue;
                    }
                    self.input.extend_from_slice(rest);
                    return if length == PREFACE.len() {
                        Next::Http2
                    } else {
                        Next::Stay
                    };
                }
                Expecting::Head => match request::read(rest, self.looked_at, answers) {
                    Found::Part => {
                        self.looked_at = rest.len();
                        self.input.extend_from_slice(rest);
                        return Next::Stay;
                    }
                    Found::Bad => return Next::Close,
                    Found::Request(asked) => {
                        at += asked.length;
                        self.looked_at = 0;
                        self.begin(&asked)
                    }
                },
                Expecting::Bytes(left, due) => {
                    let here = rest.len();
                    let taken = usize::try_from(*left).map_or(here, |left| left.min(here));
                    *left -= taken as u64;
                    at += taken;
                    (*left == 0).then_some(*due)
                }
                Expecting::Chunks(chunks, due) => match chunks.next(rest) {
                    Err(_) => return Next::Close,
                    Ok(Piece::Nothing) => return Next::Stay,
                    Ok(Piece::Data { before, length }) => {
                        at += before + length;
                        None
                    }
                    Ok(Piece::End(taken)) => {
                        at += taken;
                        Some(*due)
                    }
                },
            };
            if let Some(ended) = ended {
                self.closes = ended.closes;
                self.expecting = Expecting::Head;
                due.push(ended);
            }
        }
        Next::Stay
    }

    /// A header was read; answers what is due if no body follows.
    #[inline]
    fn begin(&mut self, asked: &Asked) -> Option<Due> {
        let due = Due {
            answer: asked.answer,
            is_head: asked.is_head,
            closes: asked.closes,
        };
        self.expecting = match asked.body {
            Framing::Length(0) => return Some(due),
            Framing::Length(length) => Expecting::Bytes(length, due),
            Framing::Chunked => Expecting::Chunks(Chunks::default(), due),
        };
        if asked.expects {
            self.out.extend_from_slice(b"HTTP/1.1 100 Continue\r\n\r\n");
        }
        None
    }

    /// Adds an answer to what is to be written.
    #[inline]
    pub(super) fn answer(&mut self, bytes: &[u8]) {
        self.out.extend_from_slice(bytes);
    }

    /// Writes as much as the kernel takes.
    #[inline]
    pub(super) fn flush(&mut self) -> io::Result<()> {
        while self.is_full() {
            match self.stream.write(&self.out[self.written..]) {
                Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
                Ok(written) => self.written += written,
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(()),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        self.out.clear();
        self.written = 0;
        Ok(())
    }
}
