//! Deadlines as fuel: wasmi has no other way to stop a guest.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use host_core::{EngineOptions, PACE_EXPORT, PACE_GUEST, Pace};
use wasmi::{Engine, Linker, Module, Store, TypedFunc};

use crate::mode::Mode;

static PACE: Mutex<Option<Pace>> = Mutex::new(None);

/// What a nanosecond buys: about one unit is used up by an instruction, and how many of them
/// a nanosecond has is measured once a process. Time spent inside host calls is not counted.
///
/// # Errors
/// wasmi's own.
pub(crate) fn pace(deadline: Duration) -> Result<Pace, String> {
    let mut known = PACE.lock().unwrap_or_else(PoisonError::into_inner);
    match *known {
        Some(pace) => Ok(pace),
        None => Ok(*known.insert(measure(deadline)?)),
    }
}

fn measure(deadline: Duration) -> Result<Pace, String> {
    let mut guest = loop_store(deadline).map_err(|error| error.to_string())?;
    Pace::measure(|rounds| counted(&mut guest, rounds).map_err(|error| error.to_string()))
}

type Guest = (Store<()>, TypedFunc<u32, u32>);

/// A store with the loop in it. Both modes execute the same bytecode.
fn loop_store(deadline: Duration) -> Result<Guest, wasmi::Error> {
    let options = EngineOptions {
        deadline: Some(deadline),
        ..EngineOptions::default()
    };
    let engine = Engine::new(&Mode::Eager.config(&options));
    let module = Module::new(&engine, PACE_GUEST)?;
    let mut store = Store::new(&engine, ());
    store.set_fuel(u64::MAX)?;
    let instance = Linker::new(&engine).instantiate_and_start(&mut store, &module)?;
    let run = instance.get_typed_func(&store, PACE_EXPORT)?;
    Ok((store, run))
}

fn counted((store, run): &mut Guest, rounds: u32) -> Result<u64, wasmi::Error> {
    store.set_fuel(u64::MAX)?;
    run.call(&mut *store, rounds)?;
    Ok(u64::MAX - store.get_fuel()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pace_is_measured_once() {
        let first = pace(Duration::from_millis(1)).expect("a pace");
        println!("wasmi: {:.2} units/ns", first.per_nanosecond());
        assert!(first.per_nanosecond() > 0.0);
        assert_eq!(pace(Duration::from_secs(1)), Ok(first));
    }
}
