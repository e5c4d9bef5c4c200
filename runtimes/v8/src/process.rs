//! V8 in this process: started once, in one mode.

use std::num::NonZero;
use std::sync::{Mutex, PoisonError};

use crate::mode::{Missing, Mode};

/// Table elements that a VM may have: enough for any real module, and a bound on what
/// `table.grow` can take.
const TABLE_ELEMENTS: u32 = 1 << 20;

/// The mode that this process runs.
static STARTED: Mutex<Option<Mode>> = Mutex::new(None);

/// Why `mode` cannot be opened any more, if so.
pub(crate) fn other_than(mode: Mode) -> Option<Missing> {
    let started = *STARTED.lock().unwrap_or_else(PoisonError::into_inner);
    started.filter(|started| *started != mode).map(refusal)
}

/// Starts V8 in `mode`, or finds it started in it.
///
/// # Errors
/// Another mode was started before.
pub(crate) fn start(mode: Mode) -> Result<(), Missing> {
    let mut started = STARTED.lock().unwrap_or_else(PoisonError::into_inner);
    match *started {
        Some(before) if before == mode => Ok(()),
        Some(before) => Err(refusal(before)),
        None => {
            // Memory protection keys would tie compiled code to the descendants of the
            // thread that starts V8; an embedder's threads may be older than that.
            v8::V8::set_flags_from_string(&format!(
                "{} --no-memory-protection-keys --wasm-max-table-size={TABLE_ELEMENTS}",
                mode.flags()
            ));
            let platform = v8::new_default_platform(workers() as u32, false).make_shared();
            v8::V8::initialize_platform(platform);
            v8::V8::initialize();
            *started = Some(mode);
            Ok(())
        }
    }
}

fn refusal(started: Mode) -> Missing {
    Missing {
        reason: format!(
            "this process runs {} already, and V8's flags belong to the process",
            started.runtime()
        ),
        remedy: "use a process of its own for each mode of V8".to_owned(),
    }
}

/// V8's worker threads: as many as V8 itself would take.
fn workers() -> usize {
    let processors = std::thread::available_parallelism().map_or(1, NonZero::get);
    processors.saturating_sub(1).clamp(1, 16)
}

/// Threads that compile one module: V8's workers and the one that asked.
pub(crate) fn compile_threads() -> usize {
    workers() + 1
}

/// V8's version.
pub(crate) fn version() -> String {
    v8::V8::get_version().to_owned()
}
