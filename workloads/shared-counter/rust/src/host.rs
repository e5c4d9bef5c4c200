//! What this filter needs of the Proxy-Wasm ABI 0.2.1.

use std::ptr;

#[cfg_attr(target_arch = "wasm32", link(wasm_import_module = "env"))]
extern "C" {
    fn proxy_get_shared_data(
        key: *const u8,
        key_size: usize,
        value: *mut *mut u8,
        size: *mut usize,
        cas: *mut u32,
    ) -> u32;
    fn proxy_set_shared_data(
        key: *const u8,
        key_size: usize,
        value: *const u8,
        size: usize,
        cas: u32,
    ) -> u32;
}

const OK: u32 = 0;
const CAS_MISMATCH: u32 = 8;

/// Room for an answer of the host, which becomes the box that [`get`] makes.
#[no_mangle]
pub extern "C" fn proxy_on_memory_allocate(size: usize) -> *mut u8 {
    Box::into_raw(Box::<[u8]>::new_uninit_slice(size)).cast()
}

/// The value of a key and the number of its last change; `None` when there is none.
pub fn get(key: &str) -> Option<(Box<[u8]>, u32)> {
    let (mut address, mut size, mut cas) = (ptr::null_mut(), 0, 0);
    // SAFETY: all pointers are to what is alive for the call.
    let status = unsafe {
        proxy_get_shared_data(key.as_ptr(), key.len(), &mut address, &mut size, &mut cas)
    };
    if status != OK || address.is_null() {
        return None;
    }
    // SAFETY: `proxy_on_memory_allocate` gave this address out as a box of that size, and the
    // host has filled all of it.
    let value = unsafe { Box::from_raw(ptr::slice_from_raw_parts_mut(address, size)) };
    Some((value, cas))
}

/// Sets the value of a key, unless it was changed since `cas`; false when it was.
pub fn set(key: &str, value: &[u8], cas: u32) -> bool {
    // SAFETY: both slices are alive for the call.
    let status = unsafe {
        proxy_set_shared_data(key.as_ptr(), key.len(), value.as_ptr(), value.len(), cas)
    };
    status != CAS_MISMATCH
}
