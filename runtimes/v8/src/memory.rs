//! The guest's linear memory where V8 has it now.
#![allow(unsafe_code)]

use std::ptr::NonNull;

use v8::{ArrayBuffer, HandleScope, Isolate, Local, WasmMemoryObject};

use crate::isolate::Kept;

/// A guest's memory. Its address and length are kept: asking V8 each time would cost a host
/// call more than all else it does.
pub(crate) struct Memory {
    object: Kept<WasmMemoryObject>,
    buffer: Kept<ArrayBuffer>,
    base: NonNull<u8>,
    length: usize,
}

impl Memory {
    pub(crate) fn new(scope: &mut HandleScope<'_>, object: Local<'_, WasmMemoryObject>) -> Self {
        let mut memory = Self {
            object: Kept::new(scope, object),
            buffer: Kept::new(scope, object.buffer()),
            base: NonNull::dangling(),
            length: 0,
        };
        memory.find(scope);
        memory
    }

    /// Takes note of where the memory is, if it grew since. A handle scope must be open.
    #[inline]
    pub(crate) fn refresh(&mut self, isolate: &mut Isolate) {
        // Growing detaches the buffer, and a detached buffer has no bytes.
        let length = self.buffer.open(isolate).byte_length();
        if length != self.length || length == 0 {
            self.find(isolate);
        }
    }

    #[cold]
    fn find(&mut self, isolate: &mut Isolate) {
        let buffer = self.object.open(isolate).buffer();
        self.length = buffer.byte_length();
        self.base = buffer.data().map_or(NonNull::dangling(), NonNull::cast);
        self.buffer = Kept::new(isolate, buffer);
    }

    /// The memory.
    ///
    /// # Safety
    /// [`Memory::refresh`] was called after the guest last ran, and it does not run while
    /// the result lives.
    #[inline]
    pub(crate) unsafe fn bytes(&mut self) -> &mut [u8] {
        // SAFETY: V8 owns `length` bytes there until the memory grows, and only the guest
        // grows it; nobody else has them, since the memory is not shared.
        unsafe { std::slice::from_raw_parts_mut(self.base.as_ptr(), self.length) }
    }

    /// Bytes now.
    pub(crate) fn length_now(&self, scope: &mut HandleScope<'_, ()>) -> usize {
        self.object.open(scope).buffer().byte_length()
    }
}
