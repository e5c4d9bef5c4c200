//! What this crate's engines say of themselves.

use host_core::{EngineInfo, EngineOptions, Knob, Mechanism};

use crate::mode::{Compiler, Mode};

/// The wasmtime version this crate is pinned to.
pub(crate) const VERSION: &str = "48.0.8";

/// What the engine is under `options`.
pub(crate) fn info(mode: Mode, options: &EngineOptions) -> EngineInfo {
    let knobs = options.knobs;
    let level = knobs.get(Knob::Optimisation).unwrap_or("speed");
    EngineInfo {
        runtime: runtime(mode),
        engine: "wasmtime",
        version: VERSION.to_owned(),
        mode: mode.name(),
        kind: mode.kind(),
        optimisation: match mode.compiler {
            Compiler::Cranelift => format!("Cranelift opt_level={level}"),
            Compiler::Winch => "single pass, none".to_owned(),
            Compiler::Pulley => format!("Cranelift opt_level={level}, to Pulley bytecode"),
        },
        bounds_check: match (mode.compiler, knobs.get(Knob::Bounds)) {
            (Compiler::Pulley, _) => "explicit, in the bytecode",
            (_, Some("explicit")) => "explicit, in the code; nothing reserved",
            _ => "guard pages (4 GiB reservation, 32 MiB guard), signals",
        }
        .to_owned(),
        deadline: Mechanism::Engine(match knobs.get(Knob::Interrupt) {
            Some("fuel") => "fuel, converted from time by a rate that is measured when it opens",
            _ => "epoch interruption, one ticker thread per engine",
        }),
        memory_limit: Mechanism::Engine("store limits"),
        simd: true,
        pooling: match (
            knobs.is_on(Knob::Pooling, false),
            knobs.is_on(Knob::CopyOnWrite, true),
        ) {
            (false, true) => "none: on demand, copy-on-write memory images",
            (false, false) => "none: on demand, data copied",
            (true, true) => "a pool of 1,000, copy-on-write memory images",
            (true, false) => "a pool of 1,000, data copied",
        }
        .to_owned(),
        compile_threads: match (mode.aot, knobs.is_on(Knob::ParallelCompilation, true)) {
            (true, _) => 0,
            (false, false) => 1,
            (false, true) => std::thread::available_parallelism().map_or(1, usize::from),
        },
    }
}

pub(crate) fn runtime(mode: Mode) -> String {
    format!("wasmtime/{}", mode.name())
}
