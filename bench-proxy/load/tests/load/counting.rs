//! How many, and where to.

use std::time::Duration;

use load::{Arrivals, Demand, LoadError, Mix, Plan, Stop, Target, UpstreamPlan};

use crate::support::{answering, plan, run, upstream};

#[test]
fn an_open_loop_sends_its_rate_and_a_limit_ends_it() {
    let upstream = upstream(UpstreamPlan::default());
    for (connections, threads) in [(1, 1), (8, 2)] {
        let plan = Plan {
            demand: Demand::constant(1_000.0),
            duration: Duration::from_millis(500),
            connections,
            threads,
            timeout: Duration::from_secs(5),
            ..plan(upstream.address())
        };
        let outcome = run(&plan);
        assert_eq!(outcome.counts.offered, 500);
        assert_eq!(outcome.counts.good, 500, "{:?}", outcome.counts);
        let corrected = outcome.corrected.expect("an open loop");
        assert_eq!(corrected.count, 500);
        assert_eq!(outcome.lag.expect("an open loop").count, 500);
        assert!(corrected.max_us >= outcome.uncorrected.max_us);

        let outcome = run(&Plan {
            requests: Some(123),
            ..plan
        });
        assert_eq!(outcome.counts.offered, 123);
        assert!(!outcome.interrupted);
    }
    assert_eq!(upstream.counts().requests, 2 * 500 + 2 * 123);
}

#[test]
fn the_warm_up_is_sent_and_not_counted() {
    let upstream = upstream(UpstreamPlan::default());
    let outcome = run(&Plan {
        demand: Demand::constant(500.0),
        warm_up: Duration::from_millis(400),
        duration: Duration::from_millis(200),
        timeout: Duration::from_secs(5),
        ..plan(upstream.address())
    });
    assert_eq!(outcome.counts.offered, 100);
    assert_eq!(upstream.counts().requests, 300);
}

#[test]
fn poisson_arrivals_come_at_the_rate_on_average() {
    let upstream = upstream(UpstreamPlan::default());
    let plan = Plan {
        demand: Demand::Open {
            rate: 4_000.0,
            arrivals: Arrivals::Poisson,
        },
        duration: Duration::from_secs(1),
        timeout: Duration::from_secs(5),
        connections: 32,
        ..plan(upstream.address())
    };
    let outcome = run(&plan);
    // 4,000 with a standard deviation of 63; the seed is the same each time.
    assert!(
        (3_700..4_300).contains(&outcome.counts.offered),
        "{:?}",
        outcome.counts
    );
    assert_eq!(outcome.counts.good, outcome.counts.offered);
}

#[test]
fn a_closed_loop_keeps_every_connection_busy() {
    let delay = Duration::from_millis(20);
    let upstream = upstream(UpstreamPlan {
        delay,
        ..UpstreamPlan::default()
    });
    let outcome = run(&Plan {
        demand: Demand::Closed,
        connections: 10,
        threads: 2,
        duration: Duration::from_secs(1),
        timeout: Duration::from_secs(5),
        ..plan(upstream.address())
    });
    // At most one request of each connection every 20 ms; a busy machine gives fewer.
    assert!(
        (100..=500).contains(&outcome.counts.good),
        "{:?}",
        outcome.counts
    );
    assert!(outcome.corrected.is_none() && outcome.lag.is_none());
    // A histogram of three digits gives the lower end of its bucket.
    assert!(
        outcome.uncorrected.min_us >= 19_900.0,
        "{:?}",
        outcome.uncorrected
    );
}

#[test]
fn only_this_machine_gets_load_and_a_server_must_be_there() {
    assert!(matches!(
        Target::parse("http://192.0.2.1/"),
        Err(LoadError::NotLoopback(_))
    ));
    let free = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = free.local_addr().expect("an address");
    drop(free);
    for threads in [1, 3] {
        let plan = Plan {
            threads,
            ..plan(address)
        };
        let error = load::run(&plan, &Mix::get(&plan.target), &Stop::default());
        assert!(matches!(error, Err(LoadError::Connect { .. })), "{error:?}");
    }
}

#[test]
fn plans_out_of_range_are_refused() {
    let good = plan(([127, 0, 0, 1], 1).into());
    for bad in [
        Plan {
            demand: Demand::constant(0.0),
            ..good.clone()
        },
        Plan {
            demand: Demand::constant(f64::NAN),
            ..good.clone()
        },
        Plan {
            threads: 0,
            ..good.clone()
        },
        Plan {
            threads: 8,
            connections: 4,
            ..good.clone()
        },
        Plan {
            duration: Duration::ZERO,
            ..good.clone()
        },
        Plan {
            requests: Some(0),
            ..good.clone()
        },
        Plan {
            streams: 0,
            ..good.clone()
        },
        Plan {
            timeout: Duration::ZERO,
            ..good.clone()
        },
    ] {
        let error = load::run(&bad, &Mix::get(&bad.target), &Stop::default());
        assert!(matches!(error, Err(LoadError::Number { .. })), "{error:?}");
    }
    let pinned = Plan {
        pins: vec![100_000],
        ..good
    };
    let error = load::run(&pinned, &Mix::get(&pinned.target), &Stop::default());
    assert!(matches!(error, Err(LoadError::Pin { .. })), "{error:?}");
}

#[test]
fn a_run_that_is_stopped_keeps_what_it_measured_and_is_not_valid() {
    let upstream = upstream(UpstreamPlan::default());
    let plan = Plan {
        duration: Duration::from_secs(60),
        ..plan(upstream.address())
    };
    let stop = Stop::default();
    let later = stop.clone();
    std::thread::spawn(move || {
        std::thread::sleep(Duration::from_millis(300));
        later.now();
    });
    let outcome = load::run(&plan, &Mix::get(&plan.target), &stop).expect("a run");
    assert!(outcome.interrupted && !outcome.valid);
    assert!(outcome.counts.good > 0 && outcome.seconds < 50.0);
}

#[test]
fn what_a_late_generator_says_is_not_valid() {
    let upstream = upstream(UpstreamPlan::default());
    // More than any machine can send: the schedule cannot be kept.
    let outcome = run(&Plan {
        demand: Demand::constant(5_000_000.0),
        connections: 64,
        duration: Duration::from_millis(200),
        ..plan(upstream.address())
    });
    assert!(!outcome.valid);
    assert!(!outcome.reasons.is_empty());
}

#[test]
fn an_answer_that_errs_is_wrong_and_never_timed() {
    let address = answering(b"HTTP/1.1 500 Oh\r\ncontent-length: 0\r\n\r\n");
    let outcome = run(&plan(address));
    assert_eq!(outcome.counts.good, 0);
    assert!(outcome.counts.wrong > 0);
    assert_eq!(outcome.uncorrected.count, 0);
    assert_eq!(outcome.statuses.get(&500), Some(&outcome.counts.wrong));
    assert!(outcome.wrong_answers[0].difference.contains("500"));
}
