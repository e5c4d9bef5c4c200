//! What the module exports.

use alloc::vec::Vec;

use crate::abi::configuration;
use crate::{command, script, state};

const VM_CONFIGURATION: u32 = 6;
const PLUGIN_CONFIGURATION: u32 = 7;

/// Says which ABI the module was built for.
#[no_mangle]
pub extern "C" fn proxy_abi_version_0_2_1() {}

/// Gives the host memory for its answers.
#[no_mangle]
pub extern "C" fn proxy_on_memory_allocate(size: usize) -> *mut u8 {
    crate::memory::allocate(size)
}

/// Remembers the context; a root context also looks at its properties, as C++ plugins do.
#[no_mangle]
pub extern "C" fn proxy_on_context_create(context: u32, parent: u32) {
    state::get().add(context, parent);
    if parent == 0 {
        let identity = identity();
        state::get().set_identity(context, identity);
    }
    script::run("context_create", &[context, parent], 0);
}

/// The properties that tell a root context which one it is.
fn identity() -> Vec<u8> {
    let mut line = Vec::new();
    for property in ["plugin_root_id", "plugin_name", "plugin_vm_id"] {
        let call = [
            &b"get_property \""[..],
            property.as_bytes(),
            &b"\" data"[..],
        ]
        .concat();
        command::call(&call, &[], &mut line);
        line.push(b' ');
    }
    line.pop();
    line
}

/// Runs the script that is the VM's configuration.
#[no_mangle]
pub extern "C" fn proxy_on_vm_start(root: u32, size: u32) -> u32 {
    let text = configuration(VM_CONFIGURATION, size as usize);
    state::get().set_script(root, text);
    script::run("vm_start", &[root, size], 1)
}

/// Takes the plugin's configuration as the script of this root context.
#[no_mangle]
pub extern "C" fn proxy_on_configure(root: u32, size: u32) -> u32 {
    let text = configuration(PLUGIN_CONFIGURATION, size as usize);
    state::get().set_script(root, text);
    script::run("configure", &[root, size], 1)
}

/// Forgets the context when its script has run.
#[no_mangle]
pub extern "C" fn proxy_on_delete(context: u32) {
    script::run("delete", &[context], 0);
    state::get().remove(context);
}

macro_rules! callbacks {
    ($($name:ident($($argument:ident),*) $(-> $default:literal)?;)*) => {$(
        /// Runs the script for this callback.
        #[no_mangle]
        pub extern "C" fn $name($($argument: u32),*) $(-> callbacks!(@u32 $default))? {
            let name = stringify!($name);
            let name = name.strip_prefix("proxy_on_").unwrap_or(name);
            callbacks!(@end script::run(name, &[$($argument),*], 0 $(+ $default)?); $($default)?)
        }
    )*};
    (@u32 $default:literal) => { u32 };
    (@end $result:expr; $default:literal) => { $result };
    (@end $result:expr;) => {{ $result; }};
}

callbacks! {
    proxy_on_done(context) -> 1;
    proxy_on_log(context);
    proxy_on_tick(root);
    proxy_on_new_connection(context) -> 0;
    proxy_on_downstream_data(context, size, end) -> 0;
    proxy_on_downstream_connection_close(context, peer);
    proxy_on_upstream_data(context, size, end) -> 0;
    proxy_on_upstream_connection_close(context, peer);
    proxy_on_request_headers(context, count, end) -> 0;
    proxy_on_request_body(context, size, end) -> 0;
    proxy_on_request_trailers(context, count) -> 0;
    proxy_on_response_headers(context, count, end) -> 0;
    proxy_on_response_body(context, size, end) -> 0;
    proxy_on_response_trailers(context, count) -> 0;
    proxy_on_http_call_response(context, call, headers, body, trailers);
    proxy_on_grpc_receive_initial_metadata(context, call, count);
    proxy_on_grpc_receive(context, call, size);
    proxy_on_grpc_receive_trailing_metadata(context, call, count);
    proxy_on_grpc_close(context, call, status);
    proxy_on_queue_ready(root, queue);
    proxy_on_foreign_function(root, function, size);
}
