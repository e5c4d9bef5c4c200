//! The least that a useful plugin does: two more headers on every response.
//!
//! It exports no callback on requests, keeps nothing for a stream and asks its host for
//! nothing, so what it costs is the way into a guest and back.

/// The response's headers, as the ABI numbers them.
const RESPONSE: u32 = 2;
const HEADERS: [(&str, &str); 2] = [("hi", "trendyol!"), ("x-wasm-custom", "FOO")];

#[cfg_attr(target_arch = "wasm32", link(wasm_import_module = "env"))]
extern "C" {
    fn proxy_add_header_map_value(
        map: u32,
        name: *const u8,
        name_size: usize,
        value: *const u8,
        value_size: usize,
    ) -> u32;
}

#[no_mangle]
pub extern "C" fn proxy_abi_version_0_2_1() {}

/// Refuses to give memory: nothing that this plugin calls needs any.
#[no_mangle]
pub extern "C" fn proxy_on_memory_allocate(_size: usize) -> *mut u8 {
    std::ptr::null_mut()
}

#[no_mangle]
pub extern "C" fn proxy_on_context_create(_id: u32, _root: u32) {}

#[no_mangle]
pub extern "C" fn proxy_on_response_headers(_id: u32, _count: usize, _end_of_stream: u32) -> u32 {
    for (name, value) in HEADERS {
        // A host that refuses leaves the response as it was, which is no reason to stop it.
        // SAFETY: both texts are constants.
        unsafe {
            proxy_add_header_map_value(
                RESPONSE,
                name.as_ptr(),
                name.len(),
                value.as_ptr(),
                value.len(),
            )
        };
    }
    0
}
