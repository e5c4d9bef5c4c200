//! What the host core adds to wasmtime in each of its modes.

mod bare;
#[path = "../../benches/guest.rs"]
mod guest;
#[path = "../../benches/overhead.rs"]
mod shared;

use bare::BareWasmtime;
use criterion::{Criterion, criterion_group, criterion_main};
use host_core::EngineOptions;
use runtime_wasmtime::{Compiler, Mode, WasmtimeEngine};
use shared::Bare;
use wasmtime::Strategy;

impl Bare for BareWasmtime {
    fn callback(&mut self) {
        self.callback();
    }

    fn host_calls(&mut self) {
        self.host_calls();
    }

    fn headers(&mut self) {
        self.headers();
    }
}

fn modes(criterion: &mut Criterion) {
    for (compiler, strategy, target) in [
        (Compiler::Cranelift, Strategy::Cranelift, None),
        (Compiler::Winch, Strategy::Winch, None),
        (Compiler::Pulley, Strategy::Cranelift, Some("pulley64")),
    ] {
        let mode = Mode {
            compiler,
            aot: false,
        };
        let engine = WasmtimeEngine::open(mode, EngineOptions::default()).expect("available");
        let mut bare = BareWasmtime::new(strategy, target).expect("runs");
        shared::mode(criterion, &engine, &mut bare);
    }
}

criterion_group!(benches, modes);
criterion_main!(benches);
