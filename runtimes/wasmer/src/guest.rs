//! The guest as host calls see it: wasmer's `FunctionEnvMut` behind [`Guest`].

use host_core::{Guest, Host, LinearMemory};
use wasmer::{FunctionEnvMut, Memory, RuntimeError, TypedFunction};

use crate::trap::Exit;

/// What the store carries.
pub(crate) struct VmState {
    pub(crate) host: Host,
    /// Set once instantiated; start sections run before.
    pub(crate) memory: Option<Memory>,
    pub(crate) allocator: Option<TypedFunction<u32, u32>>,
}

/// The caller of a host call.
pub(crate) struct WasmerGuest<'a>(pub(crate) FunctionEnvMut<'a, VmState>);

impl Guest for WasmerGuest<'_> {
    type Trap = RuntimeError;
    type Memory<'a>
        = LinearMemory<'a>
    where
        Self: 'a;

    #[inline]
    fn host(&mut self) -> &mut Host {
        &mut self.0.data_mut().host
    }

    #[inline]
    #[allow(unsafe_code)]
    fn split(&mut self) -> (LinearMemory<'_>, &mut Host) {
        let (state, store) = self.0.data_and_store_mut();
        let Some(memory) = &state.memory else {
            return (LinearMemory(&mut []), &mut state.host);
        };
        let view = memory.view(&store);
        let (base, length) = (view.data_ptr(), view.data_size() as usize);
        // SAFETY: a memory that is not shared, owned by this store, `length` bytes long
        // now. It moves, grows or is written to only by the guest or through the store,
        // and both are borrowed by the result for as long as it lives.
        let bytes = unsafe { std::slice::from_raw_parts_mut(base, length) };
        (LinearMemory(bytes), &mut state.host)
    }

    #[inline]
    fn allocate(&mut self, size: usize) -> Result<usize, RuntimeError> {
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
    fn exit(&mut self, code: u32) -> RuntimeError {
        RuntimeError::user(Box::new(Exit(code)))
    }
}
