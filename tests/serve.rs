//! `pwbench serve` as a person runs it.
#![cfg(unix)]

mod support;

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Child, ChildStderr, Stdio};

use rustix::process::{Pid, Signal, kill_process};
use support::{expect_exit, filter, folder, pwbench, run, stderr, write};

const YAML: &str = "workers: 1
listeners:
- name: web
  address: 127.0.0.1:0
  routes: [{ match: { prefix: / }, direct_response: { status: 200, body: served } }]
  http_filters:
  - { name: f, vm_config: { runtime: wasmi/lazy, code: { local: { filename: f.wasm } } } }
";

/// The next line that begins so, without its beginning.
fn line(stderr: &mut BufReader<ChildStderr>, start: &str) -> String {
    let mut heard = String::new();
    loop {
        let mut line = String::new();
        let read = stderr.read_line(&mut line).expect("read");
        assert!(read > 0, "no `{start}` in\n{heard}");
        heard += &line;
        if let Some(rest) = line.strip_prefix(start) {
            return rest.trim().to_owned();
        }
    }
}

fn terminate(child: &Child) {
    let pid = Pid::from_child(child);
    kill_process(pid, Signal::TERM).expect("signalled");
}

#[test]
fn it_serves_until_sigterm_and_then_drains() {
    let folder = folder();
    write(folder.path(), "f.wasm", filter("i32.const 0"));
    write(folder.path(), "p.yaml", YAML);
    let mut child = pwbench(folder.path())
        .args(["serve", "--config", "p.yaml"])
        .stderr(Stdio::piped())
        .spawn()
        .expect("started");
    let mut stderr = BufReader::new(child.stderr.take().expect("piped"));
    let address = line(&mut stderr, "listening: web on ");
    let mut client = TcpStream::connect(address).expect("connected");
    client
        .write_all(b"GET / HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n")
        .expect("written");
    let mut answer = String::new();
    client.read_to_string(&mut answer).expect("read");
    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
    assert!(answer.ends_with("\r\n\r\nserved"), "{answer}");
    terminate(&child);
    line(&mut stderr, "ended: every request was answered");
    assert!(child.wait().expect("ended").success());
}

#[test]
fn a_wrong_file_is_told_with_its_place_and_exit_code_2() {
    let folder = folder();
    write(folder.path(), "f.wasm", filter("i32.const 0"));
    write(folder.path(), "p.yaml", YAML.replace("prefix", "prefx"));
    let output = run(folder.path(), &["serve", "--config", "p.yaml"]);
    expect_exit(&output, 2);
    let text = stderr(&output);
    assert!(
        text.contains(
            "error: p.yaml:5: listeners[0].routes[0].match.prefx: there is no such field"
        ) && text.contains("help: use one of prefix, path"),
        "{text}"
    );
    expect_exit(&run(folder.path(), &["serve", "--config", "none.yaml"]), 2);
    write(folder.path(), "bad.yaml", YAML);
    write(folder.path(), "f.wasm", "no module");
    let output = run(folder.path(), &["serve", "--config", "bad.yaml"]);
    expect_exit(&output, 2);
    assert!(stderr(&output).contains("f.wasm"), "{}", stderr(&output));
}

#[test]
fn check_reads_the_file_and_ends() {
    let folder = folder();
    write(folder.path(), "f.wasm", filter("i32.const 0"));
    write(folder.path(), "p.yaml", YAML);
    let output = run(folder.path(), &["serve", "--config", "p.yaml", "--check"]);
    expect_exit(&output, 0);
    assert!(
        stderr(&output).contains("p.yaml is fine"),
        "{}",
        stderr(&output)
    );

    // What is left out of an Envoy's file is named before it is called servable.
    let envoy = "node: { id: here }
static_resources:
  listeners:
  - address: { socket_address: { address: 127.0.0.1, port_value: 0 } }
    filter_chains:
    - filters:
      - typed_config:
          \"@type\": a.HttpConnectionManager
          route_config: { virtual_hosts: [] }
";
    write(folder.path(), "e.yaml", envoy);
    let output = run(folder.path(), &["serve", "--config", "e.yaml", "--check"]);
    expect_exit(&output, 0);
    assert_eq!(
        stderr(&output),
        "note: e.yaml: line 1: node: is left out\ne.yaml can be served, but for what the note names\n"
    );
}
