//! The guest as host calls see it: tinywasm's `FuncContext` behind [`Guest`].

use std::ptr::NonNull;
use std::sync::Arc;

use host_core::{Guest, Host, LinearMemory};
use tinywasm::types::WasmValue;
use tinywasm::{Error, FuncContext, Function};

use crate::place::Place;
use crate::trap::{Exit, raise};

/// What a VM carries.
pub(crate) struct VmState {
    pub(crate) host: Host,
    /// Set once instantiated; start sections run after.
    pub(crate) memory: Option<Arc<Place>>,
    pub(crate) allocator: Option<Function>,
}

/// The caller of a host call.
pub(crate) struct TinywasmGuest<'a> {
    context: FuncContext<'a>,
    state: NonNull<VmState>,
}

impl<'a> TinywasmGuest<'a> {
    /// # Safety
    /// `state` must be that of the VM whose guest `context` suspends.
    #[inline]
    #[allow(unsafe_code)]
    pub(crate) unsafe fn new(context: FuncContext<'a>, state: NonNull<VmState>) -> Self {
        Self { context, state }
    }

    #[inline]
    #[allow(unsafe_code)]
    fn state(&mut self) -> &mut VmState {
        // SAFETY: alive by the promise of `new`. Exclusive, because the instance is inside
        // its guest and this is the only host call that runs; one that the guest's
        // allocator makes runs while no result of this function lives.
        unsafe { self.state.as_mut() }
    }
}

impl Guest for TinywasmGuest<'_> {
    type Trap = Error;
    type Memory<'a>
        = LinearMemory<'a>
    where
        Self: 'a;

    #[inline]
    fn host(&mut self) -> &mut Host {
        &mut self.state().host
    }

    #[inline]
    #[allow(unsafe_code)]
    fn split(&mut self) -> (LinearMemory<'_>, &mut Host) {
        let state = self.state();
        let bytes = match &state.memory {
            // SAFETY: the memory is that of the store which `context` borrows, and the
            // guest waits. The interpreter touches it again only when `allocate` or the
            // end of this host call lets it, and the result borrows `self` until then.
            Some(place) => unsafe { place.bytes() },
            None => LinearMemory(&mut []),
        };
        (bytes, &mut state.host)
    }

    #[inline]
    fn allocate(&mut self, size: usize) -> Result<usize, Error> {
        let Ok(size) = u32::try_from(size) else {
            return Ok(0);
        };
        // Absent while it runs: a guest cannot need its allocator inside its allocator.
        let Some(allocator) = self.state().allocator.take() else {
            return Ok(0);
        };
        let size = [WasmValue::I32(size.cast_signed())];
        let answer = self.context.call_untyped(&allocator, &size);
        self.state().allocator = Some(allocator);
        match answer?.first() {
            Some(WasmValue::I32(address)) => Ok(address.cast_unsigned() as usize),
            _ => Ok(0),
        }
    }

    #[cold]
    fn exit(&mut self, code: u32) -> Error {
        raise(Exit(code))
    }
}
