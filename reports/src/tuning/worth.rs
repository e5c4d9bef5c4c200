//! What each level is worth by itself.

use super::compare::{Against, BAND, compare};
use super::contestant::{Contestant, SearchStage};
use super::factor::{Factor, Layer};
use crate::recommendation::Quantity;
use crate::statistics::holm;
use serde::{Deserialize, Serialize};

/// Chance of even one wrong word among all levels of a runtime and objective.
const ALPHA: f64 = 0.05;

/// A word on a level.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WorthWord {
    /// It helps.
    Better,
    /// It hurts.
    Worse,
    /// It makes no difference that matters.
    Same,
    /// Whatever it does is lost in the noise.
    Noise,
}

impl WorthWord {
    /// For people.
    pub fn words(self) -> &'static str {
        match self {
            WorthWord::Better => "better",
            WorthWord::Worse => "worse",
            WorthWord::Same => "no difference",
            WorthWord::Noise => "lost in the noise",
        }
    }
}

/// One level alone against the default, on one objective.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Worth {
    /// The factor.
    pub factor: String,
    /// Where it is set.
    pub layer: Layer,
    /// The level.
    pub level: String,
    /// The quantity.
    pub quantity: Quantity,
    /// Its ratio to the default.
    pub against_default: Against,
    /// The probability of [`Against::p`], adjusted for all levels together.
    pub p_adjusted: f64,
    /// What may be said.
    pub word: WorthWord,
}

/// Every single level against the default, for each quantity.
pub(super) fn worths(
    factors: &[Factor],
    contestants: &[Contestant],
    quantities: &[Quantity],
    seed: u64,
) -> Vec<Worth> {
    let Some(default) = contestants.iter().find(|one| one.is_default()) else {
        return Vec::new();
    };
    let mut all = Vec::new();
    for quantity in quantities {
        let Some(base) = default.values.get(quantity) else {
            continue;
        };
        let of = |one: &Contestant| {
            let (factor, level) = one.choice.0.iter().next()?;
            let against = compare(one.values.get(quantity)?, base, seed)?;
            let layer = factors.iter().find(|known| known.name == *factor)?.layer;
            Some(Worth {
                factor: factor.clone(),
                layer,
                level: level.clone(),
                quantity: *quantity,
                against_default: against,
                p_adjusted: 1.0,
                word: WorthWord::Noise,
            })
        };
        let singles = contestants
            .iter()
            .filter(|one| one.choice.0.len() == 1 && one.stage == SearchStage::Screen);
        let mut own: Vec<Worth> = singles.filter_map(of).collect();
        let raw: Vec<f64> = own.iter().map(|worth| worth.against_default.p).collect();
        for (worth, adjusted) in own.iter_mut().zip(holm(&raw)) {
            worth.p_adjusted = adjusted;
            worth.word = word(&worth.against_default, adjusted);
        }
        all.extend(own);
    }
    all
}

fn word(against: &Against, p: f64) -> WorthWord {
    use super::compare::Standing;
    match against.standing {
        Standing::Same => WorthWord::Same,
        Standing::Better if p <= ALPHA && against.ratio < 1.0 / (1.0 + BAND) => WorthWord::Better,
        Standing::Worse if p <= ALPHA && against.ratio > 1.0 + BAND => WorthWord::Worse,
        _ => WorthWord::Noise,
    }
}
