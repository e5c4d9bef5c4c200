//! What a worker's connections have to say and has not been sent yet.
//!
//! A worker that has several messages at hand reads, works and then sends all it has to say in
//! one go. Sending each at once takes it longer when the other side runs on this machine: whoever
//! has read one message and sleeps again must be woken for the next one, for which the sender
//! pays. Messages wait only while other tasks
//! of the worker are ready to run, so one that comes alone is sent without delay.

use std::cell::RefCell;
use std::io::IoSlice;
use std::rc::Rc;

use super::wire::Wire;

/// Messages that wait at most.
const MOST: usize = 16;

#[derive(Debug)]
struct Letter {
    wire: Rc<Wire>,
    /// Where it ends in the bytes of all.
    end: usize,
}

#[derive(Debug)]
struct Outbox {
    bytes: Vec<u8>,
    letters: Vec<Letter>,
}

thread_local! {
    static OUTBOX: RefCell<Outbox> = const {
        RefCell::new(Outbox { bytes: Vec::new(), letters: Vec::new() })
    };
}

/// Takes a message over. It is sent before the worker waits for anything.
#[inline]
pub(super) fn post(wire: &Rc<Wire>, slices: &[IoSlice<'_>]) {
    OUTBOX.with_borrow_mut(|outbox| {
        for slice in slices {
            outbox.bytes.extend_from_slice(slice);
        }
        outbox.letters.push(Letter {
            wire: wire.clone(),
            end: outbox.bytes.len(),
        });
        if outbox.letters.len() == MOST {
            outbox.send();
        }
    });
}

/// Sends what waits: before the worker does, and before anything that takes it long.
#[inline]
pub(crate) fn send_waiting() {
    OUTBOX.with_borrow_mut(|outbox| {
        if !outbox.letters.is_empty() {
            outbox.send();
        }
    });
}

impl Outbox {
    fn send(&mut self) {
        let mut begin = 0;
        for letter in self.letters.drain(..) {
            letter.wire.send(&self.bytes[begin..letter.end]);
            begin = letter.end;
        }
        self.bytes.clear();
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;
    use std::net::{TcpListener, TcpStream};
    use std::time::Duration;

    use tokio::io::AsyncWriteExt as _;

    use super::*;
    use crate::net::Socket;

    /// A connection: the worker's side and the other one.
    async fn pair() -> (Socket, TcpStream) {
        let listener = TcpListener::bind("127.0.0.1:0").expect("free port");
        let there = TcpStream::connect(listener.local_addr().expect("bound")).expect("listening");
        let (here, _) = listener.accept().expect("connected");
        here.set_nonblocking(true).expect("a socket");
        there.set_nonblocking(true).expect("a socket");
        let here = tokio::net::TcpStream::from_std(here).expect("in a runtime");
        here.writable().await.expect("open");
        (Socket::new(here), there)
    }

    fn arrived(there: &mut TcpStream) -> usize {
        let mut bytes = [0; 256];
        there.read(&mut bytes).unwrap_or(0)
    }

    #[tokio::test]
    async fn messages_wait_for_each_other_and_not_for_long() {
        let (mut one, mut other) = (pair().await, pair().await);
        one.0.write_all(b"first").await.expect("open");
        other.0.write_all(b"second").await.expect("open");
        one.0.flush().await.expect("open");
        assert_eq!((arrived(&mut one.1), arrived(&mut other.1)), (0, 0));
        send_waiting();
        assert_eq!((arrived(&mut one.1), arrived(&mut other.1)), (5, 6));
        for number in 1..MOST {
            one.0.write_all(b".").await.expect("open");
            assert_eq!(arrived(&mut one.1), 0, "{number}");
        }
        other.0.write_all(b"last").await.expect("open");
        assert_eq!((arrived(&mut one.1), arrived(&mut other.1)), (MOST - 1, 4));
    }

    #[tokio::test]
    async fn what_is_long_and_the_end_come_after_what_waits() {
        let (mut socket, mut there) = pair().await;
        there.set_nonblocking(false).expect("a socket");
        socket.write_all(b"head").await.expect("open");
        socket.write_all(&[b'.'; 1 << 16]).await.expect("open");
        socket.write_all(b"tail").await.expect("open");
        socket.shutdown().await.expect("open");
        let mut all = String::new();
        there.read_to_string(&mut all).expect("text");
        assert_eq!(all.len(), (1 << 16) + 8);
        assert!(all.starts_with("head.") && all.ends_with(".tail"));
    }

    #[tokio::test]
    async fn a_message_outlives_its_connection() {
        let (mut socket, mut there) = pair().await;
        there.set_nonblocking(false).expect("a socket");
        socket.write_all(b"bye").await.expect("open");
        drop(socket);
        send_waiting();
        let mut all = String::new();
        there.read_to_string(&mut all).expect("text");
        assert_eq!(all, "bye");
    }

    #[tokio::test]
    async fn a_connection_that_takes_no_more_is_written_to_by_its_own_task_and_loses_nothing() {
        let (mut socket, there) = pair().await;
        let message = [b'x'; 4096];
        let mut sent = 0;
        let full = tokio::time::timeout(Duration::from_secs(20), async {
            // Until writing has to wait: the kernel's room and the outbox's are both bounded.
            loop {
                let write = socket.write(&message);
                match tokio::time::timeout(Duration::from_millis(100), write).await {
                    Ok(written) => sent += written.expect("open"),
                    Err(_) => break,
                }
                send_waiting();
            }
        });
        full.await.expect("the kernel's room is bounded");
        there.set_nonblocking(false).expect("a socket");
        let reader = std::thread::spawn(move || std::io::copy(&mut &there, &mut std::io::sink()));
        socket.write_all(b"end").await.expect("open");
        socket.flush().await.expect("open");
        send_waiting();
        socket.shutdown().await.expect("open");
        let read = reader.join().expect("reads").expect("open");
        assert_eq!(read, sent as u64 + 3);
    }

    #[tokio::test]
    async fn a_connection_whose_other_side_broke_off_says_so_at_the_next_write() {
        let (mut socket, there) = pair().await;
        drop(there);
        let broken = async {
            loop {
                if let Err(error) = socket.write_all(b"anybody?").await {
                    return error;
                }
                send_waiting();
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
        };
        let error = tokio::time::timeout(Duration::from_secs(20), broken).await;
        let kind = error.expect("the kernel says so").kind();
        use std::io::ErrorKind::{BrokenPipe, ConnectionReset};
        assert!(matches!(kind, BrokenPipe | ConnectionReset), "{kind}");
    }
}
