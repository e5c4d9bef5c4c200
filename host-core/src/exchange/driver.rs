//! Drives exchanges through a filter as a proxy would.

use std::sync::Arc;

use super::{Exchange, Message};
use crate::abi::{Action, Callback};
use crate::context::{ContextId, Stream};
use crate::isolation::{Binding, Seat};
use crate::plugin::FailPolicy;
use crate::services::InProcess;
use crate::{Trap, Vm, contain};

/// How often a paused stream is given ticks and events before it counts as stuck.
const PATIENCE: usize = 1_000;

/// How a transaction ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ending {
    /// Request and response passed; with [`FailPolicy::Open`] also past a filter that
    /// failed.
    Forwarded,
    /// The filter answered itself.
    LocalResponse,
    /// The filter closed the stream.
    Closed,
    /// The filter paused the stream and nothing was left that could continue it.
    Stuck,
    /// The filter failed, and the stream with it.
    Failed(String),
}

/// Runs transactions one after the other on one thread. In the steady state it allocates
/// nothing of its own.
#[derive(Debug)]
pub struct Driver {
    seat: Seat,
    services: Arc<InProcess>,
    stream: Option<Box<Stream>>,
    edits_requests: bool,
    edits_responses: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Half {
    Request,
    Response,
}

/// Why a transaction does not go on to its next step.
enum Stop {
    Ending(Ending),
    Trap(Trap),
}

impl From<Trap> for Stop {
    fn from(trap: Trap) -> Self {
        Self::Trap(trap)
    }
}

impl Driver {
    /// A driver at `seat`, whose plugin must have been given the same `services`.
    pub fn new(seat: Seat, services: Arc<InProcess>) -> Self {
        let callbacks = seat.pool().plugin().facts.callbacks;
        Self {
            edits_requests: callbacks.contains(Callback::RequestBody),
            edits_responses: callbacks.contains(Callback::ResponseBody),
            seat,
            services,
            stream: Some(Box::default()),
        }
    }

    /// What the last transaction left behind.
    pub fn stream(&self) -> &Stream {
        // The box is back whenever `run` is not running.
        static EMPTY: std::sync::LazyLock<Stream> = std::sync::LazyLock::new(Stream::default);
        self.stream.as_deref().unwrap_or(&EMPTY)
    }

    /// The seat.
    pub fn seat(&mut self) -> &mut Seat {
        &mut self.seat
    }

    pub(super) fn edits_requests(&self) -> bool {
        self.edits_requests
    }

    pub(super) fn edits_responses(&self) -> bool {
        self.edits_responses
    }

    /// Runs one transaction. A panic of the engine ends the VM and fails the transaction.
    pub fn run(&mut self, exchange: &Exchange) -> Ending {
        match contain(|| self.transact(exchange)) {
            Ok(ending) => ending,
            Err(panic) => self.fail(exchange, panic),
        }
    }

    fn transact(&mut self, exchange: &Exchange) -> Ending {
        let mut stream = self.stream.take().unwrap_or_default();
        stream.clear();
        stream.request.headers.copy_from(&exchange.request.headers);
        stream
            .request
            .trailers
            .copy_from(&exchange.request.trailers);
        let mut binding = match self.seat.bind() {
            Ok(binding) => binding,
            Err(error) => {
                self.stream = Some(stream);
                return self.fail(exchange, error.to_string());
            }
        };
        let created = self
            .seat
            .with(&mut binding, |vm, root| vm.create_stream(root, stream));
        let id = match created {
            Ok(Ok(id)) => id,
            Ok(Err((trap, stream))) => {
                self.stream = Some(stream);
                return self.fail(exchange, trap.to_string());
            }
            Err(gone) => return self.fail(exchange, gone.to_string()),
        };
        let services = self.services.clone();
        let (edits_requests, edits_responses) = (self.edits_requests, self.edits_responses);
        let run = self.seat.with(&mut binding, |vm, _| {
            let mut steps = Steps {
                vm,
                services: &services,
                id,
            };
            let ending = match steps.exchange(exchange, edits_requests, edits_responses) {
                Ok(()) => Ending::Forwarded,
                Err(Stop::Ending(ending)) => ending,
                Err(Stop::Trap(trap)) => return Err(trap),
            };
            Ok((ending, steps.finish()?))
        });
        match run {
            Ok(Ok((ending, stream))) => {
                self.stream = Some(stream);
                ending
            }
            Ok(Err(trap)) => {
                self.stream = self.take_stream(&mut binding, id);
                self.fail(exchange, trap.to_string())
            }
            Err(gone) => self.fail(exchange, gone.to_string()),
        }
    }

    fn take_stream(&mut self, binding: &mut Binding, id: ContextId) -> Option<Box<Stream>> {
        self.seat
            .with(binding, |vm, _| vm.take_stream(id))
            .ok()
            .flatten()
    }

    /// Applies the policy to a stream whose filter failed.
    fn fail(&mut self, exchange: &Exchange, reason: String) -> Ending {
        if self.seat.pool().plugin().policy == FailPolicy::Closed {
            return Ending::Failed(reason);
        }
        let stream = self.stream.get_or_insert_default();
        stream.clear();
        for (half, message) in [
            (&mut stream.request, &exchange.request),
            (&mut stream.response, &exchange.response),
        ] {
            half.headers.copy_from(&message.headers);
            half.trailers.copy_from(&message.trailers);
            half.body.extend(&message.body);
        }
        Ending::Forwarded
    }
}

/// The steps of one transaction in its VM.
struct Steps<'a> {
    vm: &'a mut Vm,
    services: &'a InProcess,
    id: ContextId,
}

impl Steps<'_> {
    fn exchange(
        &mut self,
        exchange: &Exchange,
        edits_requests: bool,
        edits_responses: bool,
    ) -> Result<(), Stop> {
        self.message(Half::Request, &exchange.request, edits_requests)?;
        if let Some(stream) = self.vm.stream_mut(self.id) {
            stream
                .response
                .headers
                .copy_from(&exchange.response.headers);
            stream
                .response
                .trailers
                .copy_from(&exchange.response.trailers);
        }
        self.message(Half::Response, &exchange.response, edits_responses)
    }

    fn message(&mut self, half: Half, message: &Message, edits_body: bool) -> Result<(), Stop> {
        let (vm, id) = (&mut *self.vm, self.id);
        let has_body = !message.body.is_empty();
        let has_trailers = !message.trailers.is_empty();
        let end = !has_body && !has_trailers;
        let action = match half {
            Half::Request => vm.on_request_headers(id, end)?,
            Half::Response => vm.on_response_headers(id, end)?,
        };
        // A paused stream still receives its body, which may be what continues it.
        let mut last = action;
        self.stop_if_over()?;
        if has_body && edits_body {
            let (vm, end) = (&mut *self.vm, !has_trailers);
            last = match half {
                Half::Request => vm.on_request_body(id, &message.body, end)?,
                Half::Response => vm.on_response_body(id, &message.body, end)?,
            };
            self.stop_if_over()?;
            self.correct_length(half, message.body.len());
        }
        if has_trailers {
            last = match half {
                Half::Request => self.vm.on_request_trailers(id)?,
                Half::Response => self.vm.on_response_trailers(id)?,
            };
            self.stop_if_over()?;
        }
        if last == Action::Pause {
            self.wait(half)
        } else {
            Ok(())
        }
    }

    /// Lets `content-length` follow a body that the guest made longer or shorter.
    fn correct_length(&mut self, half: Half, before: usize) {
        let Some(stream) = self.vm.stream_mut(self.id) else {
            return;
        };
        let half = match half {
            Half::Request => &mut stream.request,
            Half::Response => &mut stream.response,
        };
        if half.body.len() != before && half.headers.find(b"content-length").is_some() {
            let length = half.body.len().to_string();
            // The name is there already and numbers are short, so the limits hold.
            let _ = half.headers.set(b"content-length", length.as_bytes());
        }
    }

    /// Ends the transaction when the guest has answered or closed it.
    fn stop_if_over(&mut self) -> Result<(), Stop> {
        let Some(stream) = self.vm.stream(self.id) else {
            return Err(Stop::Ending(Ending::Closed));
        };
        if stream.local_response.is_some() {
            Err(Stop::Ending(Ending::LocalResponse))
        } else if stream.request.closed || stream.response.closed {
            Err(Stop::Ending(Ending::Closed))
        } else {
            Ok(())
        }
    }

    /// Gives the VM events and ticks until it continues the half.
    fn wait(&mut self, half: Half) -> Result<(), Stop> {
        for _ in 0..PATIENCE {
            self.stop_if_over()?;
            let (request, response) = self.vm.take_continued(self.id);
            if (half == Half::Request && request) || (half == Half::Response && response) {
                return Ok(());
            }
            if !self.pump()? {
                break;
            }
        }
        Err(Stop::Ending(Ending::Stuck))
    }

    /// Delivers what waits for this VM; answers whether there was anything.
    fn pump(&mut self) -> Result<bool, Trap> {
        let mut any = false;
        for (call, event) in self.services.take_events(self.vm.number()) {
            any = true;
            self.vm.deliver(call, event)?;
        }
        for (root, queue) in self.vm.take_wakes() {
            any = true;
            self.vm.on_queue_ready(root, queue)?;
        }
        for (root, _) in self.vm.ticks() {
            any = true;
            self.vm.on_tick(root)?;
        }
        Ok(any)
    }

    fn finish(&mut self) -> Result<Box<Stream>, Trap> {
        if self.vm.running_callouts() > 0 {
            self.pump()?;
        }
        if let Some(stream) = self.vm.finish(self.id)? {
            return Ok(stream);
        }
        for _ in 0..PATIENCE {
            for (id, stream) in self.vm.take_finished()? {
                if id == self.id {
                    return Ok(stream);
                }
            }
            if !self.pump()? {
                break;
            }
        }
        // A guest that never says it is done is not asked again.
        Ok(self.vm.take_stream(self.id).unwrap_or_default())
    }
}
