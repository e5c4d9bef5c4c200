//! Values and vectors as `wasm.h` lays them out.

use std::ptr::null_mut;

/// `WASM_I32`, `WASM_I64`
pub(crate) const I32: u8 = 0;
pub(crate) const I64: u8 = 1;

/// `wasm_val_t`
#[repr(C)]
#[derive(Clone, Copy, Debug, Default)]
pub struct Value {
    kind: u8,
    _padding: [u8; 7],
    /// An integer, zero-extended.
    pub of: u64,
}

impl Value {
    /// An `i32`.
    #[inline]
    pub const fn i32(number: u32) -> Self {
        Self {
            kind: I32,
            _padding: [0; 7],
            of: number as u64,
        }
    }
}

/// `wasm_..._vec_t`: a size and the elements.
///
/// WAMR's have three words more, of which it reads the first two: how many elements there
/// is room for and the size of one. Room for them is there for every library; others
/// neither read nor write them.
#[repr(C)]
#[derive(Debug)]
pub struct CVec<T> {
    /// Elements.
    pub size: usize,
    /// The first of them.
    pub data: *mut T,
    capacity: usize,
    element: usize,
    lock: *mut (),
}

impl<T> CVec<T> {
    /// Without elements.
    #[inline]
    pub const fn empty() -> Self {
        Self {
            size: 0,
            data: null_mut(),
            capacity: 0,
            element: size_of::<T>(),
            lock: null_mut(),
        }
    }

    /// The first `count` of `elements`, lent: not to be deleted, and alive only as long as
    /// they are.
    #[inline]
    pub fn lent(elements: &mut [T], count: usize) -> Self {
        let count = count.min(elements.len());
        Self {
            size: count,
            data: elements.as_mut_ptr(),
            capacity: count,
            element: size_of::<T>(),
            lock: null_mut(),
        }
    }

    /// The elements.
    ///
    /// # Safety
    /// It must hold what the library put into it, or what was lent and lives.
    #[inline]
    pub unsafe fn as_slice(&self) -> &[T] {
        match self.data.is_null() || self.size == 0 {
            true => &[],
            // SAFETY: the caller's promise.
            false => unsafe { std::slice::from_raw_parts(self.data, self.size) },
        }
    }
}

const _: () = assert!(size_of::<Value>() == 16);
