//! Servers and plans.

use std::io::{ErrorKind, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::time::Duration;

use load::{Check, Demand, Mix, Outcome, Plan, Stop, Tag, Target, Upstream, UpstreamPlan};

/// A server on a port of its own whose connections `serve` handles, each on a thread; they end
/// with the process.
pub(crate) fn server(serve: impl Fn(TcpStream) + Clone + Send + 'static) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a listener");
    let address = listener.local_addr().expect("an address");
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let Ok(stream) = stream else { return };
            let serve = serve.clone();
            std::thread::spawn(move || serve(stream));
        }
    });
    address
}

/// A server that writes `answer` after each request without a body.
pub(crate) fn answering(answer: &'static [u8]) -> SocketAddr {
    server(move |mut stream| {
        while request(&mut stream) {
            if stream.write_all(answer).is_err() {
                return;
            }
        }
    })
}

/// Reads a request without a body; false at the end.
pub(crate) fn request(stream: &mut TcpStream) -> bool {
    let mut read = Vec::new();
    let mut buffer = [0; 4096];
    while !read.ends_with(b"\r\n\r\n") {
        match stream.read(&mut buffer) {
            Ok(0) => return false,
            Ok(length) => read.extend_from_slice(&buffer[..length]),
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(_) => return false,
        }
    }
    true
}

pub(crate) fn upstream(plan: UpstreamPlan) -> Upstream {
    Upstream::start(&plan).unwrap_or_else(|error| panic!("{error}"))
}

pub(crate) fn plan(address: SocketAddr) -> Plan {
    Plan {
        warm_up: Duration::ZERO,
        duration: Duration::from_millis(400),
        timeout: Duration::from_millis(300),
        connections: 4,
        demand: Demand::constant(200.0),
        ..Plan::new(Target::at(address, "/").expect("a target"))
    }
}

/// Runs a plan of GET /.
pub(crate) fn run(plan: &Plan) -> Outcome {
    run_mix(plan, &Mix::get(&plan.target))
}

pub(crate) fn run_mix(plan: &Plan, mix: &Mix) -> Outcome {
    let outcome = load::run(plan, mix, &Stop::default()).unwrap_or_else(|error| panic!("{error}"));
    let counts = &outcome.counts;
    let known =
        counts.good + counts.wrong + counts.errors.total() + counts.dropped + counts.unfinished;
    assert_eq!(
        counts.offered, known,
        "every request is accounted for: {counts:?}"
    );
    outcome
}

/// The traffic of a workload as it comes through without a filter.
pub(crate) fn recorded(workload: &str, tag: Tag) -> (Vec<workloads::Exchange>, Mix) {
    let exchanges = workloads::find(workload).expect("a workload").exchanges;
    let mix = Mix::of(&exchanges, Check::Recorded, tag).expect("a mix");
    (exchanges, mix)
}
