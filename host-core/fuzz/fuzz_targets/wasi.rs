//! WASI with hostile arguments, vectors of pieces above all.
#![no_main]

use host_core_fuzz::{WASI_CALLS, live};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|script: &[u8]| live(script, WASI_CALLS));
