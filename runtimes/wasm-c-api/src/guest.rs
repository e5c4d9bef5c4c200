//! The guest as host calls see it.

use std::ptr::{NonNull, null_mut};

use host_core::{Guest, Host, LinearMemory, Trap, TrapKind};

use crate::api::{Api, Func, Memory, Store};
use crate::trap;
use crate::value::{CVec, Value};

/// What a VM carries; host functions get its address.
pub(crate) struct VmState {
    pub(crate) host: Host,
    pub(crate) api: &'static Api,
    pub(crate) store: *mut Store,
    /// Null before the VM is instantiated, and without one.
    pub(crate) memory: *mut Memory,
    /// Null while it runs, or where the guest has none.
    pub(crate) allocator: *mut Func,
    /// Why a host function ended the guest.
    pub(crate) ended: Option<Trap>,
}

/// The owner of a VM's state, which stays at one address. Not a box, because host functions
/// hold another pointer to it while the guest runs.
pub(crate) struct VmOwner(NonNull<VmState>);

impl VmOwner {
    pub(crate) fn new(state: VmState) -> Self {
        Self(NonNull::from(Box::leak(Box::new(state))))
    }

    pub(crate) fn address(&self) -> NonNull<VmState> {
        self.0
    }

    #[inline]
    pub(crate) fn get(&self) -> &VmState {
        // SAFETY: owned and alive; under `&self` no guest runs.
        unsafe { self.0.as_ref() }
    }

    #[inline]
    pub(crate) fn get_mut(&mut self) -> &mut VmState {
        // SAFETY: owned and alive; under `&mut self` no guest runs and no other reference
        // lives.
        unsafe { self.0.as_mut() }
    }
}

impl Drop for VmOwner {
    fn drop(&mut self) {
        // SAFETY: leaked in `new`, and only this owner frees it; the guest does not run.
        drop(unsafe { Box::from_raw(self.0.as_ptr()) });
    }
}

/// The caller of a host call.
pub(crate) struct CApiGuest(NonNull<VmState>);

/// The guest ends; why is in [`VmState::ended`].
#[derive(Debug)]
pub(crate) struct Ended;

impl CApiGuest {
    /// # Safety
    /// `state` must be that of a VM whose guest waits in this host call.
    #[inline]
    pub(crate) unsafe fn new(state: NonNull<VmState>) -> Self {
        Self(state)
    }

    #[inline]
    pub(crate) fn state(&mut self) -> &mut VmState {
        // SAFETY: alive by the promise of `new`. Exclusive, because the guest waits in this
        // host call, the instance's own borrow is a pointer while it does, and `&mut self`
        // keeps other results of this function away.
        unsafe { self.0.as_mut() }
    }

    #[cold]
    pub(crate) fn end(&mut self, trap: Trap) -> Ended {
        self.state().ended = Some(trap);
        Ended
    }
}

impl Guest for CApiGuest {
    type Trap = Ended;
    type Memory<'a> = LinearMemory<'a>;

    #[inline]
    fn host(&mut self) -> &mut Host {
        &mut self.state().host
    }

    #[inline]
    fn split(&mut self) -> (LinearMemory<'_>, &mut Host) {
        let state = self.state();
        // SAFETY: the VM's own memory, alive as long as its instance.
        let bytes = unsafe { bytes(state.api, state.memory) };
        (LinearMemory(bytes), &mut state.host)
    }

    #[inline]
    fn allocate(&mut self, size: usize) -> Result<usize, Ended> {
        let Ok(size) = u32::try_from(size) else {
            return Ok(0);
        };
        let state = self.state();
        // Absent while it runs: a guest cannot need its allocator inside its allocator.
        let allocator = std::mem::replace(&mut state.allocator, null_mut());
        if allocator.is_null() {
            return Ok(0);
        }
        let api = state.api;
        let (mut size, mut address) = ([Value::i32(size)], [Value::i32(0)]);
        let arguments = CVec::lent(&mut size, 1);
        let mut results = CVec::lent(&mut address, 1);
        // SAFETY: a function of this VM with one parameter and one result, as its facts say;
        // a store may be entered again from a host function. No reference into the state
        // lives meanwhile: host calls of the allocator make their own.
        let trapped = unsafe { (api.func_call)(allocator, &arguments, &mut results) };
        let state = self.state();
        state.allocator = allocator;
        if trapped.is_null() {
            return Ok(address[0].of as u32 as usize);
        }
        // SAFETY: given to the caller.
        let trap = unsafe { trap::take(api, trapped) };
        self.state().ended.get_or_insert(trap);
        Err(Ended)
    }

    #[cold]
    fn exit(&mut self, code: u32) -> Ended {
        self.end(Trap::new(
            TrapKind::Exit(code),
            format!("the guest exited with code {code}"),
        ))
    }
}

/// All bytes of `memory` now; none without one.
///
/// # Safety
/// `memory` must be null or alive, and its guest must not run while the result lives.
#[inline]
pub(crate) unsafe fn bytes<'a>(api: &Api, memory: *mut Memory) -> &'a mut [u8] {
    if memory.is_null() {
        return &mut [];
    }
    // SAFETY: the caller's promise.
    unsafe {
        let (first, length) = ((api.memory_data)(memory), (api.memory_data_size)(memory));
        match length == 0 || first.is_null() {
            true => &mut [],
            false => std::slice::from_raw_parts_mut(first, length),
        }
    }
}
