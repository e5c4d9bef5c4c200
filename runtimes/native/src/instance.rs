//! One VM: a private copy of the library and the host's state around it.

use std::ptr::NonNull;

use host_core::abi::{Callback, CallbackSet};
use host_core::{Host, Instance, Trap, TrapKind};

use crate::exports::Exports;
use crate::guest::VmState;
use crate::library::{LibraryCopy, turn};
use crate::module::NativeModule;
use crate::thread::{Running, number};

pub(crate) struct NativeInstance {
    /// Owned; a pointer rather than a box, because the thread holds another while the
    /// guest runs.
    vm: NonNull<VmState>,
    exports: Exports,
    callbacks: CallbackSet,
    start: Option<unsafe extern "C" fn()>,
    /// The thread that entered the guest first; 0 before. Guests keep their contexts in
    /// thread-local variables.
    thread: u64,
    /// Declared last: everything above points into it.
    _library: LibraryCopy,
}

// SAFETY: the guest's thread-local state is why a VM belongs to the thread that entered it
// first, and `enter` refuses every other. What remains is owned by the instance alone: the
// VM's state (`Host` is `Send`), function pointers, and a library handle, which any thread
// may close.
unsafe impl Send for NativeInstance {}

impl NativeInstance {
    pub(crate) fn new(module: &NativeModule, host: Host) -> Result<Self, String> {
        let facts = &module.facts;
        let library = LibraryCopy::open(&module.library)?;
        // SAFETY: the ABI fixes the type of the functions of these names.
        let (allocator, start) = unsafe {
            (
                facts.allocator.and_then(|name| library.function(name)),
                facts.start.and_then(|name| library.function(name)),
            )
        };
        let exports = Exports::resolve(&library, facts.callbacks, facts.version);
        let vm = NonNull::from(Box::leak(Box::new(VmState { host, allocator })));
        Ok(Self {
            vm,
            exports,
            callbacks: facts.callbacks,
            start,
            thread: 0,
            _library: library,
        })
    }

    /// Marks this VM as running on this thread.
    #[inline]
    fn enter(&mut self) -> Result<Running, Trap> {
        let thread = number();
        if self.thread != thread {
            self.bind(thread)?;
        }
        Ok(Running::enter(self.vm))
    }

    #[cold]
    fn bind(&mut self, thread: u64) -> Result<(), Trap> {
        if self.thread != 0 {
            return Err(Trap::new(
                TrapKind::Other,
                "a native VM belongs to the thread that called it first, and this is another",
            ));
        }
        self.thread = thread;
        Ok(())
    }
}

impl Instance for NativeInstance {
    fn host(&self) -> &Host {
        // SAFETY: owned and alive; `&self` means that the guest does not run.
        unsafe { &self.vm.as_ref().host }
    }

    fn host_mut(&mut self) -> &mut Host {
        // SAFETY: owned and alive; `&mut self` means that the guest does not run.
        unsafe { &mut self.vm.as_mut().host }
    }

    fn callbacks(&self) -> CallbackSet {
        self.callbacks
    }

    fn start(&mut self) -> Result<(), Trap> {
        let Some(start) = self.start.take() else {
            return Ok(());
        };
        let _running = self.enter()?;
        let _turn = turn();
        // SAFETY: the library is loaded, and `enter` checked the thread.
        unsafe { start() };
        Ok(())
    }

    #[inline]
    fn call(&mut self, callback: Callback, arguments: &[u32; 5]) -> Result<u32, Trap> {
        self.host_mut().enter(callback, arguments);
        let _running = self.enter()?;
        // SAFETY: the library is loaded, and `enter` checked the thread.
        Ok(unsafe { self.exports.call(callback, arguments) })
    }

    fn memory_bytes(&self) -> u64 {
        0
    }
}

impl Drop for NativeInstance {
    fn drop(&mut self) {
        // SAFETY: leaked in `new`, and nobody else frees it; the guest does not run.
        drop(unsafe { Box::from_raw(self.vm.as_ptr()) });
    }
}
