//! Deadlines as metering points: without its interrupt feature, which makes every call
//! twice as slow, wasmer has no other way to stop a guest.

use std::sync::{Arc, Mutex, PoisonError};

use host_core::{Knobs, PACE_EXPORT, PACE_GUEST, Pace};
use wasmer::sys::ModuleMiddleware;
use wasmer::wasmparser::Operator;
use wasmer::{Global, Instance, RuntimeError, Store, Value};
use wasmer_middlewares::Metering;

use crate::mode::Compiler;

/// What a bulk memory operator costs: its length is not known when it is compiled.
const BULK: u64 = 1024;

/// Half the range, because the middleware's code compares after a subtraction.
const MOST: u64 = u64::MAX / 2;

/// What was measured, by compiler and knobs.
static RATES: Mutex<Vec<((Compiler, Knobs), Pace)>> = Mutex::new(Vec::new());

/// What a nanosecond buys: an operator costs a point, and how many of them a nanosecond has
/// is measured once a process with code of the same compiler. Time spent inside host calls is
/// not counted.
///
/// # Errors
/// wasmer's own.
pub(crate) fn pace(
    key: (Compiler, Knobs),
    compiler: impl FnOnce() -> wasmer::Engine,
) -> Result<Pace, String> {
    let mut rates = RATES.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some((_, pace)) = rates.iter().find(|(known, _)| *known == key) {
        return Ok(*pace);
    }
    let pace = measure(&compiler())?;
    rates.push((key, pace));
    Ok(pace)
}

/// Lets an engine's code go round a loop; it must have been made with [`middleware`].
fn measure(engine: &wasmer::Engine) -> Result<Pace, String> {
    let text = |error: &dyn std::fmt::Display| error.to_string();
    let module = wasmer::Module::new(engine, PACE_GUEST).map_err(|error| text(&error))?;
    let mut store = Store::new(engine.clone());
    let instance = Instance::new(&mut store, &module, &wasmer::Imports::new())
        .map_err(|error| text(&error))?;
    let run = instance
        .exports
        .get_typed_function::<u32, u32>(&store, PACE_EXPORT)
        .map_err(|error| text(&error))?;
    let points = Points::of_instance(&instance).map_err(|error| text(&error))?;
    Pace::measure(|rounds| {
        points
            .refill(&mut store, MOST)
            .map_err(|error| text(&error))?;
        run.call(&mut store, rounds).map_err(|error| text(&error))?;
        Ok(MOST - points.left(&mut store))
    })
}

/// The middleware that counts; one serves one module. An instance has `points` until its
/// first call, for its start section.
pub(crate) fn middleware(points: u64) -> Arc<dyn ModuleMiddleware> {
    Arc::new(Metering::new(
        points.min(MOST),
        |operator: &Operator<'_>| match operator {
            Operator::MemoryFill { .. }
            | Operator::MemoryCopy { .. }
            | Operator::MemoryInit { .. }
            | Operator::TableFill { .. }
            | Operator::TableCopy { .. }
            | Operator::TableInit { .. }
            | Operator::MemoryGrow { .. } => BULK,
            _ => 1,
        },
    ))
}

/// The counter of one instance.
pub(crate) struct Points {
    remaining: Global,
    exhausted: Global,
}

impl Points {
    /// The counter that the middleware put into `instance`.
    pub(crate) fn of_instance(instance: &Instance) -> Result<Self, wasmer::ExportError> {
        let exports = &instance.exports;
        Ok(Self {
            remaining: exports
                .get_global("wasmer_metering_remaining_points")?
                .clone(),
            exhausted: exports
                .get_global("wasmer_metering_points_exhausted")?
                .clone(),
        })
    }

    /// Gives the guest so many from now.
    #[inline]
    pub(crate) fn refill(&self, store: &mut Store, points: u64) -> Result<(), RuntimeError> {
        self.remaining
            .set(store, Value::I64(points.min(MOST).cast_signed()))
    }

    /// Points that are left.
    fn left(&self, store: &mut Store) -> u64 {
        match self.remaining.get(store) {
            Value::I64(left) => left.cast_unsigned(),
            _ => 0,
        }
    }

    /// Whether the guest was stopped for want of points.
    pub(crate) fn ran_out(&self, store: &mut Store) -> bool {
        matches!(self.exhausted.get(store), Value::I32(flag) if flag != 0)
    }
}
