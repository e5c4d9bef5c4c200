//! Public claims about pairs of runtimes, to be held against an interval.

use crate::model::Pair;
use crate::statistics::{Interval, PairedRatio};
use serde::Serialize;

/// What somebody has said in public about two runtimes.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Claim {
    /// The claim.
    pub text: &'static str,
    /// Where it was made.
    pub source: &'static str,
    /// The ratios, left over right, that it would be true of.
    pub ratio: Interval,
}

/// What an interval says of a claim.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ClaimWord {
    /// All of the interval lies within the claim.
    Supported,
    /// All of it lies outside.
    NotSupported,
    /// It reaches over the claim's edge, or there is no verdict at all.
    Open,
}

/// A claim of one runtime against another, as it was made.
struct Made {
    left: &'static str,
    right: &'static str,
    claim: Claim,
}

/// `about 50 %` is taken as 40 to 60 %: the left runtime's time, over the right one's, is
/// 1.4 to 1.6, as in the source's own table.
const WAMR_OVER_V8: Claim = Claim {
    text: "WAMR's ahead-of-time code is about 50 % faster than V8 for plugins \
           (taken as V8 needing 1.4 to 1.6 times its time)",
    source: "https://developer.aliyun.com/article/1505145",
    ratio: Interval {
        low: 1.4,
        high: 1.6,
    },
};

const CLAIMS: [Made; 2] = [
    Made {
        left: "v8/turbofan",
        right: "wamr/aot",
        claim: WAMR_OVER_V8,
    },
    Made {
        left: "v8/default",
        right: "wamr/aot",
        claim: WAMR_OVER_V8,
    },
];

/// The claims' pairs, in order.
pub(super) fn claimed_pairs() -> impl Iterator<Item = Pair> {
    CLAIMS.iter().map(|made| Pair {
        left: made.left.to_owned(),
        right: made.right.to_owned(),
    })
}

/// The claim about a pair, whichever way round it is named.
pub(super) fn claim_of(pair: &Pair) -> Option<Claim> {
    CLAIMS.iter().find_map(|made| {
        if (made.left, made.right) == (&*pair.left, &*pair.right) {
            return Some(made.claim.clone());
        }
        if (made.right, made.left) != (&*pair.left, &*pair.right) {
            return None;
        }
        let Interval { low, high } = made.claim.ratio;
        let ratio = Interval {
            low: 1.0 / high,
            high: 1.0 / low,
        };
        Some(Claim {
            ratio,
            ..made.claim.clone()
        })
    })
}

impl Claim {
    /// What a ratio says of it; `sound` says whether a verdict is possible at all.
    pub fn word(&self, found: &PairedRatio, sound: bool) -> ClaimWord {
        let (found, claimed) = (found.interval, self.ratio);
        if !sound {
            ClaimWord::Open
        } else if claimed.contains(found.low) && claimed.contains(found.high) {
            ClaimWord::Supported
        } else if found.high < claimed.low || found.low > claimed.high {
            ClaimWord::NotSupported
        } else {
            ClaimWord::Open
        }
    }
}

impl ClaimWord {
    /// The words for people.
    pub fn words(self) -> &'static str {
        match self {
            ClaimWord::Supported => "supported",
            ClaimWord::NotSupported => "not supported",
            ClaimWord::Open => "left open",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ratio(low: f64, high: f64) -> PairedRatio {
        PairedRatio {
            estimate: f64::midpoint(low, high),
            interval: Interval { low, high },
            exact: None,
            p: 0.0,
            n: 8,
        }
    }

    fn pair(text: &str) -> Pair {
        text.parse().expect("a pair")
    }

    #[test]
    fn only_an_interval_wholly_inside_supports_the_claim() {
        let claim = claim_of(&pair("v8/turbofan,wamr/aot")).expect("a claim");
        let word = |low, high| claim.word(&ratio(low, high), true);
        assert_eq!(word(1.45, 1.55), ClaimWord::Supported);
        assert_eq!(word(1.02, 1.20), ClaimWord::NotSupported);
        assert_eq!(word(1.9, 2.1), ClaimWord::NotSupported);
        assert_eq!(word(1.3, 1.5), ClaimWord::Open);
        assert_eq!(word(1.2, 1.8), ClaimWord::Open);
        assert_eq!(claim.word(&ratio(1.45, 1.55), false), ClaimWord::Open);
    }

    #[test]
    fn a_pair_named_the_other_way_round_is_held_against_the_inverse() {
        let claim = claim_of(&pair("wamr/aot,v8/default")).expect("a claim");
        assert_eq!(claim.word(&ratio(0.65, 0.70), true), ClaimWord::Supported);
        assert_eq!(
            claim.word(&ratio(1.45, 1.55), true),
            ClaimWord::NotSupported
        );
        assert!(claim_of(&pair("wasmtime/winch,wamr/aot")).is_none());
    }
}
