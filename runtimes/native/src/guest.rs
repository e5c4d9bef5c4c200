//! The guest as host calls see it.

use std::marker::PhantomData;
use std::ptr::NonNull;

use host_core::{Guest, Host};

use crate::memory::NativeMemory;

/// `proxy_on_memory_allocate` or `malloc`.
pub(crate) type Allocator = unsafe extern "C" fn(usize) -> usize;

/// What a VM carries. It stays at one address, because the thread points to it while the
/// guest runs; nobody keeps a reference into it across a call into the guest.
pub(crate) struct VmState {
    pub(crate) host: Host,
    pub(crate) allocator: Option<Allocator>,
}

/// The caller of a host call. Only made from [`crate::thread::current`].
pub(crate) struct NativeGuest(NonNull<VmState>);

impl NativeGuest {
    /// # Safety
    /// `vm` must be alive, and its guest suspended in a host call on this thread, for as
    /// long as the result is used.
    #[inline]
    pub(crate) unsafe fn new(vm: NonNull<VmState>) -> Self {
        Self(vm)
    }

    #[inline]
    fn state(&mut self) -> &mut VmState {
        // SAFETY: alive by the promise of `new`. Exclusive, because the guest waits in
        // this host call, the instance's own borrow is a pointer while it does, and
        // `&mut self` keeps other results of this function away.
        unsafe { self.0.as_mut() }
    }
}

/// Why a host call ended a native guest: it cannot, since nothing unwinds native frames.
#[derive(Debug)]
pub(crate) struct NoTrap;

impl Guest for NativeGuest {
    type Trap = NoTrap;
    type Memory<'a> = NativeMemory<'a>;

    #[inline]
    fn host(&mut self) -> &mut Host {
        &mut self.state().host
    }

    #[inline]
    fn split(&mut self) -> (NativeMemory<'_>, &mut Host) {
        (NativeMemory(PhantomData), &mut self.state().host)
    }

    #[inline]
    fn allocate(&mut self, size: usize) -> Result<usize, NoTrap> {
        // Absent while it runs: a guest cannot need its allocator inside its allocator.
        let Some(allocator) = self.state().allocator.take() else {
            return Ok(0);
        };
        // SAFETY: the library's own allocator, with the signature of the ABI. The library
        // is loaded, its guest waits on this thread, and no reference into the VM lives.
        let address = unsafe { allocator(size) };
        self.state().allocator = Some(allocator);
        Ok(address)
    }

    #[cold]
    fn exit(&mut self, _: u32) -> NoTrap {
        NoTrap
    }
}
