//! tinywasm's store with a VM's state beside it, made to move between threads.

use std::ptr::NonNull;

use tinywasm::Store;

use crate::guest::VmState;

/// A store that one instance owns alone.
pub(crate) struct OwnedStore {
    pub(crate) store: Store,
    state: NonNull<VmState>,
}

// SAFETY: tinywasm's store is not `Send` for two reasons: counted pointers to host
// functions and module instances, all of whose copies are inside the store once
// instantiation is over; and host functions' and memories' data of any type, which here are
// a pointer to the state, owned by this type and `Send`, and an allocation of the memory's
// own. All access is through `&mut` of the one owner.
#[allow(unsafe_code)]
unsafe impl Send for OwnedStore where VmState: Send {}

impl OwnedStore {
    /// Puts `state` beside `store`, at an address that does not change.
    pub(crate) fn new(store: Store, state: VmState) -> Self {
        let state = NonNull::from(Box::leak(Box::new(state)));
        Self { store, state }
    }

    /// Where the state is for as long as the store lives.
    pub(crate) fn place(&self) -> NonNull<VmState> {
        self.state
    }

    /// The VM's state.
    #[inline]
    #[allow(unsafe_code)]
    pub(crate) fn state(&self) -> &VmState {
        // SAFETY: leaked in `new`, and under `&self` no guest runs.
        unsafe { self.state.as_ref() }
    }

    /// The VM's state.
    #[inline]
    #[allow(unsafe_code)]
    pub(crate) fn state_mut(&mut self) -> &mut VmState {
        // SAFETY: leaked in `new`, and under `&mut self` no guest runs and no other
        // reference lives.
        unsafe { self.state.as_mut() }
    }
}

impl Drop for OwnedStore {
    #[allow(unsafe_code)]
    fn drop(&mut self) {
        // SAFETY: leaked in `new`, and freed only here. The store's host functions still
        // point to it, but dropping them does not follow the pointer.
        drop(unsafe { Box::from_raw(self.state.as_ptr()) });
    }
}
