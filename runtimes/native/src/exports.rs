//! A library's callbacks, resolved once and typed.

use host_core::abi::{AbiVersion, Callback, CallbackSet, Signature};

use crate::library::LibraryCopy;

/// One callback: `P` without a result, `B` with a `bool`, `A` with an action.
///
/// Every parameter is passed in a full register, zero-extended: the calling conventions
/// served here let a callee read as much of it as its own type has (`u32`, `usize` or
/// `bool`), and five integers never reach the stack. Of a `bool` result only the low byte
/// counts.
#[derive(Clone, Copy)]
enum Export {
    Absent,
    P1(unsafe extern "C" fn(usize)),
    B1(unsafe extern "C" fn(usize) -> u8),
    A1(unsafe extern "C" fn(usize) -> u32),
    P2(unsafe extern "C" fn(usize, usize)),
    B2(unsafe extern "C" fn(usize, usize) -> u8),
    A2(unsafe extern "C" fn(usize, usize) -> u32),
    P3(unsafe extern "C" fn(usize, usize, usize)),
    A3(unsafe extern "C" fn(usize, usize, usize) -> u32),
    P5(unsafe extern "C" fn(usize, usize, usize, usize, usize)),
}

/// The callbacks of one copy, by number.
pub(crate) struct Exports([Export; Callback::COUNT]);

impl Exports {
    pub(crate) fn resolve(
        library: &LibraryCopy,
        callbacks: CallbackSet,
        version: AbiVersion,
    ) -> Self {
        let mut exports = [Export::Absent; Callback::COUNT];
        for callback in callbacks.iter() {
            let name = callback.export();
            let answers_bool = matches!(
                callback,
                Callback::Done | Callback::VmStart | Callback::Configure
            );
            // SAFETY: the ABI fixes the type of every function of these names.
            let export = unsafe {
                match callback.signature(version) {
                    Signature {
                        params: 1,
                        result: false,
                    } => library.function(name).map(Export::P1),
                    Signature { params: 1, .. } if answers_bool => {
                        library.function(name).map(Export::B1)
                    }
                    Signature { params: 1, .. } => library.function(name).map(Export::A1),
                    Signature {
                        params: 2,
                        result: false,
                    } => library.function(name).map(Export::P2),
                    Signature { params: 2, .. } if answers_bool => {
                        library.function(name).map(Export::B2)
                    }
                    Signature { params: 2, .. } => library.function(name).map(Export::A2),
                    Signature {
                        params: 3,
                        result: false,
                    } => library.function(name).map(Export::P3),
                    Signature { params: 3, .. } => library.function(name).map(Export::A3),
                    _ => library.function(name).map(Export::P5),
                }
            };
            exports[callback.index()] = export.unwrap_or(Export::Absent);
        }
        Self(exports)
    }

    /// Calls `callback`; 0 where there is none.
    ///
    /// # Safety
    /// The copy they were resolved from must be loaded, and this must be the VM's thread.
    #[inline]
    pub(crate) unsafe fn call(&self, callback: Callback, arguments: &[u32; 5]) -> u32 {
        let [a, b, c, d, e] = (*arguments).map(|argument| argument as usize);
        // SAFETY: the caller's promise; the types are those of the ABI.
        unsafe {
            match self.0[callback.index()] {
                Export::P1(function) => function(a),
                Export::B1(function) => return u32::from(function(a)),
                Export::A1(function) => return function(a),
                Export::P2(function) => function(a, b),
                Export::B2(function) => return u32::from(function(a, b)),
                Export::A2(function) => return function(a, b),
                Export::P3(function) => function(a, b, c),
                // The third is `end_of_stream`: a guest's `bool` may be 0 or 1 only.
                Export::A3(function) => return function(a, b, usize::from(c != 0)),
                Export::P5(function) => function(a, b, c, d, e),
                Export::Absent => {}
            }
        }
        0
    }
}
