//! Paths of properties, and values that come back as they were set.
#![no_main]

use std::sync::LazyLock;

use host_core_fuzz::{Call, HOST_CALLS, live};
use libfuzzer_sys::fuzz_target;

/// The functions of properties, and the one that says whose they are.
static PROPERTIES: LazyLock<Vec<Call>> = LazyLock::new(|| {
    HOST_CALLS
        .iter()
        .filter(|(name, _)| name.ends_with("_property") || *name == "proxy_set_effective_context")
        .copied()
        .collect()
});

fuzz_target!(|script: &[u8]| live(script, &PROPERTIES));
