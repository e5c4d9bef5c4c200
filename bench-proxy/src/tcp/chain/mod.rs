//! One connection's way through its filters.

mod call;

use std::rc::Rc;
use std::sync::Arc;
use std::task::Context;

use host_core::abi::{Action, PeerType};
use host_core::{Binding, ContextId, Stream, Trap, TrapKind, Vm};

use crate::net::Connection;
use crate::plugins::{PluginSeat, StreamInfo};
use crate::stats::Stats;

/// Where bytes come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Origin {
    Client,
    Server,
}

impl Origin {
    const BOTH: [Self; 2] = [Self::Client, Self::Server];

    fn of(self, stream: &mut Stream) -> &mut host_core::Half {
        match self {
            Self::Client => &mut stream.request,
            Self::Server => &mut stream.response,
        }
    }
}

/// The connection is to be closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Closed;

#[derive(Debug)]
struct Link {
    seat: Rc<PluginSeat>,
    /// `None` once the connection goes on without this filter.
    binding: Option<Binding>,
    id: ContextId,
    /// How many bytes the filter holds of what comes from either side, if it holds that.
    held: [Option<usize>; 2],
    /// Whether the filter has not let the connection begin yet: it sees no bytes until then.
    opening: bool,
    /// Whether the last byte of either side has come.
    ended: [bool; 2],
}

/// One connection's way through its filters.
#[derive(Debug)]
pub(super) struct Chain {
    links: Vec<Link>,
    info: Arc<StreamInfo>,
    stats: Arc<Stats>,
    /// What left the last filter: bytes, and whether nothing follows.
    out: [(Vec<u8>, bool); 2],
}

/// When a filter holds so many bytes, no more are read.
const LIMIT: usize = 1 << 20;

impl Chain {
    /// A connection's contexts.
    pub(super) fn open(
        seats: &[Rc<PluginSeat>],
        connection: &Connection,
        stats: Arc<Stats>,
    ) -> Result<Self, Closed> {
        let info = StreamInfo::new(connection.facts.clone(), None);
        let mut chain = Self {
            links: Vec::with_capacity(seats.len()),
            info: info.clone(),
            stats,
            out: Default::default(),
        };
        for seat in seats {
            let stream = Stream {
                connection: true,
                embedder: Some(info.clone()),
                ..Stream::default()
            };
            let made = seat.open(&stream);
            let (binding, id) = made.map_or((None, 0), |(binding, id)| (Some(binding), id));
            chain.links.push(Link {
                seat: seat.clone(),
                binding,
                id,
                held: [None; 2],
                opening: false,
                ended: [false; 2],
            });
            if chain
                .links
                .last()
                .is_some_and(|link| link.binding.is_none())
            {
                chain.failed(chain.links.len() - 1)?;
            }
        }
        Ok(chain)
    }

    /// Tells the filters of the connection. One that pauses holds what the client sends.
    pub(super) fn begin(&mut self) -> Result<(), Closed> {
        for index in 0..self.links.len() {
            let begun = self.call(index, |vm, id| {
                let action = vm.on_new_connection(id)?;
                let half = &mut stream_of(vm, id)?.request;
                // A guest may continue in the very callback that answers PAUSE.
                half.paused = action == Action::Pause && !std::mem::take(&mut half.continued);
                Ok(half.paused)
            });
            match begun {
                Ok(Some(true)) => {
                    let link = &mut self.links[index];
                    link.opening = true;
                    link.held[Origin::Client as usize] = Some(0);
                }
                Ok(_) => {}
                Err(()) => self.failed(index)?,
            }
        }
        Ok(())
    }

    fn index(&self, from: Origin, position: usize) -> usize {
        match from {
            Origin::Client => position,
            Origin::Server => self.links.len() - 1 - position,
        }
    }

    /// Sends bytes into the first filter of a side.
    pub(super) fn push(&mut self, from: Origin, bytes: &[u8], end: bool) -> Result<(), Closed> {
        self.push_at(from, 0, bytes, end)
    }

    fn push_at(
        &mut self,
        from: Origin,
        position: usize,
        bytes: &[u8],
        end: bool,
    ) -> Result<(), Closed> {
        if position == self.links.len() {
            let (out, ended) = &mut self.out[from as usize];
            out.extend_from_slice(bytes);
            *ended |= end;
            return Ok(());
        }
        let index = self.index(from, position);
        self.links[index].ended[from as usize] |= end;
        let opening = self.links[index].opening && from == Origin::Client;
        let held = self.call(index, |vm, id| {
            if opening {
                let body = &mut stream_of(vm, id)?.request.body;
                body.extend(bytes);
                return Ok((false, Err(body.len())));
            }
            let action = match from {
                Origin::Client => vm.on_downstream_data(id, bytes, end)?,
                Origin::Server => vm.on_upstream_data(id, bytes, end)?,
            };
            let stream = stream_of(vm, id)?;
            let closed = stream.request.closed || stream.response.closed;
            let half = from.of(stream);
            Ok(match action {
                Action::Continue => (closed, Ok(half.body.take())),
                Action::Pause => (closed, Err(half.body.len())),
            })
        });
        match held {
            Ok(None) => self.push_at(from, position + 1, bytes, end),
            Ok(Some((true, _))) => Err(Closed),
            Ok(Some((false, Ok(bytes)))) => {
                self.links[index].held[from as usize] = None;
                self.push_at(from, position + 1, &bytes, end)
            }
            Ok(Some((false, Err(held)))) => {
                self.links[index].held[from as usize] = Some(held);
                Ok(())
            }
            Err(()) => {
                self.failed(index)?;
                self.push_at(from, position + 1, bytes, end)
            }
        }
    }

    /// Sends on what filters have let go meanwhile, and answers whether there was something;
    /// has `context` woken when more may be.
    pub(super) fn advance(&mut self, context: &mut Context<'_>) -> Result<bool, Closed> {
        let mut any = false;
        self.info.knock.listen(context);
        for index in 0..self.links.len() {
            let link = &self.links[index];
            if !link.seat.shared.has_events && link.held == [None; 2] {
                continue;
            }
            let looked = self.call(index, |vm, id| {
                let (client, server) = vm.take_continued(id);
                let stream = stream_of(vm, id)?;
                let closed = stream.request.closed || stream.response.closed;
                let mut take =
                    |from: Origin, continued: bool| continued.then(|| from.of(stream).body.take());
                let let_go = [take(Origin::Client, client), take(Origin::Server, server)];
                Ok((closed, let_go))
            });
            let (closed, let_go) = match looked {
                Ok(Some(looked)) => looked,
                Ok(None) => continue,
                Err(()) => {
                    self.failed(index)?;
                    continue;
                }
            };
            if closed {
                return Err(Closed);
            }
            for (from, bytes) in Origin::BOTH.into_iter().zip(let_go) {
                let Some(bytes) = bytes else {
                    continue;
                };
                let last = self.links.len() - 1;
                let link = &mut self.links[index];
                if link.held[from as usize].take().is_none() {
                    continue;
                }
                any = true;
                let end = link.ended[from as usize];
                let position = match from {
                    Origin::Client => index,
                    Origin::Server => last - index,
                };
                // What waited for the connection to begin has not been seen by this filter.
                let unseen = from == Origin::Client && std::mem::take(&mut link.opening);
                if !unseen {
                    self.push_at(from, position + 1, &bytes, end)?;
                } else if !bytes.is_empty() || end {
                    self.push_at(from, position, &bytes, end)?;
                }
            }
        }
        Ok(any)
    }

    /// Whether some filter holds so much of what comes from a side that no more is to be read.
    pub(super) fn is_full(&self, from: Origin) -> bool {
        let full = |held: Option<usize>| held.is_some_and(|held| held >= LIMIT);
        self.links.iter().any(|link| full(link.held[from as usize]))
    }

    /// Takes what left the last filter: bytes, and whether nothing follows.
    pub(super) fn take(&mut self, from: Origin) -> (Vec<u8>, bool) {
        let (bytes, end) = &mut self.out[from as usize];
        (std::mem::take(bytes), *end)
    }

    /// Tells the filters that a side has closed.
    pub(super) fn closed(&mut self, from: Origin, peer: PeerType) {
        for index in 0..self.links.len() {
            let told = self.call(index, |vm, id| match from {
                Origin::Client => vm.on_downstream_close(id, peer),
                Origin::Server => vm.on_upstream_close(id, peer),
            });
            if told.is_err() {
                // The connection ends in any case.
                let _ = self.failed(index);
            }
        }
    }
}

fn stream_of(vm: &mut Vm, id: ContextId) -> Result<&mut Stream, Trap> {
    vm.stream_mut(id)
        .ok_or_else(|| Trap::new(TrapKind::Other, "the stream is gone"))
}

impl Drop for Chain {
    fn drop(&mut self) {
        for link in &mut self.links {
            let Some(mut binding) = link.binding.take() else {
                continue;
            };
            let (vm, id) = (binding.vm(), link.id);
            let ended = link
                .seat
                .enter(&mut binding, id, |vm| vm.finish(id).map(drop));
            if ended.is_err() {
                drop(link.seat.shared.orphan(vm, id));
            }
        }
    }
}
