//! A client that writes what it is told, byte by byte if need be.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

/// An answer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    /// Names in lower case.
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
    pub(crate) trailers: Vec<(String, String)>,
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str())
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

/// A connection of HTTP/1.1.
pub(crate) struct Client {
    pub(crate) stream: TcpStream,
    read: Vec<u8>,
}

impl Client {
    pub(crate) fn connect(address: SocketAddr) -> Self {
        let stream = TcpStream::connect(address).expect("connected");
        let limit = Some(Duration::from_secs(20));
        stream.set_read_timeout(limit).expect("set");
        stream.set_nodelay(true).expect("set");
        Self {
            stream,
            read: Vec::new(),
        }
    }

    pub(crate) fn write(&mut self, bytes: impl AsRef<[u8]>) {
        self.stream.write_all(bytes.as_ref()).expect("written");
    }

    /// Reads more; false at the end.
    fn more(&mut self) -> bool {
        let mut buffer = [0; 16 << 10];
        match self.stream.read(&mut buffer) {
            Ok(read) => {
                self.read.extend_from_slice(&buffer[..read]);
                read > 0
            }
            Err(error) if error.kind() == std::io::ErrorKind::ConnectionReset => false,
            Err(error) => panic!(
                "{error}; read so far: {:?}",
                String::from_utf8_lossy(&self.read)
            ),
        }
    }

    /// Whether the other side closes without another byte.
    pub(crate) fn is_closed(&mut self) -> bool {
        self.read.is_empty() && !self.more()
    }

    fn line(&mut self) -> Option<String> {
        loop {
            if let Some(at) = self.read.windows(2).position(|two| two == b"\r\n") {
                let line = String::from_utf8_lossy(&self.read[..at]).into_owned();
                self.read.drain(..at + 2);
                return Some(line);
            }
            if !self.more() {
                return None;
            }
        }
    }

    fn exactly(&mut self, length: usize) -> Option<Vec<u8>> {
        while self.read.len() < length {
            if !self.more() {
                return None;
            }
        }
        Some(self.read.drain(..length).collect())
    }

    fn fields(&mut self) -> Option<Vec<(String, String)>> {
        let mut fields = Vec::new();
        loop {
            let line = self.line()?;
            let Some((name, value)) = line.split_once(':') else {
                return Some(fields);
            };
            fields.push((name.to_ascii_lowercase(), value.trim().to_owned()));
        }
    }

    /// The next answer; `None` when the connection ends before its end.
    pub(crate) fn answer(&mut self) -> Option<Answer> {
        let status: u16 = loop {
            let line = self.line()?;
            let status = line.split(' ').nth(1)?.parse().ok()?;
            if status >= 200 {
                break status;
            }
            self.fields()?;
        };
        let mut answer = Answer {
            status,
            headers: self.fields()?,
            ..Answer::default()
        };
        if answer.header("transfer-encoding") == Some("chunked") {
            loop {
                let length = usize::from_str_radix(&self.line()?, 16).expect("a length");
                if length == 0 {
                    answer.trailers = self.fields()?;
                    return Some(answer);
                }
                answer.body.extend(self.exactly(length)?);
                self.line()?;
            }
        }
        if let Some(length) = answer.header("content-length") {
            let length = length.parse().expect("a length");
            answer.body = self.exactly(length)?;
        }
        Some(answer)
    }

    /// Sends a request without a body and reads the answer.
    pub(crate) fn get(&mut self, path: &str, fields: &[(&str, &str)]) -> Option<Answer> {
        let fields: String = fields
            .iter()
            .map(|(name, value)| format!("{name}: {value}\r\n"))
            .collect();
        self.write(format!("GET {path} HTTP/1.1\r\nhost: test\r\n{fields}\r\n"));
        self.answer()
    }
}

/// One request without a body on a connection of its own.
pub(crate) fn get(address: SocketAddr, path: &str, fields: &[(&str, &str)]) -> Answer {
    Client::connect(address)
        .get(path, fields)
        .expect("an answer")
}

/// One request with a body on a connection of its own.
pub(crate) fn send(
    address: SocketAddr,
    path: &str,
    fields: &[(&str, &str)],
    body: &[u8],
) -> Answer {
    let mut client = Client::connect(address);
    let fields: String = fields
        .iter()
        .map(|(name, value)| format!("{name}: {value}\r\n"))
        .collect();
    let length = body.len();
    client.write(format!(
        "POST {path} HTTP/1.1\r\nhost: test\r\ncontent-length: {length}\r\n{fields}\r\n"
    ));
    client.write(body);
    client.answer().expect("an answer")
}

impl Client {
    /// Reads an answer's head alone and answers its `content-length`.
    pub(crate) fn read_head(&mut self) -> Option<String> {
        self.line()?;
        let fields = self.fields()?;
        fields
            .into_iter()
            .find_map(|(name, value)| (name == "content-length").then_some(value))
    }
}
