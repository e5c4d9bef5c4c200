//! HTTP/1 or HTTP/2 with prior knowledge: the first bytes tell.

use std::io;
use std::time::Duration;

use tokio::net::TcpStream;

const PREFACE: &[u8] = b"PRI * HTTP/2.0";

/// Whether the client begins with HTTP/2's preface. Leaves the bytes in the socket.
///
/// # Errors
/// The socket's; also when the client closes without a byte.
pub(crate) async fn is_http2(stream: &TcpStream) -> io::Result<bool> {
    let mut bytes = [0; PREFACE.len()];
    loop {
        let read = stream.peek(&mut bytes).await?;
        if read == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        if bytes[..read] != PREFACE[..read] {
            return Ok(false);
        }
        if read == PREFACE.len() {
            return Ok(true);
        }
        // The socket stays readable, so waiting for more means asking again.
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}
