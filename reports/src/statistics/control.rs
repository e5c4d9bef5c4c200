//! The A/A control: what the environment makes of no difference at all.

use super::{PairedRatio, Policy, Series, paired_ratio};
use serde::{Deserialize, Serialize};

/// The same cell measured under two names.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Control {
    /// Control over main; 1 if the environment were perfect.
    pub ratio: PairedRatio,
    /// Whether verdicts may stand on this environment.
    pub trusted: bool,
}

impl Control {
    /// Compares a control with its main arm. `controls` is how many controls
    /// the campaign has: the interval is widened so that a sound environment
    /// fails any of them in 5 % of campaigns at most.
    ///
    /// The environment is trusted when the interval includes 1, or lies wholly
    /// within the control band: a difference that is certain but too small to
    /// matter; and when it is narrow enough to say anything at all.
    /// `None` when no block has both arms.
    pub fn new(
        control: &Series,
        main: &Series,
        controls: usize,
        policy: &Policy,
        seed: u64,
    ) -> Option<Control> {
        let level = 1.0 - (1.0 - policy.level) / controls.max(1) as f64;
        let ratio = paired_ratio(control, main, level, policy.band, seed)?;
        let control = Control::of(ratio, policy.control_band);
        let trusted = control.trusted && ratio.interval.within(policy.control_reach);
        Some(Control { trusted, ..control })
    }

    /// Judges a ratio that should be 1, however wide its interval.
    pub fn of(ratio: PairedRatio, control_band: f64) -> Control {
        Control {
            trusted: ratio.interval.contains(1.0) || ratio.interval.within(control_band),
            ratio,
        }
    }
}
