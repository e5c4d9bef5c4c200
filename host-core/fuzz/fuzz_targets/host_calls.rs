//! Every host function with hostile arguments, from every callback of a filter's life.
#![no_main]

use host_core_fuzz::{HOST_CALLS, live};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|script: &[u8]| live(script, HOST_CALLS));
