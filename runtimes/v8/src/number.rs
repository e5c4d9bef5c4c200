//! Numbers of WebAssembly as V8's values.
#![allow(unsafe_code)]

use v8::{BigInt, HandleScope, Integer, Local, Value};

/// The number of an `i32`.
///
/// V8 keeps small integers in the handle itself, the number in the upper half of the word
/// and a zero in its lowest bit; [`layout_is_known`] checks it. Reading it here saves a call
/// into C++ for each argument of a host call.
#[inline]
pub(crate) fn to_u32(value: Local<'_, Value>) -> u32 {
    let slot: *const Value = &*value;
    // SAFETY: a handle points to a word that holds the value or its tagged address.
    let word = unsafe { slot.cast::<u64>().read() };
    if word & 1 == 0 {
        return (word >> 32) as u32;
    }
    big_to_u32(value)
}

/// The number of an `i32` that is no small integer, which V8 never passes.
#[cold]
fn big_to_u32(value: Local<'_, Value>) -> u32 {
    Local::<v8::Number>::try_from(value).map_or(0, |number| number.value() as i64 as u32)
}

/// The number of an `i64`, which V8 passes as a big integer.
#[inline]
pub(crate) fn to_u64(value: Local<'_, Value>) -> u64 {
    Local::<BigInt>::try_from(value).map_or(0, |number| number.u64_value().0)
}

/// Up to five `i32`s as V8 has them in memory, so that no call needs a handle for each.
pub(crate) struct Small([u64; 5]);

impl Small {
    #[inline]
    pub(crate) fn new(numbers: &[u32; 5]) -> Self {
        Self(numbers.map(|number| u64::from(number) << 32))
    }

    /// The values, for a call.
    #[inline]
    pub(crate) fn values(&self) -> [Local<'_, Value>; 5] {
        self.0.each_ref().map(|word| {
            // SAFETY: a handle is the address of a word that holds a value; these are small
            // integers, as `layout_is_known` found, and the collector leaves those alone.
            unsafe { std::mem::transmute::<&u64, Local<'_, Value>>(word) }
        })
    }
}

/// Whether small integers lie in memory as [`to_u32`] reads them.
pub(crate) fn layout_is_known(scope: &mut HandleScope<'_, ()>) -> bool {
    [0, 1, -1, i32::MAX, i32::MIN, 0x1234_5678]
        .into_iter()
        .all(|number| {
            let value: Local<'_, Value> = Integer::new(scope, number).into();
            let slot: *const Value = &*value;
            // SAFETY: as in `to_u32`.
            let word = unsafe { slot.cast::<u64>().read() };
            word == u64::from(number.cast_unsigned()) << 32
        })
}
