//! The guest as host calls see it.

use std::any::Any;
use std::ffi::CStr;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::ptr::{self, NonNull};

use host_core::{Guest, Host, LinearMemory};

use crate::api::{Api, ExecEnv, RawFunction, RawMemory};
use crate::layout;

/// What a VM carries.
pub(crate) struct VmState {
    pub(crate) host: Host,
    pub(crate) api: &'static Api,
    /// Null until instantiated (start sections run before), and without an exported memory.
    pub(crate) memory: *mut RawMemory,
    /// Null without one, and while it runs.
    pub(crate) allocator: *mut RawFunction,
    /// Lowest address at which a host call may begin, on the thread that runs the guest.
    pub(crate) stack_limit: usize,
    pub(crate) ended: Option<Ended>,
}

/// Why a host call ended the guest.
pub(crate) enum Ended {
    Exit(u32),
    Panic(Box<dyn Any + Send>),
}

/// The owner of a VM's state, which stays at one address: WAMR hands host calls a pointer.
pub(crate) struct VmOwner(NonNull<VmState>);

// SAFETY: `Host` is `Send`; the pointers lead to what the instance owns alone; a panic's
// payload is `Send`.
unsafe impl Send for VmOwner {}

impl VmOwner {
    pub(crate) fn new(host: Host, api: &'static Api) -> Self {
        let state = VmState {
            host,
            api,
            memory: ptr::null_mut(),
            allocator: ptr::null_mut(),
            stack_limit: 0,
            ended: None,
        };
        Self(NonNull::from(Box::leak(Box::new(state))))
    }

    pub(crate) fn as_ptr(&self) -> *mut VmState {
        self.0.as_ptr()
    }

    #[inline]
    pub(crate) fn state(&self) -> &VmState {
        // SAFETY: leaked in `new`; under `&self` no guest runs.
        unsafe { self.0.as_ref() }
    }

    #[inline]
    pub(crate) fn state_mut(&mut self) -> &mut VmState {
        // SAFETY: leaked in `new`; under `&mut self` no guest runs and nothing else refers
        // to it.
        unsafe { self.0.as_mut() }
    }
}

impl Drop for VmOwner {
    fn drop(&mut self) {
        // SAFETY: leaked in `new`, freed once, when no guest runs any more.
        drop(unsafe { Box::from_raw(self.0.as_ptr()) });
    }
}

/// The exception is set in the instance: the host call has to return at once.
#[derive(Debug)]
pub(crate) struct Raised;

/// The caller of a host call.
pub(crate) struct WamrGuest {
    state: NonNull<VmState>,
    env: *mut ExecEnv,
}

/// Runs one host call for the guest in `env`. Neither a panic nor a lack of stack may reach
/// the C code that called: both become exceptions of the guest.
///
/// # Safety
/// WAMR called a host function with `env`, whose instance was made with a [`VmOwner`].
#[inline(always)]
pub(crate) unsafe fn serve<R: Default>(
    env: *mut ExecEnv,
    work: impl FnOnce(&mut WamrGuest) -> Result<R, Raised>,
) -> R {
    // SAFETY: the caller's promise; the instance keeps the state for as long as it lives.
    let state = unsafe {
        let instance = layout::instance(env);
        NonNull::new_unchecked(layout::custom_data::<VmState>(instance))
    };
    let mut guest = WamrGuest { state, env };
    if (&raw const guest).addr() < guest.state().stack_limit {
        guest.raise(c"native stack overflow");
        return R::default();
    }
    match catch_unwind(AssertUnwindSafe(|| work(&mut guest))) {
        Ok(Ok(result)) => result,
        Ok(Err(Raised)) => R::default(),
        Err(panic) => {
            guest.end(Ended::Panic(panic), c"a host call panicked");
            R::default()
        }
    }
}

impl WamrGuest {
    #[inline]
    fn state(&mut self) -> &mut VmState {
        // SAFETY: the instance that owns it is inside its guest and this is the only host
        // call that runs; one that the guest's allocator makes runs while no result of this
        // function lives.
        unsafe { self.state.as_mut() }
    }

    #[cold]
    fn raise(&mut self, text: &CStr) -> Raised {
        let set = self.state().api.set_exception;
        // SAFETY: a live instance and a text that is copied.
        unsafe { set(layout::instance(self.env), text.as_ptr()) };
        Raised
    }

    #[cold]
    fn end(&mut self, ended: Ended, text: &CStr) -> Raised {
        self.state().ended = Some(ended);
        self.raise(text)
    }
}

impl Guest for WamrGuest {
    type Trap = Raised;
    type Memory<'a> = LinearMemory<'a>;

    #[inline]
    fn host(&mut self) -> &mut Host {
        &mut self.state().host
    }

    #[inline]
    fn split(&mut self) -> (LinearMemory<'_>, &mut Host) {
        let state = self.state();
        if state.memory.is_null() {
            return (LinearMemory(&mut []), &mut state.host);
        }
        // SAFETY: the memory of the instance that runs.
        let (base, length) = unsafe { layout::memory(state.memory) };
        if base.is_null() {
            return (LinearMemory(&mut []), &mut state.host);
        }
        // SAFETY: `length` bytes that only the guest uses besides; it stands still, and
        // memory grows only by its doing, for as long as the result is borrowed.
        let bytes = unsafe { std::slice::from_raw_parts_mut(base, length) };
        (LinearMemory(bytes), &mut state.host)
    }

    #[inline]
    fn allocate(&mut self, size: usize) -> Result<usize, Raised> {
        let Ok(size) = u32::try_from(size) else {
            return Ok(0);
        };
        let env = self.env;
        let state = self.state();
        // Absent while it runs: a guest cannot need its allocator inside its allocator.
        let allocator = std::mem::replace(&mut state.allocator, ptr::null_mut());
        if allocator.is_null() {
            return Ok(0);
        }
        let call = state.api.call;
        let mut argv = [size];
        // SAFETY: a function of this instance with one argument and one result, called in
        // the environment that runs on this thread.
        let returned = unsafe { call(env, allocator, 1, argv.as_mut_ptr()) };
        self.state().allocator = allocator;
        if returned {
            Ok(argv[0] as usize)
        } else {
            Err(Raised)
        }
    }

    #[cold]
    fn exit(&mut self, code: u32) -> Raised {
        self.end(Ended::Exit(code), c"the guest exited")
    }
}
