//! wasmer's store with a VM's state in it, made to move between threads.

use std::ptr::NonNull;

use wasmer::{FunctionEnv, Store};

use crate::guest::{VmOwner, VmState};

/// A store that one instance owns alone.
pub(crate) struct OwnedStore {
    pub(crate) store: Store,
    state: NonNull<VmState>,
}

// SAFETY: wasmer's store lost `Send` for three reasons: raw pointers into objects that the
// store itself owns; host functions' data of any type; and a handler for finished calls.
// Here the host functions carry nothing (they are closures without captures over an
// environment that is `Send`), no handler and no trap handler is ever set, and what wasmer
// keeps for a thread (the installed store, the stack that a call runs on) it sets up when a
// call begins and takes down when it ends. The state is the store's own and `Send`. All
// access is through `&mut` of the one owner.
#[allow(unsafe_code)]
unsafe impl Send for OwnedStore {}

impl OwnedStore {
    /// Takes the store whose state `env` owns.
    pub(crate) fn new(store: Store, env: &FunctionEnv<VmOwner>) -> Self {
        let state = env.as_ref(&store).state();
        Self { store, state }
    }

    /// The VM's state.
    #[inline]
    #[allow(unsafe_code)]
    pub(crate) fn state(&self) -> &VmState {
        // SAFETY: the store owns it, and under `&self` no guest runs.
        unsafe { self.state.as_ref() }
    }

    /// The VM's state.
    #[inline]
    #[allow(unsafe_code)]
    pub(crate) fn state_mut(&mut self) -> &mut VmState {
        // SAFETY: the store owns it, and under `&mut self` no guest runs and no other
        // reference lives.
        unsafe { self.state.as_mut() }
    }
}
