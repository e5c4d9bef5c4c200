//! How much is measured.

use std::time::Duration;

use crate::cli::Preset;

/// A shorter load would be over before it has begun.
const SHORTEST: Duration = Duration::from_millis(100);

/// How much is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Pace {
    /// Blocks.
    pub(crate) blocks: u32,
    /// Load on each proxy before it is measured.
    pub(crate) warm_up: Duration,
    /// Each load.
    pub(crate) load: Duration,
}

impl Pace {
    /// A preset's, with another number of blocks or another load where one is given.
    pub(crate) fn of(preset: Preset, blocks: Option<u32>, load: Option<Duration>) -> Self {
        let pace = match preset {
            Preset::Quick => Self {
                blocks: 6,
                warm_up: Duration::from_millis(300),
                load: Duration::from_millis(700),
            },
            Preset::Full => Self {
                blocks: 20,
                warm_up: Duration::from_secs(1),
                load: Duration::from_secs(3),
            },
        };
        Self {
            blocks: blocks.unwrap_or(pace.blocks),
            warm_up: pace.warm_up,
            load: load.unwrap_or(pace.load).max(SHORTEST),
        }
    }
}

/// The rate of an open loop that is fair to all: half of what the slowest row can do, in two
/// digits.
pub(crate) fn fair_rate(slowest: f64) -> f64 {
    let half = (slowest / 2.0).max(1.0);
    let unit = 10_f64.powf(half.log10().floor() - 1.0).max(1.0);
    (half / unit).floor() * unit
}

#[cfg(test)]
mod tests {
    use super::fair_rate;

    #[test]
    fn the_fair_rate_has_two_digits_and_is_at_most_half() {
        assert_eq!(fair_rate(45_678.0), 22_000.0);
        assert_eq!(fair_rate(19_999.0), 9_900.0);
        assert_eq!(fair_rate(7.0), 3.0);
        assert_eq!(fair_rate(0.0), 1.0);
    }
}
