//! Rounds: one load on one proxy.

use super::{LoadMetric, LoadRow};
use crate::model::Latency;
use serde::{Deserialize, Serialize};

/// How requests came.
#[derive(Debug, Clone, Copy, Default, PartialEq, PartialOrd, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LoadDemand {
    /// The next when the last was answered: the way to the highest throughput.
    #[default]
    Closed,
    /// On a schedule, so many a second, whether the proxy keeps up or not.
    Open(f64),
    /// At ever other rates, to find the highest that meets an objective.
    Search,
}

impl LoadDemand {
    /// In words.
    pub fn words(self) -> String {
        match self {
            LoadDemand::Closed => "closed loop".to_owned(),
            LoadDemand::Open(rate) => format!("{} requests/s", grouped(rate)),
            LoadDemand::Search => "highest rate within the objective".to_owned(),
        }
    }

    /// What is compared first under it: a search looks for a rate, all else costs CPU time.
    pub fn metric(self) -> LoadMetric {
        match self {
            LoadDemand::Search => LoadMetric::Pace,
            LoadDemand::Closed | LoadDemand::Open(_) => LoadMetric::Cpu,
        }
    }
}

/// A whole number with commas.
pub(super) fn grouped(number: f64) -> String {
    let digits = format!("{:.0}", number.abs());
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    match number < 0.0 {
        true => format!("-{text}"),
        false => text,
    }
}

/// Whether a round counts.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "status", content = "reason")]
pub enum RoundStatus {
    /// It counts.
    #[default]
    Accepted,
    /// It does not, for a reason that lies in the machine; it was repeated within bounds.
    Rejected(String),
    /// The proxy or its answers were at fault.
    Failed(String),
}

/// One load on one proxy: a line of `rounds.jsonl`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Round {
    /// Block, counted from 1.
    pub block: u32,
    /// Position of its row in the block, counted from 0.
    pub order: u32,
    /// Counted from 1; further ones repeat rejected rounds.
    pub attempt: u32,
    /// What was loaded.
    pub row: LoadRow,
    /// How.
    pub demand: LoadDemand,
    /// Whether it counts.
    #[serde(flatten)]
    pub status: RoundStatus,
    /// When it began, in milliseconds since the Unix epoch.
    pub started_unix_ms: u64,
    /// Seconds of load.
    pub seconds: f64,
    /// Good answers a second; for a search the highest rate that met the objective.
    pub throughput: f64,
    /// Answers as expected.
    pub good: u64,
    /// Answers that were not as expected; never timed.
    pub wrong: u64,
    /// Requests without a whole answer, those never sent or still waiting at the end included.
    pub errors: u64,
    /// Answers with a status of 500 or more, good or wrong.
    pub server_errors: u64,
    /// CPU time of the proxy, all its threads and processes, in nanoseconds.
    pub proxy_cpu_ns: u64,
    /// Share of the time in which the proxy's busiest thread was ready and had no core.
    pub proxy_waited: f64,
    /// Share of the time in which the proxy's cores were taken by the hypervisor.
    pub stolen: f64,
    /// CPU time of the proxy over the time of all its workers; 1 when they had no rest.
    pub proxy_busy: f64,
    /// CPU time of the upstream over the time of one core.
    pub upstream_busy: f64,
    /// Utilisation of the generator's busiest thread.
    pub generator_busy: f64,
    /// Whether something other than the proxy set the pace of a closed loop or the bound of a
    /// search: its throughput is then a lower bound.
    pub bounded: bool,
    /// Resident memory of the proxy at the end, in bytes.
    pub rss_bytes: u64,
    /// From the proxy's start to its first answer, in nanoseconds.
    pub start_up_ns: u64,
    /// Latency from the intended send time; empty in a closed loop.
    pub corrected: Latency,
    /// Latency from the real send time.
    pub uncorrected: Latency,
    /// How late the generator sent, 99th percentile, in microseconds.
    pub lag_p99_us: f64,
    /// The first wrong answer or error, in words.
    pub first_fault: Option<String>,
}

impl Round {
    /// Whether it counts.
    pub fn is_accepted(&self) -> bool {
        self.status == RoundStatus::Accepted
    }

    /// CPU time of the proxy for each answered request, in microseconds; not a number where
    /// no account was taken.
    pub fn cpu_us(&self) -> f64 {
        if self.proxy_cpu_ns == 0 {
            return f64::NAN;
        }
        self.proxy_cpu_ns as f64 / 1e3 / (self.good + self.wrong) as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rounds_are_read_back_whatever_became_of_them() {
        for status in [
            RoundStatus::Accepted,
            RoundStatus::Rejected("no core".into()),
            RoundStatus::Failed("it ended".into()),
        ] {
            let round = Round {
                status,
                demand: LoadDemand::Open(1_500.0),
                good: 3,
                ..Round::default()
            };
            let line = serde_json::to_string(&round).expect("JSON");
            assert_eq!(
                serde_json::from_str::<Round>(&line).expect("a round"),
                round
            );
        }
    }

    #[test]
    fn cost_is_shared_by_all_that_was_answered() {
        let round = Round {
            proxy_cpu_ns: 40_000,
            good: 3,
            wrong: 1,
            ..Round::default()
        };
        assert_eq!(round.cpu_us(), 10.0);
    }

    #[test]
    fn numbers_have_commas() {
        assert_eq!(grouped(1_234_567.4), "1,234,567");
        assert_eq!(grouped(999.0), "999");
        assert_eq!(LoadDemand::Open(25_000.0).words(), "25,000 requests/s");
    }
}
