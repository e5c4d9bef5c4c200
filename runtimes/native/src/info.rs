//! What this engine says of itself.

use host_core::{EngineInfo, Mechanism, ModeKind};

/// Runtime id.
pub(crate) const RUNTIME: &str = "native";

pub(crate) fn info() -> EngineInfo {
    EngineInfo {
        runtime: RUNTIME.to_owned(),
        engine: "native",
        version: format!("{}-{}", std::env::consts::ARCH, std::env::consts::OS),
        mode: "native",
        kind: ModeKind::Native,
        optimisation: "as the library was built (built-in workloads: -O3)".to_owned(),
        bounds_check: "none beyond the source language's own".to_owned(),
        deadline: Mechanism::Process,
        memory_limit: Mechanism::Process,
        simd: true,
        pooling: "none: a private copy of the library for each VM".to_owned(),
        compile_threads: 0,
    }
}
