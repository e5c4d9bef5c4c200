//! The time that one transaction may take of its guest: the sum over its callbacks.

use std::time::{Duration, Instant};

use super::Stopwatch;
use crate::abi::Callback;
use crate::{Instance, Trap, TrapKind};

/// Calls `callback` under a stopwatch, under the limit of its transaction, or both.
///
/// Callbacks of root contexts belong to no transaction and have the engine's whole deadline.
pub(super) fn call(
    instance: &mut dyn Instance,
    stopwatch: &mut Option<Box<Stopwatch>>,
    limit: Option<Duration>,
    callback: Callback,
    arguments: &[u32; 5],
) -> Result<u32, Trap> {
    let Some(limit) = limit else {
        return timed(instance, stopwatch, callback, arguments);
    };
    let id = arguments[0];
    let Some(spent) = instance
        .host_mut()
        .stream_mut(id)
        .map(|stream| stream.spent)
    else {
        instance.allow(None);
        return timed(instance, stopwatch, callback, arguments);
    };
    instance.allow(Some(limit.saturating_sub(spent)));
    let begin = Instant::now();
    let answer = timed(instance, stopwatch, callback, arguments)?;
    let spent = spent + begin.elapsed();
    if let Some(stream) = instance.host_mut().stream_mut(id) {
        stream.spent = spent;
    }
    match spent > limit {
        true => Err(over(spent, limit)),
        false => Ok(answer),
    }
}

fn timed(
    instance: &mut dyn Instance,
    stopwatch: &mut Option<Box<Stopwatch>>,
    callback: Callback,
    arguments: &[u32; 5],
) -> Result<u32, Trap> {
    match stopwatch {
        Some(stopwatch) => stopwatch.time(callback, || instance.call(callback, arguments)),
        None => instance.call(callback, arguments),
    }
}

#[cold]
fn over(spent: Duration, limit: Duration) -> Trap {
    Trap::new(
        TrapKind::Deadline,
        format!("the transaction kept the guest busy for {spent:?}, and {limit:?} is its limit"),
    )
}
