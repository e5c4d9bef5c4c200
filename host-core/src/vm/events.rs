//! What reaches a VM outside the course of a stream: ticks, callouts' answers, queues,
//! foreign functions.

use std::time::Duration;

use super::Vm;
use crate::Trap;
use crate::abi::{Callback, Status};
use crate::callouts::CallKind;
use crate::context::{Context, ContextId};
use crate::host::Answer;
use crate::http::Buffer;
use crate::services::{CalloutEvent, HttpReply};

impl Vm {
    /// Calls `proxy_on_tick`.
    ///
    /// # Errors
    /// The trap.
    pub fn on_tick(&mut self, root: ContextId) -> Result<(), Trap> {
        self.invoke(Callback::Tick, &[root, 0, 0, 0, 0]).map(drop)
    }

    /// Root contexts that asked for ticks, and how often.
    pub fn ticks(&self) -> Vec<(ContextId, Duration)> {
        let period = |(id, context): (ContextId, &Context)| match context {
            Context::Root(root) => Some((id, root.tick_period?)),
            Context::Stream { .. } => None,
        };
        self.host().contexts.iter().filter_map(period).collect()
    }

    /// Tells a root context that a queue it registered has something.
    ///
    /// # Errors
    /// The trap.
    pub fn on_queue_ready(&mut self, root: ContextId, queue: u32) -> Result<(), Trap> {
        self.invoke(Callback::QueueReady, &[root, queue, 0, 0, 0])
            .map(drop)
    }

    /// Root contexts to wake, with the queue that has something for them.
    pub fn take_wakes(&mut self) -> Vec<(ContextId, u32)> {
        let host = self.host();
        host.services().shared().take_wakes(host.vm_number())
    }

    /// Calls a function of the plugin that the embedder knows by number.
    ///
    /// # Errors
    /// The trap.
    pub fn on_foreign_function(
        &mut self,
        root: ContextId,
        function: u32,
        arguments: &[u8],
    ) -> Result<(), Trap> {
        let answer = Answer {
            arguments: Some(Buffer::from(arguments.to_vec())),
            ..Answer::default()
        };
        let size = arguments.len() as u32;
        self.answer(
            answer,
            Callback::ForeignFunction,
            &[root, function, size, 0, 0],
        )
    }

    /// Number of callouts that still run.
    pub fn running_callouts(&self) -> usize {
        self.host().calls.len()
    }

    /// Delivers what happened to a callout. Events of callouts that ended, were cancelled or
    /// whose context is gone are dropped, and the answer is false.
    ///
    /// # Errors
    /// The trap.
    pub fn deliver(&mut self, call: u32, event: CalloutEvent) -> Result<bool, Trap> {
        let host = self.instance.host_mut();
        let Some(running) = host.calls.get_mut(call) else {
            return Ok(false);
        };
        let (context, kind) = (running.context, running.kind);
        let ends = matches!(
            event,
            CalloutEvent::HttpResponse(_) | CalloutEvent::GrpcClose { .. }
        );
        if (kind == CallKind::Http) != matches!(event, CalloutEvent::HttpResponse(_)) {
            return Ok(false);
        }
        if ends {
            host.calls.remove(call);
        }
        let mut answer = Answer::default();
        let (callback, rest) = match event {
            CalloutEvent::HttpResponse(reply) => {
                let reply = reply.unwrap_or_else(|status| {
                    answer.status = (status as u32, Vec::new());
                    HttpReply::default()
                });
                let sizes = [reply.headers.len(), reply.body.len(), reply.trailers.len()];
                answer.headers = Some(reply.headers);
                answer.body = Some(Buffer::from(reply.body));
                answer.trailers = Some(reply.trailers);
                (Callback::HttpCallResponse, sizes.map(|size| size as u32))
            }
            CalloutEvent::GrpcInitialMetadata(metadata) => {
                let count = metadata.len() as u32;
                answer.initial_metadata = Some(metadata);
                (Callback::GrpcReceiveInitialMetadata, [count, 0, 0])
            }
            CalloutEvent::GrpcMessage(message) => {
                let size = message.len() as u32;
                answer.message = Some(Buffer::from(message));
                (Callback::GrpcReceive, [size, 0, 0])
            }
            CalloutEvent::GrpcTrailingMetadata(metadata) => {
                let count = metadata.len() as u32;
                answer.trailing_metadata = Some(metadata);
                (Callback::GrpcReceiveTrailingMetadata, [count, 0, 0])
            }
            CalloutEvent::GrpcClose { status, message } => {
                answer.status = (status, message);
                (Callback::GrpcClose, [status, 0, 0])
            }
        };
        let arguments = [context, call, rest[0], rest[1], rest[2]];
        self.answer(answer, callback, &arguments).map(|()| true)
    }

    fn answer(
        &mut self,
        answer: Answer,
        callback: Callback,
        arguments: &[u32; 5],
    ) -> Result<(), Trap> {
        self.instance.host_mut().answer = answer;
        let result = self.invoke(callback, arguments);
        self.instance.host_mut().answer = Answer::default();
        result.map(drop)
    }

    /// Tells the host that a callout failed before it could be answered.
    ///
    /// # Errors
    /// The trap.
    pub fn fail_callout(&mut self, call: u32, status: Status) -> Result<bool, Trap> {
        self.deliver(call, CalloutEvent::HttpResponse(Err(status)))
    }
}
