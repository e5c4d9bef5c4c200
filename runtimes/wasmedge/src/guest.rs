//! The guest as host calls see it.

use std::ptr::NonNull;

use host_core::{Guest, Host, LinearMemory, Trap, TrapKind};

use crate::api::{Api, Executor, Function, Memory};
use crate::trap::trap;
use crate::value::{Kind, Value};

/// What a VM carries; host functions get its address.
pub(crate) struct VmState {
    pub(crate) host: Host,
    pub(crate) api: &'static Api,
    pub(crate) executor: *mut Executor,
    /// Set once instantiated; start sections run before.
    pub(crate) memory: *mut Memory,
    /// Null while it runs, or where the guest has none.
    pub(crate) allocator: *mut Function,
    /// The type of `i32`.
    pub(crate) i32: Kind,
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
pub(crate) struct WasmEdgeGuest(NonNull<VmState>);

/// The guest ends; why is in [`VmState::ended`].
#[derive(Debug)]
pub(crate) struct Ended;

impl WasmEdgeGuest {
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

impl Guest for WasmEdgeGuest {
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
        let allocator = std::mem::replace(&mut state.allocator, std::ptr::null_mut());
        if allocator.is_null() {
            return Ok(0);
        }
        let (api, executor) = (state.api, state.executor);
        let size = Value::new(size.into(), state.i32);
        let mut address = Value::default();
        // SAFETY: a function of this VM with one parameter and one result, as its facts say;
        // the executor may be entered again from a host function. No reference into the
        // state lives meanwhile: host calls of the allocator make their own.
        let outcome = from_host(|| unsafe {
            (api.ExecutorInvoke)(executor, allocator, &size, 1, &mut address, 1)
        });
        let state = self.state();
        state.allocator = allocator;
        if outcome.is_success() {
            return Ok(address.low as u32 as usize);
        }
        if state.ended.is_none() {
            state.ended = Some(trap(api, outcome));
        }
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

/// Runs `call`, which enters the guest again.
#[inline]
fn from_host<T>(call: impl FnOnce() -> T) -> T {
    #[cfg(target_os = "linux")]
    return crate::native_stack::from_host(call);
    #[cfg(not(target_os = "linux"))]
    call()
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
    // SAFETY: the caller's promise. The pointer to the first byte is null where there is none.
    unsafe {
        let length = (api.MemoryInstanceGetPageSize)(memory) as usize * 65_536;
        let first = (api.MemoryInstanceGetPointer)(memory, 0, 1);
        match length == 0 || first.is_null() {
            true => &mut [],
            false => std::slice::from_raw_parts_mut(first, length),
        }
    }
}
