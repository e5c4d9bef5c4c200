//! The guest under the least host that can serve it, by the same C functions.

use std::ffi::{CStr, c_char, c_void};
use std::ptr;

use crate::api::{Api, ExecEnv, NativeSymbol, RawFunction};
use crate::guest::HEADERS;
use crate::layout;
use crate::shared::Bare;

/// What host functions find at the instance.
struct State {
    call: unsafe extern "C" fn(*mut ExecEnv, *mut RawFunction, u32, *mut u32) -> bool,
    memory: *mut crate::api::RawMemory,
    allocator: *mut RawFunction,
    headers: Vec<(String, String)>,
}

/// An instance and its callbacks.
pub(crate) struct BareWamr {
    api: Api,
    env: *mut ExecEnv,
    request_headers: *mut RawFunction,
    request_trailers: *mut RawFunction,
    response_trailers: *mut RawFunction,
}

impl BareWamr {
    /// Loads `module` (the guest, importing from `bare` instead of `env`) for good.
    ///
    /// # Safety
    /// `api` is of an initialised library.
    pub(crate) unsafe fn new(api: Api, module: Vec<u8>) -> Self {
        let module = module.leak();
        let natives = natives().leak();
        let mut error = [0 as c_char; 256];
        let headers = HEADERS.map(|(name, value)| (name.to_owned(), value.to_owned()));
        let state = Box::leak(Box::new(State {
            call: api.call,
            memory: ptr::null_mut(),
            allocator: ptr::null_mut(),
            headers: headers.into(),
        }));
        // SAFETY: everything handed over is leaked, and the library is initialised.
        unsafe {
            assert!((api.init_thread)());
            let count = natives.len() as u32;
            assert!((api.register_natives)(
                c"bare".as_ptr(),
                natives.as_mut_ptr(),
                count
            ));
            let length = module.len() as u32;
            let module = (api.load)(module.as_mut_ptr(), length, error.as_mut_ptr(), 256);
            assert!(!module.is_null(), "{:?}", CStr::from_ptr(error.as_ptr()));
            let mut arguments = ptr::null_mut();
            assert!((api.arguments_create)(&mut arguments));
            (api.arguments_stack)(arguments, 256 << 10);
            (api.arguments_data)(arguments, ptr::from_mut(state).cast());
            let instance = (api.instantiate)(module, arguments, error.as_mut_ptr(), 256);
            assert!(!instance.is_null(), "{:?}", CStr::from_ptr(error.as_ptr()));
            let function = |name: &CStr| {
                let function = (api.look_up)(instance, name.as_ptr());
                assert!(!function.is_null(), "{name:?}");
                function
            };
            state.memory = (api.memory)(instance);
            state.allocator = function(c"proxy_on_memory_allocate");
            Self {
                api,
                env: (api.exec_env)(instance),
                request_headers: function(c"proxy_on_request_headers"),
                request_trailers: function(c"proxy_on_request_trailers"),
                response_trailers: function(c"proxy_on_response_trailers"),
            }
        }
    }

    fn call<const CELLS: usize>(&self, function: *mut RawFunction, mut argv: [u32; CELLS]) {
        // SAFETY: a function with so many arguments and one result, on the thread that was
        // set up.
        let returned =
            unsafe { (self.api.call)(self.env, function, CELLS as u32, argv.as_mut_ptr()) };
        assert!(returned && argv[0] == 0);
    }
}

impl Bare for BareWamr {
    fn callback(&mut self) {
        self.call(self.request_headers, [2, 16, 0]);
    }

    fn host_calls(&mut self) {
        self.call(self.request_trailers, [2, 0]);
    }

    fn headers(&mut self) {
        self.call(self.response_trailers, [2, 0]);
    }
}

fn natives() -> Vec<NativeSymbol> {
    // WAMR checks and turns addresses into pointers by `*`, with a length by `*~`.
    [
        (c"proxy_get_log_level", log_level as *const c_void, c"(*)i"),
        (
            c"proxy_get_header_map_value",
            header_value as *const c_void,
            c"(i*~**)i",
        ),
    ]
    .map(|(symbol, function, signature)| NativeSymbol {
        symbol: symbol.as_ptr(),
        function,
        signature: signature.as_ptr(),
        attachment: ptr::null_mut(),
    })
    .into()
}

unsafe extern "C" fn log_level(_: *mut ExecEnv, level: *mut u32) -> u32 {
    // SAFETY: WAMR checked the address; the guest of the bench gives one inside its memory.
    unsafe { level.write_unaligned(2) };
    0
}

unsafe extern "C" fn header_value(
    env: *mut ExecEnv,
    map: u32,
    key: *const u8,
    key_size: u32,
    return_data: *mut u32,
    return_size: *mut u32,
) -> u32 {
    if map != 0 {
        return 2;
    }
    // SAFETY: the instance was made with this state.
    let state = unsafe { &*layout::custom_data::<State>(layout::instance(env)) };
    // SAFETY: WAMR checked address and length.
    let key = unsafe { std::slice::from_raw_parts(key, key_size as usize) };
    let found = state
        .headers
        .iter()
        .find(|(name, _)| name.as_bytes() == key);
    let Some((_, value)) = found else { return 1 };
    let size = value.len();
    let mut argv = [size as u32];
    // SAFETY: the guest's allocator, in the environment that runs.
    if !unsafe { (state.call)(env, state.allocator, 1, argv.as_mut_ptr()) } {
        return 10;
    }
    // SAFETY: the memory of the instance that runs.
    let (base, length) = unsafe { layout::memory(state.memory) };
    let address = argv[0] as usize;
    if length < size || address > length - size {
        return 6;
    }
    // SAFETY: inside the memory, as just checked; the return addresses by WAMR.
    unsafe {
        ptr::copy_nonoverlapping(value.as_ptr(), base.add(address), size);
        return_data.write_unaligned(argv[0]);
        return_size.write_unaligned(size as u32);
    }
    0
}
