//! The one list of host functions, from which every engine makes its typed imports.
//!
//! [`for_each_host_call!`](crate::for_each_host_call) hands the list to a macro of the
//! caller's, after one token tree of the caller's if there is one. An entry is
//! `name(argument: type, ...) -> result;`, where a type is `u32`, `u64`, `addr` (an
//! address in guest memory) or `size` (a length there), and a result is `u32` or `()`. The
//! function of that name in [`crate::hostcalls`], [`crate::wasi`] or [`crate::nn`] takes
//! `addr` and `size` as `usize`.

/// Calls `$each!` with the table of all `proxy_*` functions and the harmless `env` helpers
/// that emscripten modules import. All belong to import module `env`.
#[macro_export]
macro_rules! for_each_host_call {
    ($($each:ident)::+ $(, $before:tt)?) => {
        $($each)::+! {
            $($before)?
            proxy_done() -> u32;
            proxy_set_effective_context(context: u32) -> u32;
            proxy_log(level: u32, message: addr, message_size: size) -> u32;
            proxy_get_log_level(return_level: addr) -> u32;
            proxy_get_current_time_nanoseconds(return_time: addr) -> u32;
            proxy_set_tick_period_milliseconds(period: u32) -> u32;
            proxy_set_buffer_bytes(buffer: u32, start: size, length: size, data: addr, data_size: size) -> u32;
            proxy_get_buffer_bytes(buffer: u32, start: size, max_size: size, return_data: addr, return_size: addr) -> u32;
            proxy_get_buffer_status(buffer: u32, return_size: addr, return_flags: addr) -> u32;
            proxy_get_header_map_size(map: u32, return_size: addr) -> u32;
            proxy_get_header_map_pairs(map: u32, return_data: addr, return_size: addr) -> u32;
            proxy_set_header_map_pairs(map: u32, data: addr, data_size: size) -> u32;
            proxy_get_header_map_value(map: u32, key: addr, key_size: size, return_data: addr, return_size: addr) -> u32;
            proxy_add_header_map_value(map: u32, key: addr, key_size: size, value: addr, value_size: size) -> u32;
            proxy_replace_header_map_value(map: u32, key: addr, key_size: size, value: addr, value_size: size) -> u32;
            proxy_remove_header_map_value(map: u32, key: addr, key_size: size) -> u32;
            proxy_continue_stream(stream: u32) -> u32;
            proxy_close_stream(stream: u32) -> u32;
            proxy_get_status(return_code: addr, return_message: addr, return_size: addr) -> u32;
            proxy_send_local_response(status: u32, details: addr, details_size: size, body: addr, body_size: size, headers: addr, headers_size: size, grpc_status: u32) -> u32;
            proxy_http_call(upstream: addr, upstream_size: size, headers: addr, headers_size: size, body: addr, body_size: size, trailers: addr, trailers_size: size, timeout: u32, return_call: addr) -> u32;
            proxy_grpc_call(upstream: addr, upstream_size: size, service: addr, service_size: size, method: addr, method_size: size, metadata: addr, metadata_size: size, message: addr, message_size: size, timeout: u32, return_call: addr) -> u32;
            proxy_grpc_stream(upstream: addr, upstream_size: size, service: addr, service_size: size, method: addr, method_size: size, metadata: addr, metadata_size: size, return_call: addr) -> u32;
            proxy_grpc_send(call: u32, message: addr, message_size: size, end_stream: u32) -> u32;
            proxy_grpc_cancel(call: u32) -> u32;
            proxy_grpc_close(call: u32) -> u32;
            proxy_set_shared_data(key: addr, key_size: size, value: addr, value_size: size, cas: u32) -> u32;
            proxy_get_shared_data(key: addr, key_size: size, return_value: addr, return_size: addr, return_cas: addr) -> u32;
            proxy_register_shared_queue(name: addr, name_size: size, return_queue: addr) -> u32;
            proxy_resolve_shared_queue(vm: addr, vm_size: size, name: addr, name_size: size, return_queue: addr) -> u32;
            proxy_enqueue_shared_queue(queue: u32, value: addr, value_size: size) -> u32;
            proxy_dequeue_shared_queue(queue: u32, return_value: addr, return_size: addr) -> u32;
            proxy_define_metric(kind: u32, name: addr, name_size: size, return_metric: addr) -> u32;
            proxy_record_metric(metric: u32, value: u64) -> u32;
            proxy_increment_metric(metric: u32, offset: u64) -> u32;
            proxy_get_metric(metric: u32, return_value: addr) -> u32;
            proxy_get_property(path: addr, path_size: size, return_value: addr, return_size: addr) -> u32;
            proxy_set_property(path: addr, path_size: size, value: addr, value_size: size) -> u32;
            proxy_call_foreign_function(name: addr, name_size: size, arguments: addr, arguments_size: size, return_data: addr, return_size: addr) -> u32;
            proxy_get_configuration(return_data: addr, return_size: addr) -> u32;
            proxy_continue_request() -> u32;
            proxy_continue_response() -> u32;
            proxy_clear_route_cache() -> u32;
            pthread_equal(left: u32, right: u32) -> u32;
            emscripten_notify_memory_growth(memory: u32) -> ();
        }
    };
}

/// Calls `$each!` with the table of WASI functions, which belong to both
/// `wasi_snapshot_preview1` and `wasi_unstable`.
#[macro_export]
macro_rules! for_each_wasi_call {
    ($($each:ident)::+ $(, $before:tt)?) => {
        $($each)::+! {
            $($before)?
            args_get(argv: addr, buffer: addr) -> u32;
            args_sizes_get(return_count: addr, return_size: addr) -> u32;
            environ_get(environ: addr, buffer: addr) -> u32;
            environ_sizes_get(return_count: addr, return_size: addr) -> u32;
            clock_res_get(clock: u32, return_resolution: addr) -> u32;
            clock_time_get(clock: u32, precision: u64, return_time: addr) -> u32;
            random_get(buffer: addr, length: size) -> u32;
            sched_yield() -> u32;
            proc_exit(code: u32) -> ();
            proc_raise(signal: u32) -> u32;
            poll_oneoff(subscriptions: addr, events: addr, count: u32, return_events: addr) -> u32;
            fd_write(fd: u32, vectors: addr, vector_count: size, return_size: addr) -> u32;
            fd_read(fd: u32, vectors: addr, vector_count: size, return_size: addr) -> u32;
            fd_pread(fd: u32, vectors: addr, vector_count: size, offset: u64, return_size: addr) -> u32;
            fd_pwrite(fd: u32, vectors: addr, vector_count: size, offset: u64, return_size: addr) -> u32;
            fd_close(fd: u32) -> u32;
            fd_seek(fd: u32, offset: u64, whence: u32, return_offset: addr) -> u32;
            fd_tell(fd: u32, return_offset: addr) -> u32;
            fd_sync(fd: u32) -> u32;
            fd_datasync(fd: u32) -> u32;
            fd_advise(fd: u32, offset: u64, length: u64, advice: u32) -> u32;
            fd_allocate(fd: u32, offset: u64, length: u64) -> u32;
            fd_renumber(from: u32, to: u32) -> u32;
            fd_fdstat_get(fd: u32, return_stat: addr) -> u32;
            fd_fdstat_set_flags(fd: u32, flags: u32) -> u32;
            fd_fdstat_set_rights(fd: u32, base: u64, inheriting: u64) -> u32;
            fd_filestat_get(fd: u32, return_stat: addr) -> u32;
            fd_filestat_set_size(fd: u32, length: u64) -> u32;
            fd_filestat_set_times(fd: u32, accessed: u64, modified: u64, flags: u32) -> u32;
            fd_prestat_get(fd: u32, return_prestat: addr) -> u32;
            fd_prestat_dir_name(fd: u32, path: addr, path_size: size) -> u32;
            fd_readdir(fd: u32, buffer: addr, length: size, cookie: u64, return_size: addr) -> u32;
            path_create_directory(fd: u32, path: addr, path_size: size) -> u32;
            path_filestat_get(fd: u32, flags: u32, path: addr, path_size: size, return_stat: addr) -> u32;
            path_filestat_set_times(fd: u32, flags: u32, path: addr, path_size: size, accessed: u64, modified: u64, which: u32) -> u32;
            path_link(from: u32, flags: u32, old: addr, old_size: size, to: u32, new: addr, new_size: size) -> u32;
            path_open(fd: u32, lookup: u32, path: addr, path_size: size, open: u32, base: u64, inheriting: u64, flags: u32, return_fd: addr) -> u32;
            path_readlink(fd: u32, path: addr, path_size: size, buffer: addr, length: size, return_size: addr) -> u32;
            path_remove_directory(fd: u32, path: addr, path_size: size) -> u32;
            path_rename(from: u32, old: addr, old_size: size, to: u32, new: addr, new_size: size) -> u32;
            path_symlink(old: addr, old_size: size, fd: u32, new: addr, new_size: size) -> u32;
            path_unlink_file(fd: u32, path: addr, path_size: size) -> u32;
            sock_accept(fd: u32, flags: u32, return_fd: addr) -> u32;
            sock_recv(fd: u32, vectors: addr, vector_count: size, flags: u32, return_size: addr, return_flags: addr) -> u32;
            sock_send(fd: u32, vectors: addr, vector_count: size, flags: u32, return_size: addr) -> u32;
            sock_shutdown(fd: u32, how: u32) -> u32;
        }
    };
}

/// Calls `$each!` with the table of wasi-nn functions, which belong to import module
/// [`nn::MODULE`](crate::nn::MODULE).
#[macro_export]
macro_rules! for_each_nn_call {
    ($($each:ident)::+ $(, $before:tt)?) => {
        $($each)::+! {
            $($before)?
            load(builders: addr, builder_count: size, encoding: u32, target: u32, return_graph: addr) -> u32;
            load_by_name(name: addr, name_size: size, return_graph: addr) -> u32;
            init_execution_context(graph: u32, return_context: addr) -> u32;
            set_input(context: u32, index: u32, tensor: addr) -> u32;
            get_output(context: u32, index: u32, buffer: addr, buffer_size: size, return_size: addr) -> u32;
            compute(context: u32) -> u32;
        }
    };
}
