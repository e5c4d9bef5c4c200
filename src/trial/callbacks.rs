//! Cost by callback.

use host_core::{Driver, Stopwatch};
use reports::CallbackCost;

use super::Failed;
use super::clock::ns;
use super::passes::Traffic;

/// Times every callback over whole passes. Only for a driver whose thread has a VM of its
/// own: other VMs change hands between transactions.
pub(super) fn costs(
    driver: &mut Driver,
    traffic: &Traffic<'_>,
    passes: u64,
) -> Result<Vec<CallbackCost>, Failed> {
    match driver.seat().own() {
        Some(own) if passes > 0 => own.vm.set_stopwatch(Some(Box::default())),
        _ => return Ok(Vec::new()),
    };
    for _ in 0..passes {
        traffic.pass(driver)?;
    }
    let stopwatch: Option<Box<Stopwatch>> = driver
        .seat()
        .own()
        .and_then(|own| own.vm.set_stopwatch(None));
    let costs = stopwatch.iter().flat_map(|stopwatch| {
        stopwatch.times().map(|(callback, time)| CallbackCost {
            name: callback.export().to_owned(),
            calls: time.calls,
            total_ns: ns(time.total),
        })
    });
    Ok(costs.collect())
}
