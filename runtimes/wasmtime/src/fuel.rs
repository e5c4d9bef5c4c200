//! Deadlines as fuel, with knob `interrupt=fuel`.

use std::sync::{Mutex, PoisonError};

use host_core::{EngineOptions, Knobs, PACE_EXPORT, PACE_GUEST, Pace};
use wasmtime::{Engine, Instance, Module, Store, TypedFunc};

use crate::mode::Mode;

/// What was measured, by what the code depends on.
static RATES: Mutex<Vec<((Mode, Knobs), Pace)>> = Mutex::new(Vec::new());

/// Fuel that a nanosecond buys in this mode and under these knobs, measured once a process.
///
/// # Errors
/// wasmtime's own.
pub(crate) fn rate(mode: Mode, options: &EngineOptions) -> Result<Pace, String> {
    let mut rates = RATES.lock().unwrap_or_else(PoisonError::into_inner);
    let key = (mode, options.knobs);
    if let Some((_, pace)) = rates.iter().find(|(known, _)| *known == key) {
        return Ok(*pace);
    }
    let pace = measure(mode, options)?;
    rates.push((key, pace));
    Ok(pace)
}

fn measure(mode: Mode, options: &EngineOptions) -> Result<Pace, String> {
    let mut store = loop_store(mode, options).map_err(|error| format!("{error:#}"))?;
    Pace::measure(|rounds| counted(&mut store, rounds).map_err(|error| format!("{error:#}")))
}

/// A store with the loop in it.
fn loop_store(
    mode: Mode,
    options: &EngineOptions,
) -> Result<(Store<()>, TypedFunc<u32, u32>), wasmtime::Error> {
    let engine = Engine::new(&mode.config(options)?)?;
    let module = Module::from_binary(&engine, PACE_GUEST)?;
    let mut store = Store::new(&engine, ());
    store.set_fuel(u64::MAX)?;
    let instance = Instance::new(&mut store, &module, &[])?;
    let run = instance.get_typed_func(&mut store, PACE_EXPORT)?;
    Ok((store, run))
}

fn counted(
    (store, run): &mut (Store<()>, TypedFunc<u32, u32>),
    rounds: u32,
) -> Result<u64, wasmtime::Error> {
    store.set_fuel(u64::MAX)?;
    run.call(&mut *store, rounds)?;
    Ok(u64::MAX - store.get_fuel()?)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::mode::Compiler;

    #[test]
    fn each_compilers_pace_is_measured_once() {
        let options = EngineOptions {
            deadline: Some(Duration::from_millis(1)),
            knobs: "interrupt=fuel".parse().expect("a knob"),
            ..EngineOptions::default()
        };
        for compiler in [Compiler::Cranelift, Compiler::Winch, Compiler::Pulley] {
            let mode = Mode {
                compiler,
                aot: false,
            };
            let first = rate(mode, &options).expect("a pace");
            println!(
                "wasmtime {compiler:?}: {:.2} units/ns",
                first.per_nanosecond()
            );
            assert!(first.per_nanosecond() > 0.0);
            assert_eq!(rate(mode, &options), Ok(first));
        }
    }
}
