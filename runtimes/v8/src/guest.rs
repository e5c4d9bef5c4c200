//! The guest as host calls see it: V8's callback behind [`Guest`].
#![allow(unsafe_code)]

use std::ptr::NonNull;

use host_core::{Guest, Host, LinearMemory};
use v8::{CallbackScope, Function, FunctionCallbackInfo, Isolate};

use crate::isolate::Kept;
use crate::memory::Memory;
use crate::number::{self, Small};

/// Where an isolate keeps the address of its VM's state.
const SLOT: u32 = 0;

/// What a VM carries.
pub(crate) struct VmState {
    pub(crate) host: Host,
    /// Set once instantiated; start sections run before.
    pub(crate) memory: Option<Memory>,
    pub(crate) allocator: Option<Kept<Function>>,
    /// Why a host call ended the guest.
    pub(crate) ending: Option<Ending>,
    /// The exception that ended the guest, in V8's words.
    pub(crate) reported: Option<String>,
}

impl VmState {
    /// State for a guest that is not there yet.
    pub(crate) fn new(host: Host) -> Self {
        Self {
            host,
            memory: None,
            allocator: None,
            ending: None,
            reported: None,
        }
    }

    /// The state of an isolate's VM, if it has one.
    #[inline]
    pub(crate) fn of(isolate: &Isolate) -> Option<NonNull<Self>> {
        NonNull::new(isolate.get_data(SLOT)).map(NonNull::cast)
    }
}

/// Why a host call ended the guest.
pub(crate) enum Ending {
    /// The guest called `proc_exit` with this code.
    Exit(u32),
    /// The host panicked.
    Panic(String),
}

/// How a host call that does not answer leaves.
#[derive(Debug)]
pub(crate) enum Raised {
    /// V8 has an exception to pass on: the allocator's.
    Pending,
    /// [`VmState::ending`] is set and V8 knows nothing of it yet.
    Ending,
}

/// The owner of a VM's state, which stays at one address that the isolate knows.
pub(crate) struct VmOwner(NonNull<VmState>);

// SAFETY: it owns a `VmState`, and what is not `Send` in that are handles of the isolate
// that moves with it.
unsafe impl Send for VmOwner {}

impl VmOwner {
    pub(crate) fn new(state: VmState, isolate: &mut Isolate) -> Self {
        let state = NonNull::from(Box::leak(Box::new(state)));
        isolate.set_data(SLOT, state.as_ptr().cast());
        Self(state)
    }

    #[inline]
    pub(crate) fn state(&self) -> &VmState {
        // SAFETY: owned, and under `&self` no guest runs.
        unsafe { self.0.as_ref() }
    }

    #[inline]
    pub(crate) fn state_mut(&mut self) -> &mut VmState {
        // SAFETY: owned, and under `&mut self` no guest runs and no other reference lives.
        unsafe { self.0.as_mut() }
    }
}

impl Drop for VmOwner {
    fn drop(&mut self) {
        // SAFETY: leaked in `new`, and only this owner frees it; no guest runs any more.
        drop(unsafe { Box::from_raw(self.0.as_ptr()) });
    }
}

/// The caller of a host call.
pub(crate) struct V8Guest<'a> {
    info: &'a FunctionCallbackInfo,
    isolate: NonNull<Isolate>,
    state: NonNull<VmState>,
    /// Whether the guest has not run since the memory was looked at.
    fresh: bool,
}

impl<'a> V8Guest<'a> {
    /// The caller of the callback with this `info`; `None` for an isolate without a VM.
    #[inline]
    pub(crate) fn new(info: &'a FunctionCallbackInfo) -> Option<Self> {
        let mut arguments = v8::FunctionCallbackArguments::from_function_callback_info(info);
        // SAFETY: no scope is open here, and the reference does not outlive this function.
        let isolate = unsafe { arguments.get_isolate() };
        let state = VmState::of(isolate)?;
        Some(Self {
            info,
            isolate: NonNull::from(isolate),
            state,
            fresh: false,
        })
    }

    #[inline]
    pub(crate) fn state(&mut self) -> &mut VmState {
        // SAFETY: the isolate's owner owns it too. Exclusive, because the instance is
        // inside its guest and this is the only host call that runs; one that the guest's
        // allocator makes runs while no result of this function lives.
        unsafe { self.state.as_mut() }
    }
}

impl Guest for V8Guest<'_> {
    type Trap = Raised;
    type Memory<'a>
        = LinearMemory<'a>
    where
        Self: 'a;

    #[inline]
    fn host(&mut self) -> &mut Host {
        &mut self.state().host
    }

    #[inline]
    fn split(&mut self) -> (LinearMemory<'_>, &mut Host) {
        // SAFETY: as for `state`, whose borrow would not let `isolate` be used beside it.
        let state = unsafe { self.state.as_mut() };
        let Some(memory) = &mut state.memory else {
            return (LinearMemory(&mut []), &mut state.host);
        };
        if !self.fresh {
            // SAFETY: this thread runs a callback of it, in V8's handle scope, and no
            // other reference to it lives.
            memory.refresh(unsafe { self.isolate.as_mut() });
            self.fresh = true;
        }
        // SAFETY: refreshed since the guest last ran, and `self` is borrowed by the result:
        // `allocate` cannot run the guest meanwhile.
        (LinearMemory(unsafe { memory.bytes() }), &mut state.host)
    }

    #[inline]
    fn allocate(&mut self, size: usize) -> Result<usize, Raised> {
        let Ok(size) = u32::try_from(size) else {
            return Ok(0);
        };
        // Absent while it runs: a guest cannot need its allocator inside its allocator.
        let Some(allocator) = self.state().allocator.take() else {
            return Ok(0);
        };
        self.fresh = false;
        // SAFETY: this is a callback, and no other scope is open in it.
        let scope = &mut unsafe { CallbackScope::new(self.info) };
        let nothing = v8::undefined(scope).into();
        let size = Small::new(&[size, 0, 0, 0, 0]);
        let [size, ..] = size.values();
        let address = allocator.open(scope).call(scope, nothing, &[size]);
        self.state().allocator = Some(allocator);
        let address = address.ok_or(Raised::Pending)?;
        Ok(number::to_u32(address) as usize)
    }

    #[cold]
    fn exit(&mut self, code: u32) -> Raised {
        self.state().ending = Some(Ending::Exit(code));
        Raised::Ending
    }
}
