//! The guest as host calls see it: wasmer's `FunctionEnvMut` behind [`Guest`].

use std::ptr::NonNull;

use host_core::{Guest, Host, LinearMemory};
use wasmer::{FunctionEnvMut, Memory, RuntimeError, TypedFunction};

use crate::trap::Exit;

/// What a VM carries.
pub(crate) struct VmState {
    pub(crate) host: Host,
    /// Set once instantiated; start sections run before.
    pub(crate) memory: Option<Memory>,
    pub(crate) allocator: Option<TypedFunction<u32, u32>>,
}

/// The owner of a VM's state, kept in the store as the environment of host functions.
///
/// The state stays at one address, and everybody reaches it by a copy of this pointer:
/// going through the store's own look-up and type check each time would cost a host call
/// half as much again as all else it does.
pub(crate) struct VmOwner(NonNull<VmState>);

// SAFETY: it owns a `VmState`, which is `Send`.
#[allow(unsafe_code)]
unsafe impl Send for VmOwner where VmState: Send {}

impl VmOwner {
    pub(crate) fn new(state: VmState) -> Self {
        Self(NonNull::from(Box::leak(Box::new(state))))
    }

    /// Where the state is for as long as the store lives.
    pub(crate) fn state(&self) -> NonNull<VmState> {
        self.0
    }
}

impl Drop for VmOwner {
    #[allow(unsafe_code)]
    fn drop(&mut self) {
        // SAFETY: leaked in `new`, and only this owner frees it, with the store: no guest
        // and no host function runs any more.
        drop(unsafe { Box::from_raw(self.0.as_ptr()) });
    }
}

/// The caller of a host call.
pub(crate) struct WasmerGuest<'a> {
    env: FunctionEnvMut<'a, VmOwner>,
    state: NonNull<VmState>,
}

impl<'a> WasmerGuest<'a> {
    #[inline]
    pub(crate) fn new(env: FunctionEnvMut<'a, VmOwner>) -> Self {
        let state = env.data().state();
        Self { env, state }
    }

    #[inline]
    #[allow(unsafe_code)]
    fn state(&mut self) -> &mut VmState {
        // SAFETY: the store that owns it is borrowed by `env`. Exclusive, because the
        // instance is inside its guest and this is the only host call that runs; one that
        // the guest's allocator makes runs while no result of this function lives.
        unsafe { self.state.as_mut() }
    }
}

impl Guest for WasmerGuest<'_> {
    type Trap = RuntimeError;
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
        // SAFETY: as for `state`, whose borrow would not let `env` be used beside it.
        let state = unsafe { self.state.as_mut() };
        let Some(memory) = &state.memory else {
            return (LinearMemory(&mut []), &mut state.host);
        };
        let view = memory.view(&self.env);
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
        let Some(allocator) = self.state().allocator.take() else {
            return Ok(0);
        };
        let address = allocator.call(&mut self.env, size);
        self.state().allocator = Some(allocator);
        address.map(|address| address as usize)
    }

    #[cold]
    fn exit(&mut self, code: u32) -> RuntimeError {
        RuntimeError::user(Box::new(Exit(code)))
    }
}
