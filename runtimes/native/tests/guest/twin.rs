//! A native guest without an SDK, compiled by the tests.

use std::cell::Cell;
use std::sync::atomic::{AtomicU32, Ordering};

thread_local! {
    static SEEN: Cell<usize> = const { Cell::new(0) };
}
static STARTS: AtomicU32 = AtomicU32::new(0);

unsafe extern "C" {
    fn proxy_get_log_level(level: *mut u32) -> u32;
    fn proxy_set_shared_data(
        key: *const u8,
        key_size: usize,
        value: *const u8,
        value_size: usize,
        cas: u32,
    ) -> u32;
    fn proxy_get_shared_data(
        key: *const u8,
        key_size: usize,
        value: *mut *mut u8,
        value_size: *mut usize,
        cas: *mut u32,
    ) -> u32;
}

#[unsafe(no_mangle)]
pub extern "C" fn proxy_abi_version_0_2_1() {}

#[unsafe(no_mangle)]
pub extern "C" fn _initialize() {
    STARTS.fetch_add(1, Ordering::Relaxed);
}

#[unsafe(no_mangle)]
pub extern "C" fn proxy_on_memory_allocate(size: usize) -> *mut u8 {
    let mut bytes = Vec::<u8>::with_capacity(size);
    let pointer = bytes.as_mut_ptr();
    std::mem::forget(bytes);
    pointer
}

#[unsafe(no_mangle)]
pub extern "C" fn proxy_on_context_create(context: u32, parent: u32) {
    SEEN.set(context as usize + 10 * parent as usize);
}

#[unsafe(no_mangle)]
pub extern "C" fn proxy_on_log(context: u32) {
    SEEN.set(context as usize);
}

#[unsafe(no_mangle)]
pub extern "C" fn proxy_on_configure(root: u32, size: usize) -> bool {
    size > root as usize
}

#[unsafe(no_mangle)]
pub extern "C" fn proxy_on_request_headers(context: u32, count: usize, end: bool) -> u32 {
    context + 10 * count as u32 + 100 * u32::from(end)
}

#[unsafe(no_mangle)]
pub extern "C" fn proxy_on_http_call_response(
    root: u32,
    call: u32,
    headers: usize,
    body: usize,
    trailers: usize,
) {
    SEEN.set(root as usize + 10 * call as usize + 100 * headers + 1000 * body + 10_000 * trailers);
}

/// Answers something about the guest: what depends on the number.
#[unsafe(no_mangle)]
pub extern "C" fn proxy_on_request_trailers(what: u32, _: usize) -> u32 {
    match what {
        0 => SEEN.get() as u32,
        1 => STARTS.load(Ordering::Relaxed),
        2 => {
            let mut level = u32::MAX;
            1000 * unsafe { proxy_get_log_level(&mut level) } + level
        }
        3 => shared(),
        4 => unsafe { proxy_set_shared_data(std::ptr::null(), 3, b"x".as_ptr(), 1, 0) },
        5 => std::thread::spawn(|| unsafe { proxy_get_log_level(&mut 0) })
            .join()
            .unwrap(),
        _ => 0,
    }
}

fn shared() -> u32 {
    let (key, value) = (b"key", b"hello");
    let (mut data, mut size, mut cas) = (std::ptr::null_mut(), 0, 0);
    unsafe {
        let status = proxy_set_shared_data(key.as_ptr(), 3, value.as_ptr(), 5, 0);
        assert_eq!(status, 0);
        let status = proxy_get_shared_data(key.as_ptr(), 3, &mut data, &mut size, &mut cas);
        assert_eq!(status, 0);
        let copy = Vec::from_raw_parts(data, size, size);
        1000 * copy.len() as u32 + u32::from(copy[0])
    }
}
