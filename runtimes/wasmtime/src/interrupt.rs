//! What ends a guest at its deadline.

use std::time::Duration;

use host_core::{EngineOptions, Knob, Pace};

/// What the generated code checks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Interrupt {
    /// Nothing: there is no deadline.
    None,
    /// A number that a thread advances with the time.
    Epoch,
    /// How many instructions are left.
    Fuel,
}

impl Interrupt {
    /// What `options` ask for.
    pub(crate) fn of(options: &EngineOptions) -> Self {
        match (options.deadline, options.knobs.get(Knob::Interrupt)) {
            (None, _) => Self::None,
            (Some(_), Some("fuel")) => Self::Fuel,
            (Some(_), _) => Self::Epoch,
        }
    }
}

/// What one call may take at most, in what the generated code counts.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Allowance {
    /// Without a deadline.
    Unlimited,
    /// Ticks of the engine's epoch, and how long one is.
    Ticks(u64, Duration),
    /// Units of fuel, and how many a time buys.
    Fuel(u64, Pace),
}

impl Allowance {
    /// The same for `time`, where that is shorter.
    pub(crate) fn within(self, time: Option<Duration>) -> Self {
        match (self, time) {
            (Self::Ticks(ticks, tick), Some(time)) => {
                Self::Ticks(ticks.min(ticks_of(time, tick)), tick)
            }
            (Self::Fuel(units, pace), Some(time)) => Self::Fuel(units.min(pace.units(time)), pace),
            (whole, _) => whole,
        }
    }
}

/// Ticks from now until `time` has passed for certain: the current one is under way already,
/// hence one more.
pub(crate) fn ticks_of(time: Duration, tick: Duration) -> u64 {
    let ticks = time.as_nanos().div_ceil(tick.as_nanos().max(1)) + 1;
    u64::try_from(ticks).unwrap_or(u64::MAX / 2)
}
