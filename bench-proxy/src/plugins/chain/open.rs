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

/// What goes through the filters.
#[derive(Debug, Default)]
pub(super) struct Parts {
    pub(super) links: Vec<Link>,
    /// Fields on their way from one filter to the next.
    pub(super) carry: Fields,
    /// Fields that left the last filter, of both sides.
    pub(super) headers: [Fields; 2],
}

impl Chain {
    /// A stream through the filters of `service`.
    pub(crate) fn open(
        worker: &Rc<Worker>,
        service: &HttpService,
        connection: &Connection,
        version: Version,
    ) -> ChainRef {
        let spare = worker.spare.borrow_mut().pop();
        let chain = spare.unwrap_or_else(|| Self::vacant(worker));
        chain.borrow_mut().occupy(service, connection, version);
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

    /// A chain that no stream goes through.
    fn vacant(worker: &Rc<Worker>) -> ChainRef {
        Rc::new(RefCell::new(Self {
            worker: worker.clone(),
            info: None,
            alone: true,
            parts: Parts::default(),
            sinks: <[Sink; 2]>::default(),
            field_use: FieldUse::Appends,
            unseen: [0; 2],
            changed: [false; 2],
            holding: 0,
            over: None,
            answer: None,
            answered: false,
            finished: false,
            direct: None,
            limit: 0,
            handler: None,
            senders: [None, None],
        }))
    }

    /// Gives a vacant chain to a stream.
    fn occupy(&mut self, service: &HttpService, connection: &Connection, version: Version) {
        self.field_use = service.sight.field_use;
        self.alone = service.sight.alone;
        if !self.alone || self.field_use == FieldUse::Whole {
            self.info = Some(StreamInfo::new(connection.facts.clone(), Some(version)));
        }
        self.limit = service.limits.buffered_body;
        for seat in &service.filters {
            self.parts.links.push(Link {
                seat: seat.clone(),
                binding: None,
                id: 0,
                progress: [Progress::default(); 2],
                orphan: None,
            });
        }
    }

    /// Forgets the stream, which has been finished, and keeps the room.
    pub(super) fn vacate(&mut self) {
        self.parts.carry.clear();
        self.sinks.iter_mut().for_each(Sink::clear);
        self.info = None;
        (self.unseen, self.changed) = ([0; 2], [false; 2]);
        self.holding = 0;
        self.over = None;
        (self.answer, self.direct) = (None, None);
        (self.answered, self.finished) = (false, false);
        self.handler = None;
        self.senders = [None, None];
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
