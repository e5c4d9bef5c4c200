//! Clients that do not mean well, are slow, or are tools of others.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::process::Command;
use std::time::Duration;

use crate::http2;

/// One round of each; they come again and again.
pub(crate) const HOSTILE: [fn(SocketAddr); 8] = [
    slow_header,
    reset_amid_body,
    too_much_header,
    no_http,
    slow_reader,
    failing_filter,
    http2::rapid_reset,
    http2::endless_header,
];

pub(crate) fn connect(address: SocketAddr) -> TcpStream {
    let stream = TcpStream::connect(address).expect("connected");
    let limit = Some(Duration::from_secs(10));
    stream.set_read_timeout(limit).expect("set");
    stream
}

/// The answer's first bytes; empty when the connection was closed without one.
fn status(stream: &mut TcpStream) -> String {
    let mut buffer = [0; 12];
    match stream.read_exact(&mut buffer) {
        Ok(()) => String::from_utf8_lossy(&buffer[9..]).into_owned(),
        Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => {
            panic!("the proxy neither answered nor closed")
        }
        Err(_) => String::new(),
    }
}

/// Headers a byte at a time, on ten connections.
fn slow_header(address: SocketAddr) {
    let mut streams: Vec<_> = (0..10).map(|_| connect(address)).collect();
    for byte in b"GET / HTTP/1.1\r\nhost: so" {
        for stream in &mut streams {
            // Closed ones refuse, as they should.
            let _ = stream.write_all(&[*byte]);
        }
        std::thread::sleep(Duration::from_millis(40));
    }
    for stream in &mut streams {
        assert!(["", "408"].contains(&status(stream).as_str()));
    }
}

fn reset_amid_body(address: SocketAddr) {
    let mut stream = connect(address);
    let request = "POST /post HTTP/1.1\r\nhost: soak\r\ncontent-length: 9000\r\n\r\npart of it";
    stream.write_all(request.as_bytes()).expect("written");
    socket2::SockRef::from(&stream)
        .set_linger(Some(Duration::ZERO))
        .expect("set");
    std::thread::sleep(Duration::from_millis(5));
}

fn too_much_header(address: SocketAddr) {
    let mut stream = connect(address);
    let request = format!(
        "GET / HTTP/1.1\r\nhost: soak\r\nx: {}\r\n\r\n",
        "y".repeat(9 << 10)
    );
    // It may be refused before it is sent whole.
    let _ = stream.write_all(request.as_bytes());
    assert!(["", "431"].contains(&status(&mut stream).as_str()));
    std::thread::sleep(Duration::from_millis(5));
}

fn no_http(address: SocketAddr) {
    for garbage in [
        "\0\x01\x02\r\n\r\n",
        "GET\r\n\r\n",
        "GET / HTTP/1.1\r\n: x\r\n\r\n",
    ] {
        let mut stream = connect(address);
        let _ = stream.write_all(garbage.as_bytes());
        assert!(["", "400"].contains(&status(&mut stream).as_str()));
    }
    std::thread::sleep(Duration::from_millis(5));
}

/// Asks for a mebibyte, reads a little of it and goes.
fn slow_reader(address: SocketAddr) {
    let mut stream = connect(address);
    let request = "GET /long HTTP/1.1\r\nhost: soak\r\nx-exchange: 2\r\n\r\n";
    stream.write_all(request.as_bytes()).expect("written");
    assert_eq!(status(&mut stream), "200");
    let mut buffer = [0; 4096];
    for _ in 0..20 {
        assert!(stream.read(&mut buffer).expect("read") > 0);
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// Traps, and now and then an endless loop.
fn failing_filter(address: SocketAddr) {
    for (round, pause) in [50; 10].into_iter().enumerate() {
        let cause = if round == 0 { "x-loop" } else { "x-trap" };
        let mut stream = connect(address);
        let request = format!("GET /short HTTP/1.1\r\nhost: soak\r\n{cause}: 1\r\n\r\n");
        stream.write_all(request.as_bytes()).expect("written");
        assert_eq!(status(&mut stream), "503", "{cause}");
        std::thread::sleep(Duration::from_millis(pause));
    }
}

/// curl and h2load get good answers, too.
pub(crate) fn other_tools(address: SocketAddr) {
    let url = format!("http://{address}/short");
    for protocol in ["--http1.1", "--http2-prior-knowledge"] {
        let tag = ["-H", "host: soak", "-H", "x-exchange: 0"];
        let output = Command::new("curl")
            .args(["-si", protocol, &url])
            .args(tag)
            .output();
        let Ok(output) = output else {
            println!("skipped: curl: apt-get install curl");
            break;
        };
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(
            text.contains(" 200") && text.contains("x-mark: 1"),
            "{protocol}: {text}"
        );
        assert!(text.ends_with(&"x".repeat(20)), "{protocol}: {text}");
    }
    let arguments = [
        "-n",
        "300",
        "-c",
        "3",
        "-m",
        "5",
        "-H",
        "x-exchange: 0",
        &url,
    ];
    match Command::new("h2load").args(arguments).output() {
        Err(_) => println!("skipped: h2load: scripts/peers/load-tools h2load"),
        Ok(output) => {
            let text = String::from_utf8_lossy(&output.stdout).into_owned();
            assert!(text.contains("300 succeeded, 0 failed"), "{text}");
            assert!(text.contains("300 2xx"), "{text}");
        }
    }
}
