//! Deadlines as fuel: wasmi has no other way to stop a guest.

use std::time::Duration;

/// Fuel that a nanosecond buys.
///
/// wasmi takes about one unit for an instruction and executes between 0.1 and 0.8 of them
/// in a nanosecond on current processors. The constant lies above that, so that no guest
/// is stopped before its deadline; a tight loop is stopped up to about ten times after it.
/// Time spent inside host calls is not counted.
const PER_NANOSECOND: u64 = 1;

/// Fuel for `deadline`, at least one unit.
pub(crate) fn of(deadline: Duration) -> u64 {
    let nanoseconds = u64::try_from(deadline.as_nanos()).unwrap_or(u64::MAX);
    nanoseconds.saturating_mul(PER_NANOSECOND).max(1)
}
