//! The highest rate that meets an objective.
//!
//! The rate doubles until the objective is missed, then the gap is halved on a logarithmic
//! scale until it is narrow, and the rate found must hold once more for longer. What was
//! missed once by chance costs a little of the result and never makes it too good.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::error::LoadError;
use crate::mix::Mix;
use crate::objective::Objective;
use crate::outcome::Outcome;
use crate::plan::{Arrivals, Demand, Plan};
use crate::run::run;
use crate::stop::Stop;

/// How to search.
#[derive(Debug, Clone, PartialEq)]
pub struct SearchPlan {
    /// What must be met.
    pub objective: Objective,
    /// The rate to begin with, requests a second.
    pub start: f64,
    /// How requests are spread.
    pub arrivals: Arrivals,
    /// How long each probe is counted; the confirming one is counted for the plan's duration.
    pub probe: Duration,
    /// How close the rates met and missed must come, as a share.
    pub precision: f64,
    /// Probes after which it ends, confirming ones included.
    pub probes: usize,
}

impl SearchPlan {
    /// A search from 1,000 requests a second in probes of 2 s to within 5 %.
    pub fn new(objective: Objective) -> Self {
        Self {
            objective,
            start: 1_000.0,
            arrivals: Arrivals::Constant,
            probe: Duration::from_secs(2),
            precision: 0.05,
            probes: 40,
        }
    }
}

/// What a search found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SearchOutcome {
    /// The objective.
    pub objective: String,
    /// The highest rate that met it and was confirmed, requests a second; null when none did.
    pub rate: Option<f64>,
    /// Whether the generator, not the server, set the bound: the true rate may be higher.
    pub limited_by_generator: bool,
    /// A rate that met it when the probes ran out before one was confirmed; null otherwise.
    #[serde(default)]
    pub unconfirmed: Option<f64>,
    /// Whether it was ended early.
    pub interrupted: bool,
    /// Every rate that was tried.
    pub probes: Vec<Probe>,
    /// The outcome of the confirming run.
    pub confirmed: Option<Outcome>,
}

/// A rate that was tried.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Probe {
    /// Requests a second.
    pub rate: f64,
    /// Whether it was to confirm a rate.
    pub confirms: bool,
    /// Whether the objective was met.
    pub met: bool,
    /// Why it was not, or why the run is not valid.
    pub reason: Option<String>,
    /// Median of the corrected latency.
    pub p50_us: f64,
    /// 99th percentile of the corrected latency.
    pub p99_us: f64,
}

/// What a probe says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verdict {
    Met,
    Missed,
    /// The generator was the bottleneck.
    Invalid,
}

/// Searches the highest rate that meets the objective. `seen` is told each probe as it ends.
///
/// # Errors
/// Those of [`run`].
pub fn search(
    plan: &Plan,
    mix: &Mix,
    search: &SearchPlan,
    stop: &Stop,
    mut seen: impl FnMut(&Probe),
) -> Result<SearchOutcome, LoadError> {
    let mut probes = Vec::new();
    let mut kept = None;
    let found = bracket(search, |rate, confirms| {
        let plan = Plan {
            demand: Demand::Open {
                rate,
                arrivals: search.arrivals,
            },
            duration: if confirms {
                plan.duration
            } else {
                search.probe
            },
            ..plan.clone()
        };
        let outcome = run(&plan, mix, stop)?;
        if outcome.interrupted {
            return Ok(None);
        }
        let invalid = outcome.reasons.first().cloned();
        let missed = search.objective.miss(&outcome);
        let overrun = plan.validity.is_overrun(&outcome.counts);
        let verdict = match (&missed, &invalid) {
            (None, None) => Verdict::Met,
            // Nothing that a late generator says counts, whichever way.
            (_, Some(_)) if outcome.counts.dropped == 0 && !overrun => Verdict::Invalid,
            _ => Verdict::Missed,
        };
        let latency = outcome.corrected.as_ref().unwrap_or(&outcome.uncorrected);
        let probe = Probe {
            rate,
            confirms,
            met: verdict == Verdict::Met,
            reason: invalid.or(missed),
            p50_us: latency.p50_us,
            p99_us: latency.p99_us,
        };
        seen(&probe);
        probes.push(probe);
        if confirms && verdict == Verdict::Met {
            // The last one is of the rate that is found.
            kept = Some(outcome);
        }
        Ok(Some(verdict))
    })?;
    Ok(SearchOutcome {
        objective: search.objective.to_string(),
        rate: found.rate,
        limited_by_generator: found.limited,
        unconfirmed: found.unconfirmed.filter(|_| !stop.is_set()),
        interrupted: stop.is_set(),
        probes,
        confirmed: kept,
    })
}

struct Found {
    rate: Option<f64>,
    limited: bool,
    /// A rate that was met when the probes ran out.
    unconfirmed: Option<f64>,
}

/// The search itself; `probe` tries a rate, to confirm it or not, and gives `None` to end.
fn bracket<E>(
    search: &SearchPlan,
    mut probe: impl FnMut(f64, bool) -> Result<Option<Verdict>, E>,
) -> Result<Found, E> {
    let mut left = search.probes;
    let mut try_rate = |rate: f64, confirms: bool| {
        if left == 0 {
            return Ok(None);
        }
        left -= 1;
        probe(rate, confirms)
    };
    // A probe without a request says nothing.
    let lowest = (2.0 / search.probe.as_secs_f64()).max(1.0);
    // Whether the upper bound is the generator's own.
    let mut limited = false;
    // Once a rate did not hold, every probe is as long as a confirming one.
    let mut long = false;
    let mut low: Option<f64> = None;
    let mut high: Option<f64> = None;
    loop {
        let (rate, confirms) = match (low, high) {
            (None, None) => (search.start, long),
            (Some(low), None) => (low * 2.0, long),
            (None, Some(high)) if high / 2.0 < lowest => break,
            (None, Some(high)) => (high / 2.0, long),
            (Some(low), Some(high)) if high / low > 1.0 + search.precision => {
                ((low * high).sqrt(), long)
            }
            (Some(low), Some(_)) if long => {
                return Ok(Found {
                    rate: Some(low),
                    limited,
                    unconfirmed: None,
                });
            }
            (Some(low), Some(_)) => (low, true),
        };
        let mut tried = try_rate(rate, confirms)?;
        if tried == Some(Verdict::Invalid) {
            // It may have been late by chance, which says nothing of the server.
            tried = try_rate(rate, confirms)?;
        }
        let Some(verdict) = tried else {
            break;
        };
        match verdict {
            Verdict::Met if confirms && !long => {
                return Ok(Found {
                    rate: Some(rate),
                    limited,
                    unconfirmed: None,
                });
            }
            Verdict::Met => low = Some(rate),
            Verdict::Missed | Verdict::Invalid => {
                high = Some(rate);
                limited = verdict == Verdict::Invalid;
                if confirms && !long {
                    (low, long) = (None, true);
                }
            }
        }
    }
    Ok(Found {
        rate: None,
        limited,
        unconfirmed: low,
    })
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use super::*;

    fn plan() -> SearchPlan {
        SearchPlan::new("p99=1ms".parse().expect("an objective"))
    }

    /// Searches a server that meets the objective up to `capacity`, and a generator that is
    /// late above `reach`.
    fn found(capacity: f64, reach: f64) -> (Option<f64>, bool, usize) {
        let mut count = 0;
        let found = bracket::<Infallible>(&plan(), |rate, _| {
            count += 1;
            Ok(Some(match rate {
                rate if rate > reach => Verdict::Invalid,
                rate if rate > capacity => Verdict::Missed,
                _ => Verdict::Met,
            }))
        });
        let Ok(found) = found;
        (found.rate, found.limited, count)
    }

    #[test]
    fn the_rate_found_is_met_and_within_the_precision() {
        for capacity in [3.0, 900.0, 1_000.0, 12_345.0, 180_000.0] {
            let (rate, limited, count) = found(capacity, f64::INFINITY);
            let rate = rate.expect("a rate");
            assert!(
                rate <= capacity && rate * 1.06 > capacity,
                "{rate} {capacity}"
            );
            assert!(!limited && count < 25, "{count}");
        }
    }

    #[test]
    fn a_generator_that_gives_out_first_is_told() {
        let (rate, limited, _) = found(1e9, 40_000.0);
        assert!(limited);
        assert!(rate.is_some_and(|rate| rate <= 40_000.0 && rate > 37_000.0));
    }

    #[test]
    fn a_generator_that_was_late_by_chance_is_asked_again() {
        let mut count = 0;
        let found = bracket::<Infallible>(&plan(), |rate, _| {
            count += 1;
            Ok(Some(match rate {
                _ if count % 2 == 1 => Verdict::Invalid,
                rate if rate > 900.0 => Verdict::Missed,
                _ => Verdict::Met,
            }))
        });
        let Ok(found) = found;
        assert!(
            found.rate.is_some_and(|rate| rate > 850.0),
            "{:?}",
            found.rate
        );
        assert!(!found.limited);
    }

    #[test]
    fn a_server_that_never_meets_it_has_no_rate() {
        assert_eq!(found(0.0, f64::INFINITY).0, None);
        let short = SearchPlan {
            probe: Duration::from_millis(100),
            ..plan()
        };
        let mut least = f64::INFINITY;
        let found = bracket::<Infallible>(&short, |rate, _| {
            least = least.min(rate);
            Ok(Some(Verdict::Missed))
        });
        let Ok(found) = found;
        assert!(found.rate.is_none() && !found.limited);
        // Each probe has two requests at least.
        assert!((20.0..40.0).contains(&least), "{least}");
    }

    #[test]
    fn a_rate_that_held_only_by_chance_is_not_confirmed() {
        // Short probes pass up to 10,000, long ones only up to 6,000.
        let found = bracket::<Infallible>(&plan(), |rate, confirms| {
            let capacity = if confirms { 6_000.0 } else { 10_000.0 };
            Ok(Some(if rate > capacity {
                Verdict::Missed
            } else {
                Verdict::Met
            }))
        });
        let Ok(found) = found;
        assert!(
            found.rate.is_some_and(|rate| rate <= 6_000.0),
            "{:?}",
            found.rate
        );
    }

    #[test]
    fn it_ends_after_so_many_probes() {
        let mut count = 0;
        let found = bracket::<Infallible>(&plan(), |_, _| {
            count += 1;
            Ok(Some(Verdict::Met))
        });
        let Ok(found) = found;
        assert_eq!((found.rate, count), (None, 40));
        assert_eq!(found.unconfirmed, Some(1_000.0 * 2_f64.powi(39)));
    }

    #[test]
    fn a_rate_that_was_met_is_told_when_the_probes_run_out() {
        let few = SearchPlan {
            probes: 4,
            ..plan()
        };
        let found = bracket::<Infallible>(&few, |rate, _| {
            Ok(Some(if rate > 3_000.0 {
                Verdict::Missed
            } else {
                Verdict::Met
            }))
        });
        let Ok(found) = found;
        // 1,000 and 2,000 are met, 4,000 is missed, 2,828 is met; then nothing is left.
        assert_eq!(found.rate, None);
        assert!(
            found
                .unconfirmed
                .is_some_and(|rate| (2_828.0..2_829.0).contains(&rate)),
            "{:?}",
            found.unconfirmed
        );
    }
}
