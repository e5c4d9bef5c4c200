//! Who shares a VM.

use host_core::{Driver, Ending, FailPolicy, Isolation};

use crate::Subject;
use crate::expect::{ensure, equal};
use crate::item::{Checked, Item};
use crate::proxy::{self, Proxy};

pub(super) const ITEMS: &[Item] = &[
    Item::any(
        "isolation/every-kind",
        "exchanges pass under every isolation, with as many VMs as it says",
        every_kind,
    ),
    Item::any(
        "isolation/request",
        "each stream finds a fresh VM under request isolation",
        request,
    ),
    Item::any(
        "isolation/threads",
        "threads with VMs of their own do not meet",
        threads,
    ),
    Item::sandbox(
        "isolation/moving-vms",
        "a shared VM serves several threads, one at a time",
        moving_vms,
    ),
];

fn every_kind(subject: &Subject) -> Checked {
    for (isolation, vms) in [
        (Isolation::Shared, 1),
        (Isolation::Thread, 1),
        (Isolation::Pool(3), 3),
        (Isolation::Request, 5),
    ] {
        let script = "on request_headers\nadd_header_map_value 0 \"x\" \"1\"";
        let mut proxy = Proxy::with(subject, script, FailPolicy::Closed, isolation)?;
        for _ in 0..5 {
            equal(
                "ending",
                proxy.driver.run(&proxy::exchange()),
                Ending::Forwarded,
            )?;
            let value = proxy
                .driver
                .stream()
                .request
                .headers
                .get(b"x")
                .map(<[u8]>::to_vec);
            equal("x", value, Some(b"1".to_vec()))?;
        }
        equal("VMs started", proxy.pool.started(), vms)?;
    }
    Ok(())
}

fn request(subject: &Subject) -> Checked {
    let script = "on request_headers#2\nadd_header_map_value 0 \"second\" \"1\"";
    for (isolation, second) in [(Isolation::Request, false), (Isolation::Shared, true)] {
        let mut proxy = Proxy::with(subject, script, FailPolicy::Closed, isolation)?;
        for _ in 0..2 {
            equal(
                "ending",
                proxy.driver.run(&proxy::exchange()),
                Ending::Forwarded,
            )?;
        }
        let seen = proxy
            .driver
            .stream()
            .request
            .headers
            .get(b"second")
            .is_some();
        ensure!(
            seen == second,
            "under {isolation} the second stream remembers the first: {seen}"
        );
    }
    Ok(())
}

fn threads(subject: &Subject) -> Checked {
    run_threads(subject, Isolation::Thread)
}

fn moving_vms(subject: &Subject) -> Checked {
    run_threads(subject, Isolation::Shared)?;
    run_threads(subject, Isolation::Pool(2))
}

fn run_threads(subject: &Subject, isolation: Isolation) -> Checked {
    let script = "on request_headers\nget_header_map_value 0 \":path\" data\nadd_header_map_value 0 \"x\" \"1\"";
    let proxy = Proxy::with(subject, script, FailPolicy::Closed, isolation)?;
    let (pool, services) = (&proxy.pool, &proxy.services);
    let work = || -> Checked {
        let mut driver = Driver::new(pool.seat()?, services.clone());
        for _ in 0..50 {
            equal("ending", driver.run(&proxy::exchange()), Ending::Forwarded)?;
            equal(
                "fields",
                driver.stream().request.headers.len(),
                proxy::exchange().request.headers.len() + 1,
            )?;
        }
        Ok(())
    };
    std::thread::scope(|scope| {
        let threads: Vec<_> = (0..4).map(|_| scope.spawn(work)).collect();
        threads.into_iter().try_for_each(|thread| {
            thread
                .join()
                .unwrap_or_else(|_| Err("a thread panicked".into()))
        })
    })
}
