//! What is left of a proxy when its guests trap.

use host_core::{Ending, FailPolicy, Isolation, Outcome, TrapKind};

use crate::Subject;
use crate::expect::{ensure, equal, trapped};
use crate::item::{Checked, Fault, Item};
use crate::proxy::{self, Proxy};

pub(super) const ITEMS: &[Item] = &[
    Item::sandbox(
        "failures/closed",
        "with fail-closed the stream fails and the next one gets a new VM",
        closed,
    ),
    Item::sandbox(
        "failures/open",
        "with fail-open the stream goes on as if there were no filter",
        open,
    ),
    Item::sandbox(
        "failures/in-create",
        "a root-only module that traps on a stream fails that stream only",
        in_create,
    ),
    Item::sandbox(
        "failures/in-the-end",
        "a trap in done, log or delete does not lose the exchange's VM for others",
        in_the_end,
    ),
    Item::sandbox(
        "failures/same-vm",
        "streams of the VM that trapped are told that it is gone",
        same_vm,
    ),
    Item::sandbox(
        "failures/other-threads",
        "a trap on one thread leaves the others alone",
        other_threads,
    ),
    Item::sandbox(
        "failures/again-and-again",
        "a hundred traps leave a proxy that works",
        again_and_again,
    ),
];

fn closed(subject: &Subject) -> Checked {
    for callback in [
        "request_headers",
        "request_body",
        "response_headers",
        "response_body",
    ] {
        let script = format!("on {callback}\ntrap");
        let mut proxy = Proxy::with(subject, &script, FailPolicy::Closed, Isolation::Thread)?;
        let mut exchange = proxy::exchange();
        exchange.request.body = b"body".to_vec();
        exchange.response.body = b"body".to_vec();
        for round in 1..=3 {
            match proxy.driver.run(&exchange) {
                Ending::Failed(_) => {}
                ending => {
                    return Err(Fault::Failed(format!(
                        "a trap in {callback} ended as {ending:?}"
                    )));
                }
            }
            equal(
                "VMs rebuilt before this exchange",
                proxy.pool.rebuilt(),
                round - 1,
            )?;
        }
    }
    Ok(())
}

fn open(subject: &Subject) -> Checked {
    for callback in [
        "request_headers",
        "request_body",
        "response_headers",
        "response_body",
    ] {
        let script = format!("on {callback}\nadd_header_map_value 0 \"half-done\" \"1\"\ntrap");
        let mut proxy = Proxy::with(subject, &script, FailPolicy::Open, Isolation::Thread)?;
        let mut exchange = proxy::exchange();
        exchange.request.body = b"request".to_vec();
        exchange.response.body = b"response".to_vec();
        let ending = proxy.driver.run(&exchange);
        let Outcome::Forwarded { request, response } =
            Outcome::of(&proxy.driver, &exchange, &ending)
        else {
            return Err(Fault::Failed(format!(
                "a trap in {callback} ended as {ending:?}"
            )));
        };
        equal("request body", request.body, b"request")?;
        equal("response body", response.body, b"response")?;
        let half_done = request.headers.iter().any(|(name, _)| name == "half-done");
        ensure!(
            !half_done,
            "half of what the filter did in {callback} was forwarded"
        );
    }
    Ok(())
}

fn in_create(subject: &Subject) -> Checked {
    let mut proxy = Proxy::with(
        subject,
        "on context_create\ntrap",
        FailPolicy::Open,
        Isolation::Thread,
    )?;
    for _ in 0..3 {
        equal(
            "ending",
            proxy.driver.run(&proxy::exchange()),
            Ending::Forwarded,
        )?;
    }
    equal("VMs rebuilt", proxy.pool.rebuilt(), 2)
}

fn in_the_end(subject: &Subject) -> Checked {
    for callback in ["done", "log", "delete"] {
        let script = format!("on {callback}#2\ntrap");
        let mut proxy = Proxy::with(subject, &script, FailPolicy::Open, Isolation::Thread)?;
        for _ in 0..4 {
            equal(
                "ending",
                proxy.driver.run(&proxy::exchange()),
                Ending::Forwarded,
            )?;
        }
        equal("VMs rebuilt", proxy.pool.rebuilt(), 1)?;
    }
    Ok(())
}

fn same_vm(subject: &Subject) -> Checked {
    for isolation in [Isolation::Thread, Isolation::Shared, Isolation::Pool(1)] {
        let proxy = Proxy::with(
            subject,
            "on request_headers\ntrap",
            FailPolicy::Closed,
            isolation,
        )?;
        let mut seat = proxy.pool.seat()?;
        let mut first = seat.bind()?;
        let mut second = seat.bind()?;
        let create = |vm: &mut host_core::Vm, root| {
            vm.create_stream(root, Box::default())
                .map_err(|(trap, _)| trap)
        };
        let first_id = seat.with(&mut first, create)??;
        let second_id = seat.with(&mut second, create)??;
        let trap = seat.with(&mut first, |vm, _| vm.on_request_headers(first_id, true))?;
        trapped("the first stream", trap, &[TrapKind::Unreachable])?;
        // Before the VM is rebuilt the second stream meets the trap, afterwards nothing.
        let dead = seat.with(&mut second, |vm, _| vm.on_response_headers(second_id, true));
        if let Ok(result) = dead {
            trapped("the second stream", result, &[TrapKind::Dead])?;
        }
        let mut third = seat.bind()?;
        let gone = seat.with(&mut second, |vm, _| vm.on_response_headers(second_id, true));
        ensure!(
            gone.is_err(),
            "under {isolation} a stream reached a VM that is not its own"
        );
        let third_id = seat.with(&mut third, create)??;
        let answer = seat.with(&mut third, |vm, _| vm.on_response_headers(third_id, true))?;
        ensure!(
            answer.is_ok(),
            "under {isolation} the rebuilt VM does not work: {answer:?}"
        );
    }
    Ok(())
}

fn other_threads(subject: &Subject) -> Checked {
    let proxy = Proxy::with(
        subject,
        "on tick\ntrap",
        FailPolicy::Closed,
        Isolation::Thread,
    )?;
    let pool = &proxy.pool;
    let services = &proxy.services;
    let work = |traps: bool| -> Checked {
        let mut driver = host_core::Driver::new(pool.seat()?, services.clone());
        for round in 0..20 {
            equal("ending", driver.run(&proxy::exchange()), Ending::Forwarded)?;
            if traps
                && round % 3 == 0
                && let Some(own) = driver.seat().own()
            {
                trapped(
                    "the tick",
                    own.vm.on_tick(own.root),
                    &[TrapKind::Unreachable],
                )?;
            }
        }
        Ok(())
    };
    std::thread::scope(|scope| {
        let threads: Vec<_> = [true, false, true, false]
            .map(|traps| scope.spawn(move || work(traps)))
            .into();
        threads.into_iter().try_for_each(|thread| {
            thread
                .join()
                .unwrap_or_else(|_| Err("a thread panicked".into()))
        })
    })
}

fn again_and_again(subject: &Subject) -> Checked {
    let mut proxy = Proxy::with(
        subject,
        "on request_headers\ntrap",
        FailPolicy::Open,
        Isolation::Shared,
    )?;
    for _ in 0..100 {
        equal(
            "ending",
            proxy.driver.run(&proxy::exchange()),
            Ending::Forwarded,
        )?;
    }
    equal("VMs rebuilt", proxy.pool.rebuilt(), 99)
}
