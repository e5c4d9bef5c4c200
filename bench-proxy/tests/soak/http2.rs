//! HTTP/2 clients that do not mean well, frame by frame.

use std::io::{ErrorKind, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use crate::clients::connect;

const HEADERS: u8 = 1;
const RESET: u8 = 3;
const SETTINGS: u8 = 4;
const PING: u8 = 6;
const CONTINUATION: u8 = 9;
const END_STREAM: u8 = 1;
const END_HEADERS: u8 = 4;
/// GET http://soak/short in HPACK, with the tag of the first exchange.
const REQUEST: &[u8] = b"\x82\x86\x04\x06/short\x01\x04soak\x00\x0ax-exchange\x010";

fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).expect("short").to_be_bytes();
    let mut frame = length[1..].to_vec();
    frame.extend([kind, flags]);
    frame.extend(stream.to_be_bytes());
    frame.extend(payload);
    frame
}

fn begin(address: SocketAddr) -> TcpStream {
    let mut stream = connect(address);
    let mut bytes = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_vec();
    bytes.extend(frame(SETTINGS, 0, 0, &[]));
    stream.write_all(&bytes).expect("written");
    stream
}

/// Reads until `wanted` comes or the proxy closes, which it must do one of.
fn read_until(stream: &mut TcpStream, wanted: &[u8]) {
    let mut all = Vec::new();
    let mut buffer = [0; 4096];
    loop {
        match stream.read(&mut buffer) {
            Ok(0) => return,
            Ok(count) => all.extend(&buffer[..count]),
            Err(error) if error.kind() == ErrorKind::WouldBlock => {
                panic!("the proxy neither answered nor closed")
            }
            Err(_) => return,
        }
        let found = |bytes: &[u8]| !wanted.is_empty() && bytes == wanted;
        if all.windows(wanted.len().max(1)).any(found) {
            return;
        }
        // Only what may be a part of it is kept.
        let old = all.len().saturating_sub(wanted.len());
        all.drain(..old);
    }
}

/// Opens streams and resets each at once: work for the proxy that nobody waits for.
pub(crate) fn rapid_reset(address: SocketAddr) {
    let mut stream = begin(address);
    for number in (1..600).step_by(2) {
        let mut bytes = frame(HEADERS, END_STREAM | END_HEADERS, number, REQUEST);
        bytes.extend(frame(RESET, 0, number, &8_u32.to_be_bytes()));
        if stream.write_all(&bytes).is_err() {
            // It was shown the door, as it should be.
            break;
        }
    }
    let mark = *b"soaksoak";
    let _ = stream.write_all(&frame(PING, 0, 0, &mark));
    read_until(&mut stream, &mark);
    std::thread::sleep(Duration::from_millis(20));
}

/// A header that goes on and on, in frame after frame.
pub(crate) fn endless_header(address: SocketAddr) {
    let mut stream = begin(address);
    let more = b"\x00\x01a\x01b".repeat(2_000);
    let mut refused = stream.write_all(&frame(HEADERS, 0, 1, REQUEST)).is_err();
    let mut sent = 0;
    while !refused && sent < 400 {
        refused = stream.write_all(&frame(CONTINUATION, 0, 1, &more)).is_err();
        sent += 1;
    }
    // Four megabytes of a header, of which eight kilobytes are allowed.
    read_until(&mut stream, b"");
    std::thread::sleep(Duration::from_millis(20));
}
