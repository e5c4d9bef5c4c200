//! What the host core adds to V8. A process has one mode: `default`, or the one that
//! `PWBENCH_V8_MODE` names.

#[path = "../../benches/guest.rs"]
mod guest;
#[path = "../../benches/overhead.rs"]
mod shared;

mod bare;

use bare::BareV8;
use criterion::{Criterion, criterion_group, criterion_main};
use host_core::EngineOptions;
use runtime_v8::{Mode, V8Engine};

fn mode(criterion: &mut Criterion) {
    let wanted = std::env::var("PWBENCH_V8_MODE").unwrap_or_else(|_| "default".to_owned());
    let mode = Mode::ALL.into_iter().find(|mode| mode.name() == wanted);
    let mode = mode.unwrap_or_else(|| {
        let known = Mode::ALL.map(Mode::name).join(", ");
        panic!("PWBENCH_V8_MODE: there is no mode `{wanted}`, known are {known}")
    });
    // Starts V8 in the mode, for both.
    let engine = V8Engine::open(mode, EngineOptions::default()).expect("available");
    bare::with(|bare: &mut BareV8<'_, '_>| shared::mode(criterion, &engine, bare));
}

criterion_group!(benches, mode);
criterion_main!(benches);
