//! The native twins are what an engine for native code needs.
#![cfg(unix)]

use object::{Object, ObjectSymbol};
use workloads::{NativeTwin, catalogue};

/// Mach-O writes C symbols with a leading underscore.
fn plain(name: &str) -> String {
    let mach_o = cfg!(target_vendor = "apple");
    name.strip_prefix('_')
        .filter(|_| mach_o)
        .unwrap_or(name)
        .to_owned()
}

#[test]
fn a_twin_exports_callbacks_and_leaves_host_calls_to_whoever_opens_it() {
    for workload in catalogue() {
        let NativeTwin::Available { library } = &workload.twin else {
            // Where no twin can be built the build says so; nothing to check then.
            continue;
        };
        // The bare ABI asks for less than the SDK exports.
        if workload.name == "shared-counter" {
            continue;
        }
        let file = object::File::parse(&**library).expect("an object file of the host");
        let symbols = || {
            file.dynamic_symbols()
                .filter_map(|symbol| Some((plain(symbol.name().ok()?), symbol)))
        };
        let defined: Vec<String> = symbols()
            .filter(|(_, symbol)| symbol.is_definition())
            .map(|(name, _)| name)
            .collect();
        for name in [
            "_initialize",
            "proxy_abi_version_0_2_1",
            "proxy_on_memory_allocate",
            "proxy_on_context_create",
            "proxy_on_configure",
            "proxy_on_request_headers",
            "proxy_on_response_headers",
            "proxy_on_delete",
        ] {
            assert!(
                defined.iter().any(|symbol| symbol == name),
                "{}: {name}",
                workload.name
            );
        }
        let undefined: Vec<String> = symbols()
            .filter(|(_, symbol)| symbol.is_undefined())
            .map(|(name, _)| name)
            .collect();
        for name in [
            "proxy_log",
            "proxy_get_header_map_value",
            "proxy_send_local_response",
        ] {
            assert!(
                undefined.iter().any(|symbol| symbol == name),
                "{}: {name}",
                workload.name
            );
        }
    }
}
