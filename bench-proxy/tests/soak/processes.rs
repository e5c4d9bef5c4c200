//! This binary again, as a proxy or an upstream.

use std::io::{BufRead as _, BufReader, Read as _};
use std::net::SocketAddr;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::time::Duration;

use load::{Upstream, UpstreamPlan};
use workloads::Exchange;

use crate::support::{Guest, filter, get, start, until, yaml};

const ROLE: &str = "PWBENCH_SOAK_ROLE";
const UPSTREAM: &str = "PWBENCH_SOAK_UPSTREAM";
const HEADERS: &str = "(param i32 i32 i32) (result i32)";
const LIMITS: &str = "  limits: { header_bytes: 8KiB, header_fields: 40, request_body: 64KiB }
  timeouts: { idle: 500ms, request: 500ms, stream_idle: 5s }
";

/// A process that ends with its owner.
pub(crate) struct Process {
    child: Child,
    pub(crate) address: SocketAddr,
    admin: Option<SocketAddr>,
    /// Its end is the child's end.
    _input: ChildStdin,
}

/// The traffic: two exchanges for good clients, whose answers the filter marks, and a long one.
pub(crate) fn exchanges() -> Vec<Exchange> {
    let line = |method: &str, path: &str, body: &str, length: usize| {
        let answer = "x".repeat(length);
        format!(
            r#"{{"request":{{"method":"{method}","authority":"soak","path":"{path}","body":"{body}"}},"response":{{"status":200,"headers":[["content-type","text/plain"]],"body":"{answer}"}},"expect":{{"forwarded":{{"request_headers":[],"response_status":200,"response_headers":[["content-type","text/plain"],["x-mark","1"]],"response_body":"{answer}"}}}}}}"#
        )
    };
    let lines = [
        line("GET", "/short", "", 20),
        line("POST", "/post", "some body", 3_000),
        line("GET", "/long", "", 1 << 20),
    ];
    workloads::parse_json_lines("soak", lines.join("\n").as_bytes()).expect("valid")
}

fn spawn(role: &str, upstream: &str) -> Process {
    let mut child = Command::new(std::env::current_exe().expect("this binary"))
        .args(["--exact", "processes::the_process", "--nocapture"])
        .env(ROLE, role)
        .env(UPSTREAM, upstream)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("started");
    let mut out = BufReader::new(child.stdout.take().expect("piped")).lines();
    let told = out.find_map(|line| {
        let line = line.expect("a line");
        line.split_once("SERVING ").map(|(_, rest)| rest.to_owned())
    });
    let told = told.expect("it serves");
    // The test runner in the child speaks up after a minute, and ends it where nobody listens.
    std::thread::spawn(move || out.for_each(drop));
    let mut addresses = told
        .split(' ')
        .map(|address| address.parse().expect("an address"));
    Process {
        address: addresses.next().expect("an address"),
        admin: addresses.next(),
        _input: child.stdin.take().expect("piped"),
        child,
    }
}

/// An upstream at a port.
pub(crate) fn upstream(port: u16) -> Process {
    spawn("upstream", &port.to_string())
}

/// A proxy with a filter that can be made to fail.
pub(crate) fn proxy(upstream: SocketAddr) -> Process {
    spawn("proxy", &upstream.to_string())
}

/// No test but the process that the others start.
#[test]
fn the_process() {
    let Ok(role) = std::env::var(ROLE) else {
        return;
    };
    let argument = std::env::var(UPSTREAM).expect("an argument");
    let mut end = Vec::new();
    if role == "upstream" {
        let port: u16 = argument.parse().expect("a port");
        let server = Upstream::start(&UpstreamPlan {
            address: ([127, 0, 0, 1], port).into(),
            exchanges: exchanges(),
            ..UpstreamPlan::default()
        });
        let server = server.unwrap_or_else(|error| panic!("{error}"));
        println!("SERVING {}", server.address());
        let _ = std::io::stdin().read_to_end(&mut end);
        return;
    }
    let limits = "    limits: { deadline: 200ms, memory: 16MiB }\n";
    let yaml = yaml(
        argument.parse().expect("an address"),
        &filter("f.wasm", limits),
        LIMITS,
    ) + "  idle_timeout: 1s\n";
    let running = start(&yaml, &[("f.wasm", &fragile())]);
    let admin = running.proxy.admin().expect("an admin port");
    println!("SERVING {} {admin}", running.address());
    let _ = std::io::stdin().read_to_end(&mut end);
}

/// A filter that traps for `x-trap`, never returns for `x-loop`, and marks responses.
fn fragile() -> Vec<u8> {
    let mut guest = Guest::new();
    let (trap, endless) = (guest.has("x-trap"), guest.has("x-loop"));
    let (name, value) = (guest.text("x-mark"), guest.text("1"));
    let body = format!(
        "(if {trap} (then unreachable)) (if {endless} (then (loop $l (br $l)))) (i32.const 0)"
    );
    guest.on("request_headers", HEADERS, &body);
    let body = format!("(drop (call $add (i32.const 2) {name} {value})) (i32.const 0)");
    guest.on("response_headers", HEADERS, &body);
    guest.build()
}

impl Process {
    /// kill -9.
    pub(crate) fn kill(&mut self) {
        self.child.kill().expect("killed");
        self.child.wait().expect("ended");
    }

    fn page(&self, path: &str) -> String {
        get(self.admin.expect("an admin port"), path, &[]).text()
    }

    fn stat(&self, name: &str) -> u64 {
        let page = self.page("/stats");
        let line = page
            .lines()
            .find_map(|line| line.strip_prefix(name)?.strip_prefix(": "));
        line.unwrap_or_else(|| panic!("no {name} in {page}"))
            .parse()
            .expect("a number")
    }

    /// Waits until no stream and no connection is left.
    pub(crate) fn settle(&self) {
        until("the end of all streams", || {
            self.stat("downstream_requests_ended_total") == self.stat("downstream_requests_total")
                && self.stat("downstream_connections_active") == 0
        });
        // Idle connections to the upstream are closed a second later.
        std::thread::sleep(Duration::from_millis(1_500));
    }

    /// VMs that outlive a stream.
    pub(crate) fn vms(&self) -> usize {
        let page: serde_json::Value = serde_json::from_str(&self.page("/vms")).expect("JSON");
        page[0]["vms"].as_array().expect("VMs").len()
    }

    pub(crate) fn descriptors(&self) -> usize {
        let folder = format!("/proc/{}/fd", self.child.id());
        std::fs::read_dir(folder).expect("descriptors").count()
    }

    /// Resident memory.
    pub(crate) fn resident_kib(&self) -> u64 {
        let file = format!("/proc/{}/status", self.child.id());
        let status = std::fs::read_to_string(file).expect("a status");
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let number = line.and_then(|line| line.split_whitespace().next());
        number.expect("a size").parse().expect("a number")
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It may have been killed already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
