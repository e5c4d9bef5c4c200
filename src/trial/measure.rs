//! The measured trial.

use std::time::Instant;

use host_core::{Driver, Isolation};
use reports::{Latency, Measurement, Memory, Regions, Size};

use super::clock::ns;
use super::passes::Traffic;
use super::rig::{Clock, Rig};
use super::startup::{first_request, first_vm};
use super::{Failed, MeasureJob, Subject, callbacks, memory};

/// Measures one cell.
pub(super) fn measure(subject: &Subject, job: &MeasureJob) -> Result<Measurement, Failed> {
    let begin = Instant::now();
    let workload = subject.workload.load().map_err(Failed::error)?;
    let rig = Rig::new(subject, &workload, Clock::Real, false)?;
    // The workload's own copy of the traffic would only crowd the caches.
    drop(workload);
    let isolation = subject.isolation()?;

    let started = first_vm(&rig)?;
    let mut startup = started.startup;
    let mut driver = rig.driver(isolation)?;
    let traffic = Traffic::new(&rig.exchanges, &job.endings)?;
    startup.first_request_ns = first_request(&mut driver, &rig.exchanges[0])?;

    let passes = Instant::now();
    for _ in 0..job.warm_up_passes.max(1) {
        traffic.pass(&mut driver)?;
    }
    let measured_passes = job.measured_passes.max(1);
    let region = traffic.measured(&mut driver, measured_passes)?;
    let linear_bytes = linear_bytes(&mut driver, &rig)?;
    let callbacks = match isolation {
        Isolation::Thread => callbacks::costs(&mut driver, &traffic, job.callback_passes)?,
        _ => callbacks::costs(
            &mut rig.driver(Isolation::Thread)?,
            &traffic,
            job.callback_passes,
        )?,
    };
    let passes_ns = ns(passes.elapsed());

    let rss_per_vm_bytes = memory::slope(&rig.plugin, job.further_vms)?;
    let startup_ns = startup.instantiate_ns + startup.start_ns + startup.first_request_ns;
    let (measured_ns, compile_ns) = (passes_ns + startup_ns, rig.code.wall_ns);
    Ok(Measurement {
        transactions: region.transactions,
        passes: measured_passes,
        wall_ns: region.wall_ns,
        cpu_ns: region.cpu_ns,
        latency: Latency::from_histogram(&region.latency).map_err(Failed::error)?,
        callback_transactions: match callbacks.is_empty() {
            true => 0,
            false => job.callback_passes * rig.exchanges.len() as u64,
        },
        callbacks,
        startup,
        memory: Memory {
            linear_bytes,
            rss_before_bytes: rig.resident_before,
            rss_first_vm_bytes: started.resident_bytes.saturating_sub(rig.resident_before),
            rss_per_vm_bytes,
            further_vms: job.further_vms,
        },
        size: Size {
            module_bytes: rig.code.module_bytes,
            artifact_bytes: rig.code.artifact_bytes,
            code_bytes: rig.code.module.code_bytes(),
        },
        regions: Regions {
            measured_ns,
            compile_ns,
            other_ns: ns(begin.elapsed()).saturating_sub(measured_ns + compile_ns),
        },
    })
}

/// Linear memory of one VM: the thread's own after the traffic, else that of any VM.
fn linear_bytes(driver: &mut Driver, rig: &Rig) -> Result<u64, Failed> {
    if let Some(own) = driver.seat().own() {
        return Ok(own.vm.memory_bytes());
    }
    let seat = driver.seat();
    let mut binding = seat.bind()?;
    match seat.with(&mut binding, |vm, _| vm.memory_bytes()) {
        Ok(bytes) => Ok(bytes),
        Err(_) => Ok(rig.plugin.start()?.vm.memory_bytes()),
    }
}
