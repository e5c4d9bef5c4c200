//! What this crate's engines say of themselves.

use host_core::{EngineInfo, Mechanism};

use crate::mode::{Compiler, Mode};

/// The wasmtime version this crate is pinned to.
pub(crate) const VERSION: &str = "48.0.8";

pub(crate) fn info(mode: Mode) -> EngineInfo {
    EngineInfo {
        runtime: runtime(mode),
        engine: "wasmtime",
        version: VERSION.to_owned(),
        mode: mode.name(),
        kind: mode.kind(),
        optimisation: match mode.compiler {
            Compiler::Cranelift => "Cranelift opt_level=speed",
            Compiler::Winch => "single pass, none",
            Compiler::Pulley => "Cranelift opt_level=speed, to Pulley bytecode",
        }
        .to_owned(),
        bounds_check: match mode.compiler {
            Compiler::Cranelift | Compiler::Winch => {
                "guard pages (4 GiB reservation, 32 MiB guard), signals"
            }
            Compiler::Pulley => "explicit, in the bytecode",
        }
        .to_owned(),
        deadline: Mechanism::Engine("epoch interruption, one ticker thread per engine"),
        memory_limit: Mechanism::Engine("store limits"),
        simd: true,
        pooling: "none: on demand, copy-on-write memory images".to_owned(),
        compile_threads: if mode.aot {
            0
        } else {
            std::thread::available_parallelism().map_or(1, usize::from)
        },
    }
}

pub(crate) fn runtime(mode: Mode) -> String {
    format!("wasmtime/{}", mode.name())
}
