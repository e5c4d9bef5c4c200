//! The guest as host calls see it: wasmi's `Caller` behind [`Guest`].

use host_core::{Guest, Host, LinearMemory};
use wasmi::{Caller, Error, Memory, StoreLimits, TypedFunc};

use crate::trap::Exit;

/// What the store carries.
pub(crate) struct VmState {
    pub(crate) host: Host,
    /// Set once instantiated; start sections run before.
    pub(crate) memory: Option<Memory>,
    pub(crate) allocator: Option<TypedFunc<u32, u32>>,
    pub(crate) limits: StoreLimits,
}

/// The caller of a host call.
pub(crate) struct WasmiGuest<'a>(pub(crate) Caller<'a, VmState>);

impl Guest for WasmiGuest<'_> {
    type Trap = Error;
    type Memory<'a>
        = LinearMemory<'a>
    where
        Self: 'a;

    #[inline]
    fn host(&mut self) -> &mut Host {
        &mut self.0.data_mut().host
    }

    #[inline]
    fn split(&mut self) -> (LinearMemory<'_>, &mut Host) {
        match self.0.data().memory {
            Some(memory) => {
                let (bytes, state) = memory.data_and_store_mut(&mut self.0);
                (LinearMemory(bytes), &mut state.host)
            }
            None => (LinearMemory(&mut []), &mut self.0.data_mut().host),
        }
    }

    #[inline]
    fn allocate(&mut self, size: usize) -> Result<usize, Error> {
        let Ok(size) = u32::try_from(size) else {
            return Ok(0);
        };
        // Absent while it runs: a guest cannot need its allocator inside its allocator.
        let Some(allocator) = self.0.data_mut().allocator.take() else {
            return Ok(0);
        };
        let address = allocator.call(&mut self.0, size);
        self.0.data_mut().allocator = Some(allocator);
        address.map(|address| address as usize)
    }

    #[cold]
    fn exit(&mut self, code: u32) -> Error {
        Error::host(Exit(code))
    }
}
