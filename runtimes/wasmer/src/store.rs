//! wasmer's store, made to move between threads.

use wasmer::Store;

/// A store that one instance owns alone.
pub(crate) struct OwnedStore(pub(crate) Store);

// SAFETY: wasmer's store lost `Send` for three reasons: raw pointers into objects that the
// store itself owns; host functions' data of any type; and a handler for finished calls.
// Here the host functions carry nothing (they are closures without captures over an
// environment that is `Send`), no handler and no trap handler is ever set, and what wasmer
// keeps for a thread (the installed store, the stack that a call runs on) it sets up when a
// call begins and takes down when it ends. All access is through `&mut` of the one owner.
#[allow(unsafe_code)]
unsafe impl Send for OwnedStore {}
