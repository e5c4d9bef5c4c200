//! The proxy's admin port.

use serde::de::DeserializeOwned;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::trial::Failed;

/// The JSON at `path`.
pub(super) async fn get<T: DeserializeOwned>(address: &str, path: &str) -> Result<T, Failed> {
    let failed = |error: &dyn std::fmt::Display| {
        Failed::error(format!("the proxy's admin port, {path}: {error}"))
    };
    let mut stream = TcpStream::connect(address)
        .await
        .map_err(|error| failed(&error))?;
    let request = format!("GET {path} HTTP/1.0\r\nhost: admin\r\n\r\n");
    stream
        .write_all(request.as_bytes())
        .await
        .map_err(|error| failed(&error))?;
    let mut answer = Vec::new();
    stream
        .read_to_end(&mut answer)
        .await
        .map_err(|error| failed(&error))?;
    let end = answer.windows(4).position(|bytes| bytes == b"\r\n\r\n");
    let body = end.map_or(&[][..], |end| &answer[end + 4..]);
    serde_json::from_slice(body).map_err(|error| failed(&error))
}
