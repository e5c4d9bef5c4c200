//! Our own proxy among its peers: started as they are, and reading Envoy's own file.
#![cfg(target_os = "linux")]

mod support;

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::Stdio;
use std::thread;

use peers::{ADDED, Cores, Filter, Plugin, ProxyKind, Running, Setup, end, find, start};
use support::{folder, pwbench};

const OWN: &str = env!("CARGO_BIN_EXE_pwbench");

fn plugin(folder: &Path, runtime: &str) -> Filter {
    let workload = workloads::find("add-headers").expect("a workload");
    let module = folder.join("plugin.wasm");
    fs::write(&module, &workload.module).expect("written");
    Filter::Wasm(Plugin {
        module,
        root_id: workload.root_id,
        configuration: String::from_utf8(workload.configuration).expect("text"),
        runtime: runtime.to_owned(),
        isolation: "thread".to_owned(),
    })
}

/// Answers every request with a short text until the test ends.
fn upstream() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address");
    thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            thread::spawn(move || {
                let mut reader = BufReader::new(stream.try_clone().expect("a handle"));
                let mut line = String::new();
                while reader.read_line(&mut line).is_ok_and(|read| read > 0) {
                    let end = line == "\r\n";
                    line.clear();
                    let answer =
                        b"HTTP/1.1 200 OK\r\nx-upstream: here\r\ncontent-length: 4\r\n\r\ntext";
                    if end && stream.write_all(answer).is_err() {
                        return;
                    }
                }
            });
        }
    });
    address
}

fn started(kind: ProxyKind, filter: &Filter, upstream: SocketAddr) -> Option<Running> {
    let program = match find(kind, Path::new(OWN)) {
        Ok(program) => program,
        Err(missing) => {
            let _ = writeln!(
                std::io::stdout(),
                "skipped: {}: {}",
                kind.title(),
                missing.remedy
            );
            return None;
        }
    };
    let setup = Setup {
        kind,
        program: &program,
        filter,
        upstream,
        workers: 1,
        cores: Cores::default(),
        http2: false,
    };
    Some(start(&setup).unwrap_or_else(|error| panic!("{kind}: {error}")))
}

/// Status, sorted header without what proxies write by themselves, and body.
fn get(address: SocketAddr) -> (String, Vec<String>, String) {
    let mut stream = TcpStream::connect(address).expect("connected");
    stream
        .write_all(b"GET /a?b HTTP/1.1\r\nhost: a.example\r\nconnection: close\r\n\r\n")
        .expect("written");
    let mut text = String::new();
    stream.read_to_string(&mut text).expect("read");
    let (head, body) = text.split_once("\r\n\r\n").expect("a header");
    let mut lines = head.lines().map(str::to_lowercase);
    let status = lines.next().expect("a status");
    let own = ["date:", "server:", "connection:", "x-envoy-"];
    let mut fields: Vec<String> = lines
        .filter(|line| own.iter().all(|own| !line.starts_with(own)))
        .collect();
    fields.sort();
    (status, fields, body.to_owned())
}

fn has_added(fields: &[String]) -> bool {
    ADDED
        .iter()
        .all(|(name, value)| fields.contains(&format!("{name}: {}", value.to_lowercase())))
}

#[test]
fn our_proxy_starts_as_its_peers_do_on_any_runtime() {
    let (folder, upstream) = (folder(), upstream());
    let bare = started(ProxyKind::Bench, &Filter::None, upstream).expect("it is here");
    let (status, fields, body) = get(bare.address());
    assert_eq!(
        (status.as_str(), body.as_str()),
        ("http/1.1 200 ok", "text")
    );
    assert!(!has_added(&fields), "{fields:?}");
    for runtime in ["wasmtime/cranelift", "wasmtime/winch-aot", "wasmi/lazy"] {
        let filter = plugin(folder.path(), runtime);
        let running = started(ProxyKind::Bench, &filter, upstream).expect("it is here");
        let (_, fields, _) = get(running.address());
        assert!(has_added(&fields), "{runtime}: {fields:?}");
    }
}

#[test]
fn envoy_and_our_proxy_answer_alike_from_the_same_file() {
    let (folder, upstream) = (folder(), upstream());
    let filter = plugin(folder.path(), "");
    let Some(envoy) = started(ProxyKind::Envoy, &filter, upstream) else {
        return;
    };
    let file = envoy.folder().join("envoy.yaml");
    let yaml = fs::read_to_string(&file).expect("the generated file");
    // The same file, but for the ports: both listen at the same time.
    let port = format!("port_value: {} ", envoy.address().port());
    assert!(yaml.contains(&port), "{yaml}");
    let (before, admin) = yaml.split_once("\nadmin:").expect("an admin port");
    assert!(admin.contains("port_value"), "{admin}");
    let ours = before.replace(&port, "port_value: 0 ");
    fs::write(folder.path().join("envoy.yaml"), ours).expect("written");
    let mut child = pwbench(folder.path())
        .args([
            "serve",
            "--config",
            "envoy.yaml",
            "--runtime",
            "wasmtime/cranelift",
        ])
        .stderr(Stdio::piped())
        .spawn()
        .expect("started");
    let mut said = BufReader::new(child.stderr.take().expect("piped")).lines();
    let address = said.by_ref().map_while(Result::ok).find_map(|line| {
        line.strip_prefix("listening: web on ")?
            .parse::<SocketAddr>()
            .ok()
    });
    let address = address.expect("it listens");
    let (ours, theirs) = (get(address), get(envoy.address()));
    end(&mut child);
    assert_eq!(ours, theirs);
    assert!(has_added(&ours.1), "{ours:?}");
}
