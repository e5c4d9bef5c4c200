//! Modules: any bytes are read or refused.
#![no_main]

use host_core::{ModuleFacts, features_of};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let facts = ModuleFacts::read(bytes);
    let features = features_of(bytes);
    if facts.is_ok() {
        assert!(features.is_ok(), "{features:?}");
    }
});
