//! What this crate's engine says of itself.

use host_core::{EngineInfo, Mechanism, ModeKind};

/// The tinywasm version this crate is pinned to.
const VERSION: &str = "0.10.0";

/// Runtime id.
pub(crate) const RUNTIME: &str = "tinywasm/interpreter";

pub(crate) fn info() -> EngineInfo {
    EngineInfo {
        runtime: RUNTIME.to_owned(),
        engine: "tinywasm",
        version: VERSION.to_owned(),
        mode: "interpreter",
        kind: ModeKind::Interpreter,
        optimisation: "peephole optimised internal bytecode".to_owned(),
        bounds_check: "explicit, in the interpreter".to_owned(),
        // tinywasm's time budget does not reach into calls that a host function makes: a
        // guest's allocator could run for ever.
        deadline: Mechanism::Process,
        memory_limit: Mechanism::Engine("memory of the embedder's, which refuses to grow"),
        simd: true,
        pooling: "none: on demand, memory zeroed and data copied".to_owned(),
        compile_threads: 1,
    }
}
