//! Verdicts: four words and the rule behind them.

use super::ratio::PairedRatio;
use serde::{Deserialize, Serialize};
use std::fmt;

/// The four words of a verdict.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Word {
    /// The whole interval lies below the practical band.
    Faster,
    /// The whole interval lies above the practical band.
    Slower,
    /// The whole interval lies within the practical band.
    Same,
    /// Anything else, too few blocks and an untrusted environment included.
    Undecided,
}

impl fmt::Display for Word {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Word::Faster => "faster",
            Word::Slower => "slower",
            Word::Same => "same",
            Word::Undecided => "undecided",
        })
    }
}

/// The rule that turns a ratio into a word.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Policy {
    /// Differences smaller than this share do not matter in practice.
    pub band: f64,
    /// The A/A control may differ from itself by this share and still be trusted.
    pub control_band: f64,
    /// The A/A control's interval may reach this far from 1: beyond that the machine would hide
    /// any difference that anybody asks about.
    pub control_reach: f64,
    /// Fewer blocks than this give no verdict.
    pub min_blocks: usize,
    /// Level of the intervals.
    pub level: f64,
    /// Largest adjusted probability of a difference that is called one.
    pub alpha: f64,
    /// Resamples behind each bootstrap interval.
    pub resamples: usize,
}

impl Default for Policy {
    /// 2 % band, 1 % control band, 25 % control reach, 6 blocks, 95 % intervals, 5 % family-wise error.
    fn default() -> Self {
        Policy {
            band: 0.02,
            control_band: 0.01,
            control_reach: 0.25,
            min_blocks: 6,
            level: 0.95,
            alpha: 0.05,
            resamples: super::bootstrap::RESAMPLES,
        }
    }
}

impl Policy {
    /// The word for a ratio of cost (below 1 is faster). `p` is the probability
    /// after adjustment, or the ratio's own for a single comparison; `trusted`
    /// says whether the A/A control held.
    pub fn word(&self, ratio: &PairedRatio, p: f64, trusted: bool) -> Word {
        if !trusted || ratio.n < self.min_blocks {
            return Word::Undecided;
        }
        if ratio.interval.within(self.band) {
            return Word::Same;
        }
        if ratio.interval.overlaps(self.band) || p > self.alpha || p.is_nan() {
            return Word::Undecided;
        }
        if ratio.estimate < 1.0 {
            Word::Faster
        } else {
            Word::Slower
        }
    }
}
