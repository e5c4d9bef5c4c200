//! When an outcome says more of the generator than of the server.

use std::time::Duration;

use crate::outcome::{Counts, Outcome};
use crate::plan::Demand;

/// Limits beyond which an outcome is not valid.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Validity {
    /// The 99th percentile of schedule lag in an open loop.
    pub lag_p99: Duration,
    /// Share of the time in which a sending thread ran or waited for a CPU.
    pub utilisation: f64,
    /// Share of an open loop's requests without an answer at its end.
    pub unfinished: f64,
}

impl Default for Validity {
    fn default() -> Self {
        Self {
            lag_p99: Duration::from_millis(1),
            utilisation: 0.95,
            unfinished: 0.01,
        }
    }
}

impl Validity {
    /// Whether so many requests had no answer at the end that the slow ones are not in the
    /// histograms.
    pub(crate) fn is_overrun(&self, counts: &Counts) -> bool {
        counts.unfinished as f64 > self.unfinished * counts.offered as f64
    }

    /// Everything that speaks against the outcome.
    pub(crate) fn reasons(&self, demand: Demand, outcome: &Outcome) -> Vec<String> {
        let mut reasons = Vec::new();
        if outcome.interrupted {
            reasons.push("it was interrupted before its end".to_owned());
        }
        let counts = &outcome.counts;
        if counts.good + counts.wrong + counts.errors.total() == 0 {
            reasons.push("no request was answered in the time that counts".to_owned());
        }
        if counts.dropped > 0 {
            reasons.push(format!(
                "{} requests were never sent because too many waited for a connection",
                counts.dropped
            ));
        }
        if demand != Demand::Closed && self.is_overrun(counts) {
            reasons.push(format!(
                "{} of {} requests had no answer at the end: the rate was more than generator and server kept up with",
                counts.unfinished, counts.offered
            ));
        }
        let limit = self.lag_p99.as_secs_f64() * 1e6;
        if let Some(lag) = &outcome.lag
            && lag.p99_us > limit
        {
            reasons.push(format!(
                "the generator was late: the 99th percentile of its schedule lag is {:.0} µs, over the limit of {limit:.0} µs",
                lag.p99_us
            ));
        }
        // Open loops show in their lag what a busy thread costs; it may be busy and on time.
        let demanded = outcome.generator.demand;
        if demanded > self.utilisation && demand == Demand::Closed {
            reasons.push(format!(
                "the generator was the bottleneck: a sending thread ran or waited for a CPU {:.0} % of the time, over the limit of {:.0} %",
                demanded * 100.0,
                self.utilisation * 100.0
            ));
        }
        if demand != Demand::Closed && outcome.generator.utilisation > self.utilisation {
            reasons.push(format!(
                "the generator was the bottleneck: a sending thread was busy {:.0} % of the time, over the limit of {:.0} %",
                outcome.generator.utilisation * 100.0,
                self.utilisation * 100.0
            ));
        }
        reasons
    }
}
