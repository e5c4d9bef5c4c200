//! Raises one number in the host's shared data with every request.

mod host;

const KEY: &str = "requests";
/// Tries after which a request goes on without being counted.
const PATIENCE: usize = 1_000;

/// Adds one to the number, again until nobody else has changed it meanwhile.
fn count() {
    for _ in 0..PATIENCE {
        let (value, cas) = host::get(KEY).unwrap_or_default();
        let number = <[u8; 8]>::try_from(&*value).map_or(0, u64::from_le_bytes);
        if host::set(KEY, &(number + 1).to_le_bytes(), cas) {
            return;
        }
    }
}

#[no_mangle]
pub extern "C" fn proxy_abi_version_0_2_1() {}

#[no_mangle]
pub extern "C" fn proxy_on_vm_start(_root: u32, _size: usize) -> u32 {
    1
}

#[no_mangle]
pub extern "C" fn proxy_on_configure(_root: u32, _size: usize) -> u32 {
    1
}

#[no_mangle]
pub extern "C" fn proxy_on_context_create(_id: u32, _root: u32) {}

#[no_mangle]
pub extern "C" fn proxy_on_request_headers(_id: u32, _count: usize, _end_of_stream: u32) -> u32 {
    count();
    0
}

#[no_mangle]
pub extern "C" fn proxy_on_done(_id: u32) -> u32 {
    1
}

#[no_mangle]
pub extern "C" fn proxy_on_log(_id: u32) {}

#[no_mangle]
pub extern "C" fn proxy_on_delete(_id: u32) {}
