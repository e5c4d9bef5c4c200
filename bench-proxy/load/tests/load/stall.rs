//! A server that stops for a second: who is charged for it?

use std::io::Write as _;
use std::sync::{Arc, RwLock};
use std::time::Duration;

use load::{Demand, Plan, Protocol};

use crate::support::{plan, request, run, server};

#[test]
fn a_stall_of_one_second_in_six_is_in_the_corrected_latency_and_not_in_the_other() {
    // Every answer needs the gate, which is shut for one second.
    let gate = Arc::new(RwLock::new(()));
    let shut = gate.clone();
    let address = server(move |mut stream| {
        while request(&mut stream) {
            drop(gate.read());
            let answer = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";
            if stream.write_all(answer).is_err() {
                return;
            }
        }
    });
    let stall = std::thread::spawn(move || {
        std::thread::sleep(Duration::from_millis(2_500));
        let _shut = shut.write();
        std::thread::sleep(Duration::from_secs(1));
    });
    let outcome = run(&Plan {
        protocol: Protocol::Http1,
        demand: Demand::constant(1_000.0),
        connections: 16,
        duration: Duration::from_secs(6),
        timeout: Duration::from_secs(5),
        ..plan(address)
    });
    stall.join().expect("ended");
    assert_eq!(outcome.counts.good, 6_000);
    // A sixth of the requests should have been sent during the stall, evenly, and the last of
    // 6,000 by 1 % are those of its first 60 ms.
    let corrected = outcome.corrected.expect("an open loop");
    assert!(
        (900_000.0..1_300_000.0).contains(&corrected.p99_us),
        "{}",
        corrected.p99_us
    );
    assert!((600_000.0..1_000_000.0).contains(&corrected.quantile_us(0.95)));
    // Sixteen were really under way, and all others were sent after it.
    assert!(outcome.uncorrected.quantile_us(0.98) < 500_000.0);
    // They are fewer than 1 %, so that the other figure says nothing of the stall.
    let other = outcome.uncorrected.p99_us;
    assert!(other * 10.0 < corrected.p99_us, "{other}");
    assert!(outcome.uncorrected.max_us > 900_000.0);
}
