//! The beginning of a stream.

use std::cell::RefCell;
use std::rc::Rc;

use host_core::FieldUse;
use host_core::Isolation;
use host_core::http::HeaderMap as Fields;
use http::Version;

use super::link::{Link, Progress};
use super::piece::Sink;
use super::{Chain, ChainRef};
use crate::http::HttpService;
use crate::net::Connection;
use crate::plugins::{Entry, StreamInfo};
use crate::worker::Worker;

/// VMs that a stream tries before it counts as failed.
const ATTEMPTS: usize = 16;

/// Room that one stream leaves to the next.
#[derive(Debug, Default)]
pub(crate) struct Parts {
    pub(super) links: Vec<Link>,
    /// Fields on their way from one filter to the next.
    pub(super) carry: Fields,
    /// Fields that left the last filter, of both sides.
    pub(super) headers: [Fields; 2],
    /// What leaves the last filter; empty between streams.
    pub(super) sinks: [Sink; 2],
}

impl Chain {
    /// A stream through the filters of `service`.
    pub(crate) fn open(
        worker: &Rc<Worker>,
        service: &HttpService,
        connection: &Connection,
        version: Version,
    ) -> ChainRef {
        let mut parts = worker.spare.borrow_mut().pop().unwrap_or_default();
        let sinks = std::mem::take(&mut parts.sinks);
        let plugins = || service.filters.iter().map(|seat| &seat.shared);
        let field_use = plugins().map(|plugin| plugin.field_use).max();
        let field_use = field_use.unwrap_or(FieldUse::Appends);
        let alone = plugins().all(|plugin| !plugin.has_events && !plugin.edits_requests());
        let asked = !alone || field_use == FieldUse::Whole;
        let chain = Rc::new(RefCell::new(Self {
            worker: worker.clone(),
            info: asked.then(|| StreamInfo::new(connection.facts.clone(), Some(version))),
            alone,
            parts,
            sinks,
            field_use,
            unseen: [0; 2],
            changed: [false; 2],
            holding: 0,
            over: None,
            answer: None,
            answered: false,
            finished: false,
            direct: None,
            limit: service.limits.buffered_body,
            handler: None,
            senders: [None, None],
        }));
        for seat in &service.filters {
            chain.borrow_mut().parts.links.push(Link {
                seat: seat.clone(),
                binding: None,
                id: 0,
                progress: [Progress::default(); 2],
                orphan: None,
            });
        }
        for index in 0..service.filters.len() {
            if !chain.borrow_mut().enter_stream(index) {
                chain.borrow_mut().failed(index);
            }
            if service.filters[index].shared.pool.isolation() == Isolation::Request
                && let Some(vm) = chain.borrow().vm(index)
            {
                worker.fresh.borrow_mut().insert(vm, Rc::downgrade(&chain));
            }
        }
        chain
    }

    /// Number of the VM that a link's stream lives in.
    pub(super) fn vm(&self, index: usize) -> Option<u64> {
        self.parts.links[index]
            .binding
            .as_ref()
            .map(|binding| binding.vm())
    }

    /// Binds a link to a VM and makes its context there; false when that fails.
    pub(super) fn enter_stream(&mut self, index: usize) -> bool {
        let link = &mut self.parts.links[index];
        // Between the choice of a VM and the entry another thread's stream may end it.
        for _ in 0..ATTEMPTS {
            let Some(mut binding) = link.seat.bind() else {
                return false;
            };
            let spare = self.worker.streams.borrow_mut().pop();
            let mut stream = spare.unwrap_or_default();
            stream.embedder = self.info.clone().map(|info| info as _);
            match link.seat.create(&mut binding, stream) {
                Ok(id) => {
                    link.id = id;
                    link.binding = Some(binding);
                    return true;
                }
                Err(Entry::Gone) => {}
                Err(Entry::Trapped) => return false,
            }
        }
        false
    }
}
