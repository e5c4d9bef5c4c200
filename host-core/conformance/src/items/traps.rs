//! Guests that trap, and the streams around them.

use host_core::abi::{Callback, PeerType};
use host_core::http::HeaderMap;
use host_core::services::{CalloutEvent, HttpReply};
use host_core::{Ending, FailPolicy, Isolation, Outcome, StartError, Trap, TrapKind};

use crate::expect::{ensure, equal, trapped};
use crate::item::{Check, Checked, Fault, Item, Needs};
use crate::proxy::{self, Proxy};
use crate::stage::{Setup, Stage};
use crate::subject::Limits;
use crate::Subject;

/// An item for each callback, and what is common to all.
pub(super) fn items() -> Vec<Item> {
    let each = Callback::ALL.iter().map(|callback| {
        let name = callback.export();
        let bare = name.strip_prefix("proxy_on_").unwrap_or(name);
        Item::each(
            Needs::Sandbox,
            format!("traps/{}", bare.replace('_', "-")),
            format!("a trap in {name} ends its VM and nothing else"),
            Check::Callback(in_callback, *callback),
        )
    });
    each.chain(COMMON.iter().cloned()).collect()
}

const COMMON: &[Item] = &[
    Item::sandbox("failures/closed", "with fail-closed the stream fails and the next one gets a new VM", closed),
    Item::sandbox("failures/open", "with fail-open the stream goes on as if there were no filter", open),
    Item::sandbox("failures/in-create", "a root-only module that traps on a stream fails that stream only", in_create),
    Item::sandbox("failures/in-the-end", "a trap in done, log or delete does not lose the exchange's VM for others", in_the_end),
    Item::sandbox("failures/same-vm", "streams of the VM that trapped are told that it is gone", same_vm),
    Item::sandbox("failures/other-threads", "a trap on one thread leaves the others alone", other_threads),
    Item::sandbox("failures/again-and-again", "a hundred traps leave a proxy that works", again_and_again),
];

/// The number under which the proxy calls the guest's foreign function.
const FUNCTION: u32 = 1;

/// A script that traps in `callback` and starts what leads to it.
fn script(callback: Callback) -> String {
    let name = callback.export().strip_prefix("proxy_on_").unwrap_or_default();
    let before = match callback {
        Callback::HttpCallResponse => {
            "on request_headers
             http_call \"auth\" { \":method\" \"GET\" \":path\" \"/\" \":authority\" \"a\" } \"\" { } 1000 out\n"
        }
        Callback::GrpcReceiveInitialMetadata
        | Callback::GrpcReceive
        | Callback::GrpcReceiveTrailingMetadata
        | Callback::GrpcClose => "on request_headers\ngrpc_call \"grpc\" \"s\" \"m\" { } \"\" 1000 out\n",
        _ => "",
    };
    format!("{before}on {name}\ntrap")
}

/// Brings a VM to `callback`.
fn bring(stage: &mut Stage, callback: Callback) -> Checked<Result<(), Trap>> {
    use Callback as C;
    let root = stage.root;
    let event = |event| Ok::<_, Fault>((1, event));
    Ok(match callback {
        C::ContextCreate => stage.vm.create_stream(root, Box::default()).map(drop).map_err(|(trap, _)| trap),
        C::VmStart | C::Configure => Ok(()),
        C::Done | C::Log | C::Delete => {
            let id = stage.get(&[])?;
            stage.vm.finish(id).map(drop)
        }
        C::Tick => stage.vm.on_tick(root),
        C::QueueReady => stage.vm.on_queue_ready(root, 1),
        C::ForeignFunction => stage.vm.on_foreign_function(root, FUNCTION, b"arguments"),
        C::NewConnection => {
            let id = stage.connect()?;
            stage.vm.on_new_connection(id).map(drop)
        }
        C::DownstreamData => {
            let id = stage.connect()?;
            stage.vm.on_downstream_data(id, b"x", false).map(drop)
        }
        C::UpstreamData => {
            let id = stage.connect()?;
            stage.vm.on_upstream_data(id, b"x", false).map(drop)
        }
        C::DownstreamConnectionClose => {
            let id = stage.connect()?;
            stage.vm.on_downstream_close(id, PeerType::Remote)
        }
        C::UpstreamConnectionClose => {
            let id = stage.connect()?;
            stage.vm.on_upstream_close(id, PeerType::Remote)
        }
        C::RequestHeaders => {
            let id = stage.open()?;
            stage.vm.on_request_headers(id, true).map(drop)
        }
        C::RequestBody => {
            let id = stage.request(&[], false)?.0;
            stage.vm.on_request_body(id, b"body", true).map(drop)
        }
        C::RequestTrailers => {
            let id = stage.request(&[], false)?.0;
            stage.vm.on_request_trailers(id).map(drop)
        }
        C::ResponseHeaders => {
            let id = stage.get(&[])?;
            stage.vm.on_response_headers(id, true).map(drop)
        }
        C::ResponseBody => {
            let id = stage.get(&[])?;
            stage.response(id, &[], false)?;
            stage.vm.on_response_body(id, b"body", true).map(drop)
        }
        C::ResponseTrailers => {
            let id = stage.get(&[])?;
            stage.response(id, &[], false)?;
            stage.vm.on_response_trailers(id).map(drop)
        }
        C::HttpCallResponse
        | C::GrpcReceiveInitialMetadata
        | C::GrpcReceive
        | C::GrpcReceiveTrailingMetadata
        | C::GrpcClose => {
            stage.get(&[])?;
            let (call, event) = event(match callback {
                C::HttpCallResponse => CalloutEvent::HttpResponse(Ok(HttpReply::default())),
                C::GrpcReceiveInitialMetadata => CalloutEvent::GrpcInitialMetadata(HeaderMap::new()),
                C::GrpcReceive => CalloutEvent::GrpcMessage(b"message".to_vec()),
                C::GrpcReceiveTrailingMetadata => CalloutEvent::GrpcTrailingMetadata(HeaderMap::new()),
                _ => CalloutEvent::GrpcClose { status: 0, message: Vec::new() },
            })?;
            stage.vm.deliver(call, event).map(drop)
        }
    })
}

fn in_callback(subject: &Subject, callback: Callback) -> Checked {
    let puppet = subject.puppet(Limits::None)?;
    let mut setup = Setup::new(&script(callback));
    if callback == Callback::VmStart {
        setup.vm.configuration = script(callback).into_bytes();
    }
    let started = setup.clone().try_start_guest(&puppet);
    if matches!(callback, Callback::VmStart | Callback::Configure) {
        match started {
            Err(StartError::Trapped { stage, trap }) => {
                equal("stage", stage, callback.export())?;
                equal("kind", trap.kind(), TrapKind::Unreachable)?;
            }
            Err(error) => return Err(error.into()),
            Ok(_) => return Err("the plugin was started".into()),
        }
    } else {
        let mut stage = started?;
        let mut bystander = Stage::new(subject, "")?;
        trapped(callback.export(), bring(&mut stage, callback)?, &[TrapKind::Unreachable])?;
        ensure!(stage.vm.ended().is_some(), "the VM does not know that it has ended");
        trapped("the next callback", stage.vm.on_tick(stage.root), &[TrapKind::Dead])?;
        bystander.alive()?;
    }
    // The module is still good.
    Setup::new("").services(&setup.services).start_guest(&puppet)?.alive()
}

fn closed(subject: &Subject) -> Checked {
    for callback in ["request_headers", "request_body", "response_headers", "response_body"] {
        let script = format!("on {callback}\ntrap");
        let mut proxy = Proxy::with(subject, &script, FailPolicy::Closed, Isolation::Thread)?;
        let mut exchange = proxy::exchange();
        exchange.request.body = b"body".to_vec();
        exchange.response.body = b"body".to_vec();
        for round in 1..=3 {
            match proxy.driver.run(&exchange) {
                Ending::Failed(_) => {}
                ending => return Err(Fault::Failed(format!("a trap in {callback} ended as {ending:?}"))),
            }
            equal("VMs rebuilt before this exchange", proxy.pool.rebuilt(), round - 1)?;
        }
    }
    Ok(())
}

fn open(subject: &Subject) -> Checked {
    for callback in ["request_headers", "request_body", "response_headers", "response_body"] {
        let script = format!("on {callback}\nadd_header_map_value 0 \"half-done\" \"1\"\ntrap");
        let mut proxy = Proxy::with(subject, &script, FailPolicy::Open, Isolation::Thread)?;
        let mut exchange = proxy::exchange();
        exchange.request.body = b"request".to_vec();
        exchange.response.body = b"response".to_vec();
        let ending = proxy.driver.run(&exchange);
        let Outcome::Forwarded { request, response } = Outcome::of(&proxy.driver, &exchange, &ending) else {
            return Err(Fault::Failed(format!("a trap in {callback} ended as {ending:?}")));
        };
        equal("request body", request.body, b"request")?;
        equal("response body", response.body, b"response")?;
        let half_done = request.headers.iter().any(|(name, _)| name == "half-done");
        ensure!(!half_done, "half of what the filter did in {callback} was forwarded");
    }
    Ok(())
}

fn in_create(subject: &Subject) -> Checked {
    let mut proxy = Proxy::with(subject, "on context_create\ntrap", FailPolicy::Open, Isolation::Thread)?;
    for _ in 0..3 {
        equal("ending", proxy.driver.run(&proxy::exchange()), Ending::Forwarded)?;
    }
    equal("VMs rebuilt", proxy.pool.rebuilt(), 2)
}

fn in_the_end(subject: &Subject) -> Checked {
    for callback in ["done", "log", "delete"] {
        let script = format!("on {callback}#2\ntrap");
        let mut proxy = Proxy::with(subject, &script, FailPolicy::Open, Isolation::Thread)?;
        for _ in 0..4 {
            equal("ending", proxy.driver.run(&proxy::exchange()), Ending::Forwarded)?;
        }
        equal("VMs rebuilt", proxy.pool.rebuilt(), 1)?;
    }
    Ok(())
}

fn same_vm(subject: &Subject) -> Checked {
    for isolation in [Isolation::Thread, Isolation::Shared, Isolation::Pool(1)] {
        let proxy = Proxy::with(subject, "on request_headers\ntrap", FailPolicy::Closed, isolation)?;
        let mut seat = proxy.pool.seat()?;
        let mut first = seat.bind()?;
        let mut second = seat.bind()?;
        let create = |vm: &mut host_core::Vm, root| vm.create_stream(root, Box::default()).map_err(|(trap, _)| trap);
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
        ensure!(gone.is_err(), "under {isolation} a stream reached a VM that is not its own");
        let third_id = seat.with(&mut third, create)??;
        let answer = seat.with(&mut third, |vm, _| vm.on_response_headers(third_id, true))?;
        ensure!(answer.is_ok(), "under {isolation} the rebuilt VM does not work: {answer:?}");
    }
    Ok(())
}

fn other_threads(subject: &Subject) -> Checked {
    let proxy = Proxy::with(subject, "on tick\ntrap", FailPolicy::Closed, Isolation::Thread)?;
    let pool = &proxy.pool;
    let services = &proxy.services;
    let work = |traps: bool| -> Checked {
        let mut driver = host_core::Driver::new(pool.seat()?, services.clone());
        for round in 0..20 {
            equal("ending", driver.run(&proxy::exchange()), Ending::Forwarded)?;
            if traps && round % 3 == 0
                && let Some(own) = driver.seat().own()
            {
                trapped("the tick", own.vm.on_tick(own.root), &[TrapKind::Unreachable])?;
            }
        }
        Ok(())
    };
    std::thread::scope(|scope| {
        let threads: Vec<_> = [true, false, true, false].map(|traps| scope.spawn(move || work(traps))).into();
        threads.into_iter().try_for_each(|thread| thread.join().unwrap_or_else(|_| Err("a thread panicked".into())))
    })
}

fn again_and_again(subject: &Subject) -> Checked {
    let mut proxy = Proxy::with(subject, "on request_headers\ntrap", FailPolicy::Open, Isolation::Shared)?;
    for _ in 0..100 {
        equal("ending", proxy.driver.run(&proxy::exchange()), Ending::Forwarded)?;
    }
    equal("VMs rebuilt", proxy.pool.rebuilt(), 99)
}
