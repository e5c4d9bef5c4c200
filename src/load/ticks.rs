//! What the hypervisor took from some cores.

use std::fs;

use peers::Cores;

/// The kernel's account of some cores, in its ticks.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Ticks {
    stolen: u64,
    all: u64,
}

impl Ticks {
    /// Until now; of all cores where none is named.
    pub(super) fn of(cores: &Cores) -> Self {
        Self::read(&fs::read_to_string("/proc/stat").unwrap_or_default(), cores)
    }

    fn read(stat: &str, cores: &Cores) -> Self {
        let mut ticks = Self::default();
        for line in stat.lines().filter_map(|line| line.strip_prefix("cpu")) {
            let Some((core, rest)) = line.split_once(' ') else {
                continue;
            };
            let wanted = match core.parse::<usize>() {
                Ok(core) => cores.numbers().contains(&core),
                Err(_) => core.is_empty() && cores.is_empty(),
            };
            if wanted {
                // user nice system idle iowait irq softirq steal; guests' time is in user.
                let numbers = rest.split_whitespace().take(8);
                let numbers: Vec<u64> = numbers.filter_map(|number| number.parse().ok()).collect();
                ticks.stolen += numbers.get(7).copied().unwrap_or(0);
                ticks.all += numbers.iter().sum::<u64>();
            }
        }
        ticks
    }

    pub(super) fn stolen_since(self, earlier: Self) -> f64 {
        let all = self.all.saturating_sub(earlier.all);
        let stolen = self.stolen.saturating_sub(earlier.stolen);
        if all == 0 {
            0.0
        } else {
            stolen as f64 / all as f64
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const STAT: &str = "cpu  10 0 10 70 0 0 0 10 3 0
cpu0 5 0 5 30 0 0 0 0 0 0
cpu1 5 0 5 40 0 0 0 10 3 0
intr 1 2 3";

    #[test]
    fn stolen_time_is_that_of_the_proxys_own_cores() {
        let share = |cores: &[usize]| {
            let cores = Cores::new(cores.iter().copied());
            Ticks::read(STAT, &cores).stolen_since(Ticks::default())
        };
        assert_eq!(share(&[0]), 0.0);
        assert_eq!(share(&[1]), 10.0 / 60.0);
        assert_eq!(share(&[]), 0.1);
        assert_eq!(Ticks::default().stolen_since(Ticks::default()), 0.0);
    }
}
