//! The native twin of `runtimes/benches/guest.wat`.

const CALLS: u32 = 1000;
static mut HEAP: [u8; 4096] = [0; 4096];

unsafe extern "C" {
    fn proxy_get_log_level(level: *mut u32) -> u32;
    fn proxy_get_header_map_value(
        map: u32,
        key: *const u8,
        key_size: usize,
        value: *mut *mut u8,
        value_size: *mut usize,
    ) -> u32;
}

#[unsafe(no_mangle)]
pub extern "C" fn proxy_abi_version_0_2_1() {}

/// Gives out the same bytes every time: the guest has done with them by then.
#[unsafe(no_mangle)]
pub extern "C" fn proxy_on_memory_allocate(size: usize) -> *mut u8 {
    if size > 4096 {
        std::ptr::null_mut()
    } else {
        &raw mut HEAP as *mut u8
    }
}

#[unsafe(no_mangle)]
pub extern "C" fn proxy_on_request_headers(_: u32, _: usize, _: bool) -> u32 {
    0
}

#[unsafe(no_mangle)]
pub extern "C" fn proxy_on_request_trailers(_: u32, _: usize) -> u32 {
    let mut level = 0;
    for _ in 0..CALLS {
        unsafe { proxy_get_log_level(&mut level) };
    }
    0
}

#[unsafe(no_mangle)]
pub extern "C" fn proxy_on_response_trailers(_: u32, _: usize) -> u32 {
    let key = b"x-request-id";
    let (mut value, mut size) = (std::ptr::null_mut(), 0);
    for _ in 0..CALLS {
        let status = unsafe {
            proxy_get_header_map_value(0, key.as_ptr(), key.len(), &mut value, &mut size)
        };
        assert!(status == 0 && size == 32);
    }
    0
}
