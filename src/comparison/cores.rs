//! Which core a sitting is bound to.

/// The cores that this process may use.
#[derive(Debug, Clone, Default)]
pub(crate) struct Cores(Vec<u32>);

impl Cores {
    /// Asks the system; none where processes cannot be bound.
    pub(crate) fn allowed() -> Self {
        Self(allowed())
    }

    /// Block by block another one, so that no core's neighbours decide alone.
    pub(crate) fn pick(&self, block: u32) -> Option<u32> {
        let index = (block as usize).checked_rem(self.0.len())?;
        self.0.get(index).copied()
    }
}

#[cfg(target_os = "linux")]
fn allowed() -> Vec<u32> {
    use rustix::thread::{CpuSet, sched_getaffinity};
    let Ok(set) = sched_getaffinity(None) else {
        return Vec::new();
    };
    (0..CpuSet::MAX_CPU)
        .filter(|core| set.is_set(*core))
        .filter_map(|core| u32::try_from(core).ok())
        .collect()
}

#[cfg(not(target_os = "linux"))]
fn allowed() -> Vec<u32> {
    Vec::new()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cores_take_turns_and_none_is_none() {
        let cores = Cores(vec![2, 5]);
        assert_eq!(
            [1, 2, 3].map(|block| cores.pick(block)),
            [Some(5), Some(2), Some(5)]
        );
        assert_eq!(Cores::default().pick(1), None);
    }
}
