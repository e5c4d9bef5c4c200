//! Deadlines as metering points: without its interrupt feature, which makes every call
//! twice as slow, wasmer has no other way to stop a guest.

use std::sync::Arc;
use std::time::Duration;

use wasmer::sys::ModuleMiddleware;
use wasmer::wasmparser::Operator;
use wasmer::{Global, Instance, RuntimeError, Store, Value};
use wasmer_middlewares::Metering;

/// Points that a nanosecond buys.
///
/// An operator costs one point. Compiled code executes between about 0.4 operators (chains
/// of dependent loads and divisions) and 4 (straight arithmetic) in a nanosecond on
/// current processors. The constant is the upper end, so that no guest is stopped before
/// its deadline; a slow loop is stopped up to about ten times after it. Time spent inside
/// host calls is not counted.
const PER_NANOSECOND: u64 = 4;

/// What a bulk memory operator costs: its length is not known when it is compiled.
const BULK: u64 = 1024;

/// Points for `deadline`, at least one.
pub(crate) fn of(deadline: Duration) -> u64 {
    let nanoseconds = u64::try_from(deadline.as_nanos()).unwrap_or(u64::MAX);
    // Half the range, because the middleware's code compares after a subtraction.
    nanoseconds
        .saturating_mul(PER_NANOSECOND)
        .clamp(1, u64::MAX / 2)
}

/// The middleware that counts; one serves one module.
pub(crate) fn middleware(points: u64) -> Arc<dyn ModuleMiddleware> {
    Arc::new(Metering::new(
        points,
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
    per_call: u64,
}

impl Points {
    /// The counter that the middleware put into `instance`.
    pub(crate) fn of_instance(
        instance: &Instance,
        per_call: u64,
    ) -> Result<Self, wasmer::ExportError> {
        let exports = &instance.exports;
        Ok(Self {
            remaining: exports
                .get_global("wasmer_metering_remaining_points")?
                .clone(),
            exhausted: exports
                .get_global("wasmer_metering_points_exhausted")?
                .clone(),
            per_call,
        })
    }

    /// Gives the guest its time from now.
    #[inline]
    pub(crate) fn refill(&self, store: &mut Store) -> Result<(), RuntimeError> {
        self.remaining
            .set(store, Value::I64(self.per_call.cast_signed()))
    }

    /// Whether the guest was stopped for want of points.
    pub(crate) fn ran_out(&self, store: &mut Store) -> bool {
        matches!(self.exhausted.get(store), Value::I32(flag) if flag != 0)
    }
}
