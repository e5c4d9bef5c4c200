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
        "eight threads with VMs of their own, or a fresh one for each stream, do not meet",
        threads,
    ),
    Item::sandbox(
        "isolation/moving-vms",
        "shared VMs serve eight threads, one at a time",
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

/// Threads at once, and transactions of each.
const THREADS: usize = 8;
const TRANSACTIONS: usize = 200;
/// Transactions of each thread where every one starts a VM.
const FRESH_VMS: usize = 25;

fn threads(subject: &Subject) -> Checked {
    run_threads(subject, Isolation::Thread, TRANSACTIONS)?;
    run_threads(subject, Isolation::Request, FRESH_VMS)
}

fn moving_vms(subject: &Subject) -> Checked {
    run_threads(subject, Isolation::Shared, TRANSACTIONS)?;
    run_threads(subject, Isolation::Pool(3), TRANSACTIONS)
}

/// Lets threads run transactions side by side, each with a header of its own that must come
/// back with what the guest made of the stream and nothing of any other's.
fn run_threads(subject: &Subject, isolation: Isolation, transactions: usize) -> Checked {
    let script = "on request_headers\nget_header_map_value 0 \"x-own\" data\nadd_header_map_value 0 \"x\" \"1\"";
    let proxy = Proxy::with(subject, script, FailPolicy::Closed, isolation)?;
    let (pool, services) = (&proxy.pool, &proxy.services);
    let work = |thread: usize| -> Checked {
        let mut driver = Driver::new(pool.seat()?, services.clone());
        for number in 0..transactions {
            let mut exchange = proxy::exchange();
            let own = format!("{thread}/{number}").into_bytes();
            let added = exchange.request.headers.add(b"x-own", &own);
            equal("the map's answer", added, Ok(()))?;
            equal("ending", driver.run(&exchange), Ending::Forwarded)?;
            let headers = &driver.stream().request.headers;
            equal("fields", headers.len(), exchange.request.headers.len() + 1)?;
            equal("own header", headers.get(b"x-own"), Some(&*own))?;
            equal("added header", headers.get(b"x"), Some(&b"1"[..]))?;
        }
        Ok(())
    };
    std::thread::scope(|scope| {
        let threads: Vec<_> = (0..THREADS)
            .map(|thread| scope.spawn(move || work(thread)))
            .collect();
        threads.into_iter().try_for_each(|thread| {
            thread
                .join()
                .unwrap_or_else(|_| Err("a thread panicked".into()))
        })
    })
}
