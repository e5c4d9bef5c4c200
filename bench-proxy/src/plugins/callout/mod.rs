//! Callouts: requests of plugins to clusters.

mod frame;
mod grpc;
mod http;
mod job;

pub(super) use job::{Job, start};

use std::rc::Rc;

use host_core::services::CalloutEvent;

use crate::worker::Worker;
use job::Kind;

/// Sends a callout and delivers what comes of it.
pub(crate) async fn run(worker: Rc<Worker>, job: Job) {
    worker.stats.callouts.count();
    let Job {
        plugin,
        origin,
        cluster,
        kind,
        cancelled,
    } = job;
    let deliver = {
        let worker = worker.clone();
        move |event: CalloutEvent| {
            worker.event(plugin, origin.vm, |vm| {
                vm.deliver(origin.call, event).map(drop)
            });
        }
    };
    let cluster = worker.clusters[cluster].clone();
    let work = async {
        let fine = match kind {
            Kind::Http(request) => http::run(&cluster, request, &deliver).await,
            Kind::Grpc(request) => grpc::run(&cluster, *request, &deliver).await,
        };
        if !fine {
            worker.stats.callout_failures.count();
        }
    };
    tokio::select! {
        () = work => {}
        // The guest has forgotten it, or its VM has ended.
        _ = cancelled => return,
    }
    worker.hub.calls().remove(&origin);
}
