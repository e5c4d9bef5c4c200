//! What this filter needs of the Proxy-Wasm ABI 0.2.1, with owners for what the host gives.

use std::ptr;

#[cfg_attr(target_arch = "wasm32", link(wasm_import_module = "env"))]
extern "C" {
    fn proxy_log(level: u32, text: *const u8, size: usize) -> u32;
    fn proxy_get_header_map_pairs(map: u32, pairs: *mut *mut u8, size: *mut usize) -> u32;
    fn proxy_get_header_map_value(
        map: u32,
        name: *const u8,
        name_size: usize,
        value: *mut *mut u8,
        size: *mut usize,
    ) -> u32;
    fn proxy_add_header_map_value(
        map: u32,
        name: *const u8,
        name_size: usize,
        value: *const u8,
        size: usize,
    ) -> u32;
    fn proxy_replace_header_map_value(
        map: u32,
        name: *const u8,
        name_size: usize,
        value: *const u8,
        size: usize,
    ) -> u32;
    fn proxy_remove_header_map_value(map: u32, name: *const u8, name_size: usize) -> u32;
}

const OK: u32 = 0;
const DEBUG: u32 = 1;

/// Room for an answer of the host, which becomes the vector that [`answer`] makes.
#[no_mangle]
pub extern "C" fn proxy_on_memory_allocate(size: usize) -> *mut u8 {
    Box::into_raw(Box::<[u8]>::new_uninit_slice(size)).cast()
}

pub fn log_debug(line: &[u8]) {
    // SAFETY: the slice is alive for the call.
    unsafe { proxy_log(DEBUG, line.as_ptr(), line.len()) };
}

/// What the host gives with `call`; `None` when it has nothing.
fn answer(call: impl FnOnce(*mut *mut u8, *mut usize) -> u32) -> Option<Vec<u8>> {
    let (mut address, mut size) = (ptr::null_mut(), 0);
    if call(&mut address, &mut size) != OK {
        return None;
    }
    if address.is_null() {
        return Some(Vec::new());
    }
    // SAFETY: `proxy_on_memory_allocate` gave this address out as a box of that size, and
    // the host has filled all of it.
    let given = unsafe { Box::from_raw(ptr::slice_from_raw_parts_mut(address, size)) };
    Some(given.into_vec())
}

/// A header map of the host.
#[derive(Clone, Copy)]
#[repr(u32)]
pub enum Headers {
    Request = 0,
    Response = 2,
}

impl Headers {
    /// The value, several of one name joined with `", "`.
    pub fn get(self, name: &str) -> Option<Vec<u8>> {
        // SAFETY: all pointers are to what is alive for the call.
        answer(|value, size| unsafe {
            proxy_get_header_map_value(self as u32, name.as_ptr(), name.len(), value, size)
        })
    }

    pub fn add(self, name: &str, value: &str) {
        // SAFETY: both texts are alive for the call.
        unsafe {
            proxy_add_header_map_value(
                self as u32,
                name.as_ptr(),
                name.len(),
                value.as_ptr(),
                value.len(),
            )
        };
    }

    pub fn set(self, name: &str, value: &[u8]) {
        // SAFETY: name and value are alive for the call.
        unsafe {
            proxy_replace_header_map_value(
                self as u32,
                name.as_ptr(),
                name.len(),
                value.as_ptr(),
                value.len(),
            )
        };
    }

    pub fn remove(self, name: &str) {
        // SAFETY: the name is alive for the call.
        unsafe { proxy_remove_header_map_value(self as u32, name.as_ptr(), name.len()) };
    }

    /// Calls `visit` with every name and value. The host's layout: the number of headers,
    /// the sizes of every name and value, then the bytes of each with a zero behind it.
    pub fn each(self, mut visit: impl FnMut(&[u8], &[u8])) {
        // SAFETY: both pointers are to what is alive for the call.
        let pairs =
            answer(|pairs, size| unsafe { proxy_get_header_map_pairs(self as u32, pairs, size) });
        let pairs = pairs.unwrap_or_default();
        let number = |at: usize| {
            let bytes = pairs.get(at..at + 4).and_then(|four| four.try_into().ok());
            bytes.map_or(0, u32::from_le_bytes) as usize
        };
        let count = number(0);
        let mut text = 4 + 8 * count;
        for index in 0..count {
            let sizes = 4 + 8 * index;
            let name = &pairs[text..][..number(sizes)];
            text += name.len() + 1;
            let value = &pairs[text..][..number(sizes + 4)];
            text += value.len() + 1;
            visit(name, value);
        }
    }
}
