//! Threads on CPUs of their own.

use crate::error::LoadError;

/// Pins the calling thread to the CPU that is the `index`th thread's turn.
pub(crate) fn pin(pins: &[usize], index: usize) -> Result<(), LoadError> {
    if pins.is_empty() {
        return Ok(());
    }
    pin_to(pins[index % pins.len()])
}

#[cfg(target_os = "linux")]
fn pin_to(cpu: usize) -> Result<(), LoadError> {
    use rustix::thread::{CpuSet, sched_setaffinity};

    if cpu >= CpuSet::MAX_CPU {
        let reason = "there is no such CPU".to_owned();
        return Err(LoadError::Pin { cpu, reason });
    }
    let mut set = CpuSet::new();
    set.set(cpu);
    sched_setaffinity(None, &set).map_err(|error| LoadError::Pin {
        cpu,
        reason: error.to_string(),
    })
}

#[cfg(not(target_os = "linux"))]
fn pin_to(cpu: usize) -> Result<(), LoadError> {
    Err(LoadError::Pin {
        cpu,
        reason: "this system has no pinning".to_owned(),
    })
}
