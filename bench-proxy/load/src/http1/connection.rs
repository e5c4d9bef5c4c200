//! A connection of HTTP/1.1: one request at a time.

use std::io::{self, Write as _};

use mio::net::TcpStream;

use crate::response::Response;
use crate::tally::Flight;

/// What a connection does.
#[derive(Debug)]
pub(super) enum State {
    Idle,
    /// Since this time.
    Connecting(u64),
    Busy(Flight),
    /// Tries again at this time.
    Down(u64),
}

#[derive(Debug)]
pub(super) struct Connection {
    pub(super) stream: Option<TcpStream>,
    pub(super) state: State,
    pub(super) response: Response,
    /// Bytes of the request that are sent.
    pub(super) written: usize,
}

impl Connection {
    pub(super) fn new(stream: TcpStream) -> Self {
        Self {
            stream: Some(stream),
            state: State::Idle,
            response: Response::default(),
            written: 0,
        }
    }

    /// Sends as much of `request` as the kernel takes; answers how much.
    #[inline]
    pub(super) fn write(&mut self, request: &[u8]) -> io::Result<usize> {
        let before = self.written;
        while self.written < request.len() {
            let Some(stream) = &mut self.stream else {
                return Err(io::ErrorKind::NotConnected.into());
            };
            match stream.write(&request[self.written..]) {
                Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
                Ok(written) => self.written += written,
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => break,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(self.written - before)
    }

    /// Whether the connection stands; `Ok(false)` while it is still being opened.
    pub(super) fn opened(&mut self) -> io::Result<bool> {
        let Some(stream) = &self.stream else {
            return Err(io::ErrorKind::NotConnected.into());
        };
        if let Some(error) = stream.take_error()? {
            return Err(error);
        }
        match stream.peer_addr() {
            Ok(_) => Ok(true),
            Err(error) if error.kind() == io::ErrorKind::NotConnected => Ok(false),
            Err(error) => Err(error),
        }
    }
}
