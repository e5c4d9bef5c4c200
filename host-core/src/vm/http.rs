//! HTTP streams: their creation and what comes with requests and responses.

use super::{EndsIfUnwound, Vm};
use crate::Trap;
use crate::abi::{Action, Callback};
use crate::context::{ContextId, Half, HeadersState, Stream};

/// Which half of a stream.
#[derive(Clone, Copy)]
pub(super) enum Side {
    Request,
    Response,
}

impl Side {
    pub(super) fn of(self, stream: &mut Stream) -> &mut Half {
        match self {
            Self::Request => &mut stream.request,
            Self::Response => &mut stream.response,
        }
    }
}

impl Vm {
    /// Creates a context for an HTTP stream or, with [`Stream::connection`], a connection.
    ///
    /// # Errors
    /// The trap and the stream, which is then no longer in the VM.
    pub fn create_stream(
        &mut self,
        root: ContextId,
        stream: Box<Stream>,
    ) -> Result<ContextId, (Trap, Box<Stream>)> {
        if self.watched || self.ended.is_some() {
            return self.create_timed(root, stream);
        }
        let unwound = EndsIfUnwound(&mut self.ended);
        let result = self.instance.begin_stream(root, stream);
        std::mem::forget(unwound);
        result.map_err(|(trap, stream)| match self.host().contexts.is_full() {
            // Nothing was called: the streams that are there go on.
            true => (trap, stream),
            false => (self.end(trap), stream),
        })
    }

    /// [`Vm::create_stream`] with the callback timed.
    #[cold]
    fn create_timed(
        &mut self,
        root: ContextId,
        stream: Box<Stream>,
    ) -> Result<ContextId, (Trap, Box<Stream>)> {
        let id = self.instance.host_mut().add_stream(root, stream)?;
        match self.invoke(Callback::ContextCreate, &[id, root, 0, 0, 0]) {
            Ok(_) => Ok(id),
            Err(trap) => Err((trap, self.take_stream(id).unwrap_or_default())),
        }
    }

    /// Calls the guest for the request's headers, which the embedder has put into the
    /// stream.
    ///
    /// # Errors
    /// The trap.
    #[inline]
    pub fn on_request_headers(
        &mut self,
        id: ContextId,
        end_of_stream: bool,
    ) -> Result<Action, Trap> {
        self.on_headers(Callback::RequestHeaders, Side::Request, id, end_of_stream)
    }

    /// Calls the guest for the response's headers, which the embedder has put into the
    /// stream.
    ///
    /// # Errors
    /// The trap.
    #[inline]
    pub fn on_response_headers(
        &mut self,
        id: ContextId,
        end_of_stream: bool,
    ) -> Result<Action, Trap> {
        self.on_headers(Callback::ResponseHeaders, Side::Response, id, end_of_stream)
    }

    /// Adds `chunk` to what the filter holds of the request's body and calls the guest with
    /// all of it. On [`Action::Continue`] the embedder takes the bytes out of the stream.
    ///
    /// # Errors
    /// The trap.
    #[inline]
    pub fn on_request_body(
        &mut self,
        id: ContextId,
        chunk: &[u8],
        end_of_stream: bool,
    ) -> Result<Action, Trap> {
        self.on_data(
            Callback::RequestBody,
            Side::Request,
            id,
            chunk,
            end_of_stream,
        )
    }

    /// [`Vm::on_request_body`] for the response.
    ///
    /// # Errors
    /// The trap.
    #[inline]
    pub fn on_response_body(
        &mut self,
        id: ContextId,
        chunk: &[u8],
        end_of_stream: bool,
    ) -> Result<Action, Trap> {
        self.on_data(
            Callback::ResponseBody,
            Side::Response,
            id,
            chunk,
            end_of_stream,
        )
    }

    /// Calls the guest for the request's trailers, which the embedder has put into the
    /// stream.
    ///
    /// # Errors
    /// The trap.
    pub fn on_request_trailers(&mut self, id: ContextId) -> Result<Action, Trap> {
        self.on_trailers(Callback::RequestTrailers, Side::Request, id)
    }

    /// [`Vm::on_request_trailers`] for the response.
    ///
    /// # Errors
    /// The trap.
    pub fn on_response_trailers(&mut self, id: ContextId) -> Result<Action, Trap> {
        self.on_trailers(Callback::ResponseTrailers, Side::Response, id)
    }

    /// Whether the guest continued the request and the response since this was last asked,
    /// be it from a tick or from a callout's answer.
    pub fn take_continued(&mut self, id: ContextId) -> (bool, bool) {
        let Some(stream) = self.stream_mut(id) else {
            return (false, false);
        };
        let [request, response] = [&mut stream.request, &mut stream.response].map(|half| {
            half.settle();
            std::mem::take(&mut half.continued)
        });
        (request, response)
    }

    fn on_headers(
        &mut self,
        callback: Callback,
        side: Side,
        id: ContextId,
        end_of_stream: bool,
    ) -> Result<Action, Trap> {
        let Some(stream) = self.stream_mut(id) else {
            return Ok(Action::Continue);
        };
        let half = side.of(stream);
        half.headers_state = HeadersState::Held;
        half.continued = false;
        let count = (half.headers.len() as u32).saturating_add(half.unseen);
        self.on_stream(
            callback,
            side,
            id,
            &[id, count, u32::from(end_of_stream), 0, 0],
        )
    }

    fn on_trailers(
        &mut self,
        callback: Callback,
        side: Side,
        id: ContextId,
    ) -> Result<Action, Trap> {
        let Some(stream) = self.stream_mut(id) else {
            return Ok(Action::Continue);
        };
        let half = side.of(stream);
        half.trailers_state = HeadersState::Held;
        half.continued = false;
        let count = half.trailers.len() as u32;
        self.on_stream(callback, side, id, &[id, count, 0, 0, 0])
    }

    pub(super) fn on_data(
        &mut self,
        callback: Callback,
        side: Side,
        id: ContextId,
        chunk: &[u8],
        end_of_stream: bool,
    ) -> Result<Action, Trap> {
        let Some(stream) = self.stream_mut(id) else {
            return Ok(Action::Continue);
        };
        let half = side.of(stream);
        half.body.extend(chunk);
        half.body_held = true;
        half.continued = false;
        let had_none = half.trailers_state == HeadersState::Absent;
        if end_of_stream && had_none {
            // The guest may add trailers to a message that ends without any.
            half.trailers_state = HeadersState::Held;
        }
        let size = half.body.len() as u32;
        let action = self.on_stream(
            callback,
            side,
            id,
            &[id, size, u32::from(end_of_stream), 0, 0],
        )?;
        if let Some(half) = self.stream_mut(id).map(|stream| side.of(stream))
            && had_none
            && half.trailers.is_empty()
            && !half.paused
        {
            half.trailers_state = HeadersState::Absent;
        }
        Ok(action)
    }

    /// Calls the guest, which has not continued the half yet, and notes whether it holds it.
    fn on_stream(
        &mut self,
        callback: Callback,
        side: Side,
        id: ContextId,
        arguments: &[u32; 5],
    ) -> Result<Action, Trap> {
        let action = self.invoke_action(callback, arguments)?;
        let Some(stream) = self.stream_mut(id) else {
            return Ok(action);
        };
        let half = side.of(stream);
        half.note(action);
        half.settle();
        Ok(if half.paused {
            Action::Pause
        } else {
            Action::Continue
        })
    }
}
