//! Guests that trap in each of the callbacks.

use host_core::abi::{Callback, PeerType};
use host_core::http::HeaderMap;
use host_core::services::{CalloutEvent, HttpReply};
use host_core::{StartError, Trap, TrapKind};

use crate::Subject;
use crate::expect::{ensure, equal, trapped};
use crate::item::{Check, Checked, Fault, Item, Needs};
use crate::stage::{Setup, Stage};
use crate::subject::Limits;

/// An item for each callback.
pub(super) fn items() -> Vec<Item> {
    let item = |callback: &Callback| {
        let name = callback.export();
        let bare = name.strip_prefix("proxy_on_").unwrap_or(name);
        Item::each(
            Needs::Sandbox,
            format!("traps/{}", bare.replace('_', "-")),
            format!("a trap in {name} ends its VM and nothing else"),
            Check::Callback(in_callback, *callback),
        )
    };
    Callback::ALL.iter().map(item).collect()
}

/// The number under which the proxy calls the guest's foreign function.
const FUNCTION: u32 = 1;

/// A script that traps in `callback` and starts what leads to it.
fn script(callback: Callback) -> String {
    let name = callback
        .export()
        .strip_prefix("proxy_on_")
        .unwrap_or_default();
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
        C::ContextCreate => stage
            .vm
            .create_stream(root, Box::default())
            .map(drop)
            .map_err(|(trap, _)| trap),
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
                C::GrpcReceiveInitialMetadata => {
                    CalloutEvent::GrpcInitialMetadata(HeaderMap::new())
                }
                C::GrpcReceive => CalloutEvent::GrpcMessage(b"message".to_vec()),
                C::GrpcReceiveTrailingMetadata => {
                    CalloutEvent::GrpcTrailingMetadata(HeaderMap::new())
                }
                _ => CalloutEvent::GrpcClose {
                    status: 0,
                    message: Vec::new(),
                },
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
        trapped(
            callback.export(),
            bring(&mut stage, callback)?,
            &[TrapKind::Unreachable],
        )?;
        ensure!(
            stage.vm.ended().is_some(),
            "the VM does not know that it has ended"
        );
        trapped(
            "the next callback",
            stage.vm.on_tick(stage.root),
            &[TrapKind::Dead],
        )?;
        bystander.alive()?;
    }
    // The module is still good.
    Setup::new("")
        .services(&setup.services)
        .start_guest(&puppet)?
        .alive()
}
