//! Listeners of bytes and their filters.

use std::io::{Read as _, Write as _};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::time::Duration;

use crate::support::{Guest, Running, start};

const DATA: &str = "(param i32 i32 i32) (result i32)";

/// A server that sends back what it gets, until the client is done.
fn echo() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").expect("bound");
    let address = listener.local_addr().expect("an address");
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.expect("accepted");
            std::thread::spawn(move || {
                let mut reader = stream.try_clone().expect("cloned");
                let _ = std::io::copy(&mut reader, &mut stream);
                let _ = stream.shutdown(Shutdown::Write);
            });
        }
    });
    address
}

fn with(server: SocketAddr, module: Option<&[u8]>, more: &str) -> Running {
    let filter = module.map_or(String::new(), |_| {
        format!("  network_filters:\n  - name: f\n    vm_config: {{ code: {{ local: {{ filename: f.wasm }} }} }}\n{more}")
    });
    let yaml = format!(
        "admin: {{ address: 127.0.0.1:0 }}
listeners:
- name: bytes
  address: 127.0.0.1:0
  cluster: up
{filter}clusters:
- {{ name: up, endpoints: [\"{server}\"] }}
"
    );
    start(
        &yaml,
        &module.map_or(vec![], |module| vec![("f.wasm", module)]),
    )
}

fn connect(address: SocketAddr) -> TcpStream {
    let stream = TcpStream::connect(address).expect("connected");
    stream
        .set_read_timeout(Some(Duration::from_secs(20)))
        .expect("set");
    stream
}

/// Sends `bytes`, closes the sending side, and reads all that comes.
fn exchange(address: SocketAddr, bytes: &[u8]) -> Vec<u8> {
    let mut stream = connect(address);
    stream.write_all(bytes).expect("written");
    stream.shutdown(Shutdown::Write).expect("shut");
    let mut all = Vec::new();
    stream.read_to_end(&mut all).expect("read");
    all
}

#[test]
fn bytes_pass_both_ways_until_both_sides_are_done() {
    let proxy = with(echo(), None, "");
    let bytes: Vec<u8> = (0..1_000_000_u32).map(|number| number as u8).collect();
    assert_eq!(exchange(proxy.address(), &bytes), bytes);
    assert_eq!(proxy.stat("tcp_received_bytes_total"), 1_000_000);
}

#[test]
fn a_filter_changes_bytes_of_both_ways() {
    let mut guest = Guest::new();
    for (callback, buffer, mark) in [("downstream_data", 2, ">"), ("upstream_data", 3, "<")] {
        let mark = guest.text(mark);
        let body = format!(
            "(if (i32.gt_u (local.get 1) (i32.const 0)) (then
                (drop (call $write (i32.const {buffer}) (i32.const 0) (i32.const 0) {mark}))))
             (i32.const 0)"
        );
        guest.on(callback, DATA, &body);
    }
    let proxy = with(echo(), Some(&guest.build()), "");
    assert_eq!(exchange(proxy.address(), b"hello"), b"<>hello");
}

#[test]
fn a_filter_holds_bytes_until_it_has_enough() {
    let mut guest = Guest::new();
    // Lets go when there are ten bytes, or no more will come.
    let body = "(i32.eqz (i32.or (local.get 2) (i32.ge_u (local.get 1) (i32.const 10))))";
    guest.on("downstream_data", DATA, body);
    let proxy = with(echo(), Some(&guest.build()), "");
    let mut stream = connect(proxy.address());
    stream.write_all(b"01234").expect("written");
    std::thread::sleep(Duration::from_millis(50));
    stream.set_nonblocking(true).expect("set");
    let mut buffer = [0; 10];
    assert!(
        stream.read(&mut buffer).is_err(),
        "nothing has come back yet"
    );
    stream.set_nonblocking(false).expect("set");
    stream.write_all(b"56789").expect("written");
    stream.read_exact(&mut buffer).expect("read");
    assert_eq!(&buffer, b"0123456789");
}

#[test]
fn a_connection_that_is_paused_begins_when_a_tick_lets_it() {
    let mut guest = Guest::new();
    guest.on(
        "vm_start",
        "(param i32 i32) (result i32)",
        "(drop (call $ticks (i32.const 30))) (i32.const 1)",
    );
    guest.on(
        "new_connection",
        "(param i32) (result i32)",
        "(global.set $held (local.get 0)) (i32.const 1)",
    );
    guest.on(
        "downstream_data",
        DATA,
        "(if (global.get $held) (then unreachable)) (i32.const 0)",
    );
    guest.on(
        "tick",
        "(param i32)",
        "(if (global.get $held) (then
            (drop (call $effective (global.get $held)))
            (global.set $held (i32.const 0))
            (drop (call $continue (i32.const 2)))))",
    );
    let proxy = with(echo(), Some(&guest.build()), "");
    assert_eq!(exchange(proxy.address(), b"early bytes"), b"early bytes");
}

#[test]
fn a_filter_that_traps_closes_that_connection_and_no_other() {
    let mut guest = Guest::new();
    let body = "(if (i32.eq (local.get 1) (i32.const 4)) (then unreachable)) (i32.const 0)";
    guest.on("downstream_data", DATA, body);
    let module = guest.build();
    let proxy = with(echo(), Some(&module), "");
    let mut other = connect(proxy.address());
    let mut buffer = [0; 5];
    for _ in 0..3 {
        other.write_all(b"hello").expect("written");
        other.read_exact(&mut buffer).expect("read");
        assert_eq!(exchange(proxy.address(), b"trap"), b"");
    }
    other.write_all(b"hello").expect("written");
    other.read_exact(&mut buffer).expect("read");
    let proxy = with(echo(), Some(&module), "    fail_open: true\n");
    assert_eq!(exchange(proxy.address(), b"trap"), b"trap");
}
