//! Filters that hold a stream may let it go at any time.

use std::task::Context;

use host_core::abi::Action;

use super::push::{Left, stream_of};
use super::{Chain, Over, Side};

impl Chain {
    /// Sends on what filters have let go meanwhile; has `context` woken when more may be.
    pub(crate) fn advance(&mut self, context: &mut Context<'_>) {
        if self.holding == 0 {
            return;
        }
        self.listen(context);
        for index in 0..self.parts.links.len() {
            if self.over.is_some() {
                return;
            }
            let link = &self.parts.links[index];
            if link.binding.is_some() && link.progress.iter().any(|progress| progress.held) {
                self.look(index, context);
            }
        }
    }

    /// How the stream has ended before its time; has whoever answers woken when it does.
    pub(crate) fn poll_over(&mut self, context: &mut Context<'_>) -> Option<Over> {
        if self.alone {
            return self.take_over();
        }
        match &mut self.handler {
            Some(waker) => waker.clone_from(context.waker()),
            None => self.handler = Some(context.waker().clone()),
        }
        self.take_over()
    }

    /// Looks at filters that may end the stream from outside of its own callbacks.
    pub(crate) fn watch(&mut self, context: &mut Context<'_>) -> Option<Over> {
        if self.alone {
            return self.take_over();
        }
        self.listen(context);
        if !self.info.as_ref().is_some_and(|info| info.knock.take()) {
            return self.take_over();
        }
        for index in 0..self.parts.links.len() {
            if self.parts.links[index].binding.is_some() && self.over.is_none() {
                self.look(index, context);
            }
        }
        self.take_over()
    }

    /// Has `context` woken when somebody else moves the stream on.
    fn listen(&self, context: &Context<'_>) {
        if let Some(info) = &self.info {
            info.knock.listen(context);
        }
    }

    /// Looks whether a filter let something go or ended the stream.
    fn look(&mut self, index: usize, context: &mut Context<'_>) {
        let looked = self.call(index, |vm, id| {
            let (request, response) = vm.take_continued(id);
            let left = Left::of(stream_of(vm, id)?, Side::Request, Action::Continue);
            Ok((request, response, left))
        });
        let Ok((request, response, mut left)) = looked else {
            if self.failed(index) {
                for side in Side::BOTH {
                    let position = self.position(side, index);
                    self.recover(side, position, index);
                }
            }
            return;
        };
        if left.answer.is_some() || left.closed {
            self.settle(index, &mut left, Side::Request, false);
            self.wake_all();
            return;
        }
        for (side, continued) in [(Side::Request, request), (Side::Response, response)] {
            if continued && self.parts.links[index].progress[side as usize].held {
                let position = self.position(side, index);
                self.release(side, position, index);
            }
        }
        if request || response {
            // What was let go may wait for another task, or be held again further on.
            context.waker().wake_by_ref();
            self.wake_all();
        }
    }

    fn position(&self, side: Side, index: usize) -> usize {
        match side {
            Side::Request => index,
            Side::Response => self.parts.links.len() - 1 - index,
        }
    }
}
