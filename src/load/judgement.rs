//! Whether a round counts.

use load::{Outcome, SearchOutcome};
use reports::{LoadDemand, Round, RoundStatus};

use super::bout::Bracket;

/// Share of the time that a process may wait for its core.
const WAITED: f64 = 0.05;
/// Share of the time that the hypervisor may take from the proxy's cores.
const STOLEN: f64 = 0.05;
/// A proxy that ran for less of the time in a closed loop was not what set the pace.
pub(super) const SATURATED: f64 = 0.90;

/// What is looked at beside the round itself.
pub(super) struct Evidence<'a> {
    pub(super) outcome: &'a Outcome,
    pub(super) bracket: &'a Bracket,
    /// Whether upstream and generator have a core each. Where they share one they wait for each
    /// other by design.
    pub(super) own_cores: bool,
}

fn percent(share: f64) -> String {
    format!("{:.0} %", share * 100.0)
}

/// The machine is looked at first, then the proxy.
pub(super) fn judge(round: &Round, evidence: &Evidence<'_>) -> RoundStatus {
    let Evidence {
        outcome, bracket, ..
    } = evidence;
    if let Some(reason) = disturbance(round.stolen, round.proxy_waited) {
        return RoundStatus::Rejected(reason);
    }
    if evidence.own_cores {
        let waits = [
            ("upstream", bracket.upstream_waited()),
            ("generator", generator_waited(outcome)),
        ];
        if let Some((who, share)) = waits.into_iter().find(|(_, share)| *share > WAITED) {
            let share = percent(share);
            return RoundStatus::Rejected(format!(
                "the {who} waited for its core {share} of the time"
            ));
        }
    }
    let lost = bracket.proxy.lost;
    if lost > 0 && round.good > 0 {
        return RoundStatus::Rejected(format!(
            "{lost} threads of the proxy ended, and with them their account"
        ));
    }
    let fault = || {
        let first = round.first_fault.as_deref().unwrap_or("no answer at all");
        first.to_owned()
    };
    if round.good == 0 {
        return RoundStatus::Failed(format!("no good answer: {}", fault()));
    }
    // In a closed loop a generator that was busy bounds the throughput and spoils nothing else.
    if round.demand == LoadDemand::Closed || outcome.valid {
        return RoundStatus::Accepted;
    }
    // A search found a rate that the proxy keeps: one that it then does not keep was a chance.
    let searched = round.demand == LoadDemand::Search;
    if outcome.counts.dropped > 0 && round.proxy_busy > SATURATED && !searched {
        return RoundStatus::Failed("the proxy could not keep up with the rate".to_owned());
    }
    RoundStatus::Rejected(outcome.reasons.join("; "))
}

/// What took time from the proxy.
pub(super) fn disturbance(stolen: f64, waited: f64) -> Option<String> {
    if stolen > STOLEN {
        let share = percent(stolen);
        return Some(format!(
            "the hypervisor took {share} of the proxy's cores' time"
        ));
    }
    (waited > WAITED).then(|| {
        let share = percent(waited);
        format!("the proxy waited for its core {share} of the time")
    })
}

/// Share of the time in which the generator's thread was ready and had no core, the largest.
fn generator_waited(outcome: &Outcome) -> f64 {
    let threads = outcome.generator.threads.iter();
    let waits = threads.filter_map(|thread| thread.waited_for_cpu_s);
    waits.fold(0.0, f64::max) / outcome.seconds.max(1e-9)
}

/// The rate that a search found, or why it found none: a proxy is at fault only when it was the
/// proxy that missed the objective.
pub(super) fn judge_search(found: &SearchOutcome) -> Result<f64, RoundStatus> {
    if let Some(rate) = found.rate {
        return Ok(rate);
    }
    let objective = &found.objective;
    let missed = found.probes.iter().rev();
    let last = missed
        .map(|probe| probe.reason.clone())
        .find(Option::is_some);
    let why = last.flatten().map(|reason| format!(": {reason}"));
    let why = why.unwrap_or_default();
    if let Some(rate) = found.unconfirmed {
        let probes = found.probes.len();
        return Err(RoundStatus::Rejected(format!(
            "{rate:.0} requests/s met {objective} but were not confirmed within {probes} probes"
        )));
    }
    Err(match found.limited_by_generator {
        true => RoundStatus::Rejected(format!(
            "the generator gave out before the proxy missed {objective}{why}"
        )),
        false => RoundStatus::Failed(format!("no rate met {objective}{why}")),
    })
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use load::Probe;
    use peers::Spent;
    use serde_json::json;

    use super::*;

    fn found(limited: bool, unconfirmed: Option<f64>) -> SearchOutcome {
        SearchOutcome {
            objective: "p99=5ms".to_owned(),
            rate: None,
            limited_by_generator: limited,
            unconfirmed,
            interrupted: false,
            probes: vec![Probe {
                rate: 1_000.0,
                confirms: false,
                met: false,
                reason: Some("p99 was 9.00 ms".to_owned()),
                p50_us: 1.0,
                p99_us: 9_000.0,
            }],
            confirmed: None,
        }
    }

    #[test]
    fn a_search_without_a_rate_fails_only_by_the_proxys_own_fault() {
        let status = |limited, unconfirmed| judge_search(&found(limited, unconfirmed));
        let Err(RoundStatus::Failed(reason)) = status(false, None) else {
            panic!("the proxy missed it");
        };
        assert_eq!(reason, "no rate met p99=5ms: p99 was 9.00 ms");
        let Err(RoundStatus::Rejected(reason)) = status(true, None) else {
            panic!("the generator was late");
        };
        assert!(reason.starts_with("the generator gave out"), "{reason}");
        let Err(RoundStatus::Rejected(reason)) = status(false, Some(800.0)) else {
            panic!("it was met once");
        };
        assert!(reason.contains("800 requests/s met"), "{reason}");
        let rate = SearchOutcome {
            rate: Some(500.0),
            ..found(false, None)
        };
        assert_eq!(judge_search(&rate), Ok(500.0));
    }

    /// An outcome of two seconds whose generator waited so long for its core.
    fn outcome(waited_s: f64, valid: bool) -> Outcome {
        let times = json!({
            "count": 0, "min_us": 0.0, "mean_us": 0.0, "p50_us": 0.0, "p90_us": 0.0, "p99_us": 0.0,
            "p999_us": 0.0, "p9999_us": 0.0, "max_us": 0.0, "histogram": "",
        });
        let errors =
            json!({ "connect": 0, "reset": 0, "timeout": 0, "protocol": 0, "early_close": 0 });
        let outcome = json!({
            "plan": {
                "url": "", "protocol": "http1", "loop": "closed", "rate": null, "arrivals": null,
                "connections": 1, "streams": 1, "threads": 1, "pins": [], "pacing": "sleep",
                "warm_up_s": 0.0, "duration_s": 2.0, "exchanges": 1, "unchecked": 0, "left_out": [],
            },
            "valid": valid, "reasons": ["it was late"], "interrupted": false, "seconds": 2.0,
            "rate": 500.0,
            "counts": {
                "offered": 1_000, "good": 1_000, "wrong": 0, "errors": errors, "dropped": 5,
                "unfinished": 0, "reconnects": 0, "bytes_sent": 0, "bytes_received": 0,
            },
            "statuses": {}, "corrected": null, "uncorrected": times, "lag": null,
            "generator": {
                "utilisation": 0.5, "demand": 0.5, "cpu_us_per_answer": 1.0,
                "threads": [{
                    "utilisation": 0.5, "cpu_s": 1.0, "spun_s": 0.0, "waited_for_cpu_s": waited_s,
                }],
            },
            "wrong_answers": [], "first_errors": [],
        });
        serde_json::from_value(outcome).expect("an outcome")
    }

    fn judged(
        demand: LoadDemand,
        own_cores: bool,
        upstream_ms: u64,
        outcome: &Outcome,
    ) -> RoundStatus {
        let spent = |delay_ms: u64| Spent {
            delay_ns: delay_ms * 1_000_000,
            ..Spent::default()
        };
        let bracket = Bracket {
            proxy: spent(0),
            upstream: spent(upstream_ms),
            wall: Duration::from_secs(2),
        };
        let round = Round {
            demand,
            good: 1_000,
            proxy_busy: 0.99,
            ..Round::default()
        };
        let evidence = Evidence {
            outcome,
            bracket: &bracket,
            own_cores,
        };
        judge(&round, &evidence)
    }

    #[test]
    fn who_has_a_core_of_its_own_must_get_it() {
        let closed = |own_cores, upstream_ms, waited_s| {
            let outcome = outcome(waited_s, true);
            judged(LoadDemand::Closed, own_cores, upstream_ms, &outcome)
        };
        let rejected = |status, who: &str| match status {
            RoundStatus::Rejected(reason) => reason.contains(who),
            _ => false,
        };
        assert_eq!(closed(true, 80, 0.08), RoundStatus::Accepted);
        assert!(rejected(
            closed(true, 200, 0.0),
            "the upstream waited for its core 10 %"
        ));
        assert!(rejected(
            closed(true, 0, 0.2),
            "the generator waited for its core 10 %"
        ));
        // Where they share one, they wait for each other.
        assert_eq!(closed(false, 900, 0.9), RoundStatus::Accepted);
    }

    #[test]
    fn a_rate_that_was_found_is_no_failure_of_the_proxy_when_it_is_not_kept_again() {
        let invalid = outcome(0.0, false);
        let status = |demand| judged(demand, false, 0, &invalid);
        assert!(matches!(
            status(LoadDemand::Open(500.0)),
            RoundStatus::Failed(_)
        ));
        assert!(matches!(
            status(LoadDemand::Search),
            RoundStatus::Rejected(_)
        ));
    }

    #[test]
    fn time_that_was_taken_from_the_proxy_is_told() {
        assert_eq!(disturbance(0.04, 0.04), None);
        assert!(disturbance(0.06, 0.0).is_some_and(|why| why.contains("hypervisor took 6 %")));
        assert!(disturbance(0.0, 0.5).is_some_and(|why| why.contains("waited for its core 50 %")));
    }
}
