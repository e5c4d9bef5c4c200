//! What VMs hold.

use host_core::Plugin;

use super::Failed;

/// Resident memory of this process, in bytes; 0 where the system does not tell.
pub(super) fn resident_bytes() -> u64 {
    memory_stats::memory_stats().map_or(0, |stats| stats.physical_mem as u64)
}

/// Resident memory per further VM, in bytes: the slope over `count` VMs that are started
/// beside those that live already and ended afterwards.
pub(super) fn slope(plugin: &Plugin, count: u32) -> Result<u64, Failed> {
    let mut vms = Vec::with_capacity(count as usize);
    let before = resident_bytes();
    for _ in 0..count {
        vms.push(plugin.start()?);
    }
    let growth = resident_bytes().saturating_sub(before);
    Ok(growth.checked_div(u64::from(count)).unwrap_or(0))
}
