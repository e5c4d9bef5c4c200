//! The host functions, and calling one by its name.

/// Arguments of the widest host call.
pub const SLOTS: usize = 12;

/// Why a call was not made.
pub enum Refusal {
    /// No host function has this name.
    Unknown,
    /// It takes this many arguments.
    Arguments(usize),
}

macro_rules! kind {
    (w) => {
        u32
    };
    (p) => {
        usize
    };
    (d) => {
        u64
    };
}

// `w` is a 32-bit word, `p` an address or a length, `d` a 64-bit word.
macro_rules! host_calls {
    ($call:ident in $module:literal: $($(#[$link:meta])* $name:ident($($kind:ident)*);)*) => {
        #[cfg_attr(target_arch = "wasm32", link(wasm_import_module = $module))]
        extern "C" {
            $($(#[$link])* fn $name($(_: kind!($kind)),*) -> u32;)*
        }

        /// Calls the function of this name, which lacks `proxy_` or `wasi_ephemeral_` in front.
        pub fn $call(name: &[u8], slots: &[u64]) -> Result<u32, Refusal> {
            $({
                const NAME: &str = stringify!($name);
                const KINDS: &[&str] = &[$(stringify!($kind)),*];
                let bare = NAME.strip_prefix("proxy_").unwrap_or(NAME);
                let bare = bare.strip_prefix("wasi_ephemeral_").unwrap_or(bare);
                if name == bare.as_bytes() {
                    if slots.len() != KINDS.len() {
                        return Err(Refusal::Arguments(KINDS.len()));
                    }
                    let mut slots = slots.iter();
                    let mut next = || slots.next().copied().unwrap_or(0);
                    let _ = &mut next;
                    // SAFETY: the host checks every address that it is given.
                    return Ok(unsafe { $name($(next() as kind!($kind)),*) });
                }
            })*
            Err(Refusal::Unknown)
        }
    };
}

host_calls! { proxy in "env":
    proxy_done();
    proxy_set_effective_context(w);
    proxy_log(w p p);
    proxy_get_log_level(p);
    proxy_get_current_time_nanoseconds(p);
    proxy_set_tick_period_milliseconds(w);
    proxy_set_buffer_bytes(w p p p p);
    proxy_get_buffer_bytes(w p p p p);
    proxy_get_buffer_status(w p p);
    proxy_get_header_map_size(w p);
    proxy_get_header_map_pairs(w p p);
    proxy_set_header_map_pairs(w p p);
    proxy_get_header_map_value(w p p p p);
    proxy_add_header_map_value(w p p p p);
    proxy_replace_header_map_value(w p p p p);
    proxy_remove_header_map_value(w p p);
    proxy_continue_stream(w);
    proxy_close_stream(w);
    proxy_get_status(p p p);
    proxy_send_local_response(w p p p p p p w);
    proxy_http_call(p p p p p p p p w p);
    proxy_grpc_call(p p p p p p p p p p w p);
    proxy_grpc_stream(p p p p p p p p p);
    proxy_grpc_send(w p p w);
    proxy_grpc_cancel(w);
    proxy_grpc_close(w);
    proxy_set_shared_data(p p p p w);
    proxy_get_shared_data(p p p p p);
    proxy_register_shared_queue(p p p);
    proxy_resolve_shared_queue(p p p p p);
    proxy_enqueue_shared_queue(w p p);
    proxy_dequeue_shared_queue(w p p);
    proxy_define_metric(w p p p);
    proxy_record_metric(w d);
    proxy_increment_metric(w d);
    proxy_get_metric(w p);
    proxy_get_property(p p p p);
    proxy_set_property(p p p p);
    proxy_call_foreign_function(p p p p p p);
}

// The native twin finds them under names with the module's in front.
host_calls! { nn in "wasi_ephemeral_nn":
    #[cfg_attr(target_arch = "wasm32", link_name = "load")]
    wasi_ephemeral_nn_load(p p w w p);
    #[cfg_attr(target_arch = "wasm32", link_name = "load_by_name")]
    wasi_ephemeral_nn_load_by_name(p p p);
    #[cfg_attr(target_arch = "wasm32", link_name = "init_execution_context")]
    wasi_ephemeral_nn_init_execution_context(w p);
    #[cfg_attr(target_arch = "wasm32", link_name = "set_input")]
    wasi_ephemeral_nn_set_input(w w p);
    #[cfg_attr(target_arch = "wasm32", link_name = "get_output")]
    wasi_ephemeral_nn_get_output(w w p p p);
    #[cfg_attr(target_arch = "wasm32", link_name = "compute")]
    wasi_ephemeral_nn_compute(w);
}

#[cfg(target_arch = "wasm32")]
host_calls! { wasi in "wasi_snapshot_preview1":
    args_get(p p);
    args_sizes_get(p p);
    environ_get(p p);
    environ_sizes_get(p p);
    clock_res_get(w p);
    clock_time_get(w d p);
    random_get(p p);
    sched_yield();
    poll_oneoff(p p w p);
    fd_write(w p p p);
    fd_read(w p p p);
    fd_close(w);
    fd_seek(w d w p);
    fd_fdstat_get(w p);
    fd_prestat_get(w p);
    path_open(w w p p w d d w p);
}

/// The native twin has no WASI.
#[cfg(not(target_arch = "wasm32"))]
pub fn wasi(_name: &[u8], _slots: &[u64]) -> Result<u32, Refusal> {
    Err(Refusal::Unknown)
}

/// Writes a line to the plugin's log at level info.
pub fn log(line: &[u8]) {
    const INFO: u32 = 2;
    // SAFETY: the range is that of a slice.
    unsafe { proxy_log(INFO, line.as_ptr() as usize, line.len()) };
}

/// Reads all of a configuration buffer, to keep.
pub fn configuration(buffer: u32, size: usize) -> &'static [u8] {
    let (mut data, mut read) = (0_usize, 0_usize);
    // SAFETY: the answers are written to two variables of this function.
    let status = unsafe {
        proxy_get_buffer_bytes(
            buffer,
            0,
            size,
            &raw mut data as usize,
            &raw mut read as usize,
        )
    };
    if status != 0 || read == 0 {
        return &[];
    }
    // SAFETY: the host wrote `read` bytes into memory that it got from the allocator, and
    // which is never given back.
    unsafe { core::slice::from_raw_parts(data as *const u8, read) }
}
