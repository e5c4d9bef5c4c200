//! What a run came to: plain data that serde writes and reads.

use std::collections::BTreeMap;

use hdrhistogram::Histogram;
use reports::Latency;
use serde::{Deserialize, Serialize};

/// What a run came to. Everything counts only what lies after the warm-up.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Outcome {
    /// What was asked for.
    pub plan: PlanFacts,
    /// Whether the figures may be believed; if not, `reasons` says why.
    pub valid: bool,
    /// Why they may not.
    pub reasons: Vec<String>,
    /// Whether it was ended early.
    pub interrupted: bool,
    /// When counting began, in milliseconds since the Unix epoch.
    #[serde(default)]
    pub from_unix_ms: u64,
    /// Seconds that were counted.
    pub seconds: f64,
    /// Good answers a second.
    pub rate: f64,
    /// What became of the requests.
    pub counts: Counts,
    /// Answers by status, good and wrong.
    pub statuses: BTreeMap<u16, u64>,
    /// Latency of good answers from the intended send time; none in a closed loop.
    pub corrected: Option<Distribution>,
    /// Latency of good answers from the real send time.
    pub uncorrected: Distribution,
    /// How late requests were sent through the generator's own fault; none in a closed loop.
    pub lag: Option<Distribution>,
    /// What the generator itself used.
    pub generator: GeneratorUse,
    /// The first wrong answers.
    pub wrong_answers: Vec<WrongAnswer>,
    /// The first errors, in words.
    pub first_errors: Vec<String>,
}

/// What was asked for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PlanFacts {
    /// Where to.
    pub url: String,
    /// `http1` or `http2`.
    pub protocol: String,
    /// `open` or `closed`.
    #[serde(rename = "loop")]
    pub demand: String,
    /// Requests a second in an open loop.
    pub rate: Option<f64>,
    /// `constant` or `poisson` in an open loop.
    pub arrivals: Option<String>,
    /// Connections.
    pub connections: usize,
    /// Requests at a time on each connection.
    pub streams: usize,
    /// Threads.
    pub threads: usize,
    /// CPUs that the threads were pinned to.
    pub pins: Vec<usize>,
    /// `sleep` or `spin`.
    pub pacing: String,
    /// Seconds of load before anything was counted.
    pub warm_up_s: f64,
    /// Seconds asked for.
    pub duration_s: f64,
    /// Different requests in the mix.
    pub exchanges: usize,
    /// Of these, those of whose answer nothing is expected.
    pub unchecked: usize,
    /// Exchanges of the traffic that cannot be sent, with the reason.
    pub left_out: Vec<String>,
}

/// What became of the requests.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// Requests that should have been sent; in a closed loop, those that ended.
    pub offered: u64,
    /// Answers as expected.
    pub good: u64,
    /// Whole answers that differ from what was expected; never timed.
    pub wrong: u64,
    /// Requests without a whole answer.
    pub errors: Errors,
    /// Requests never sent because too many waited.
    pub dropped: u64,
    /// Requests that still waited or were under way at the very end.
    pub unfinished: u64,
    /// Connections opened after the first ones.
    pub reconnects: u64,
    /// Bytes sent, warm-up included.
    pub bytes_sent: u64,
    /// Bytes received, warm-up included.
    pub bytes_received: u64,
}

/// Requests without a whole answer, by kind.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Errors {
    /// No connection could be opened.
    pub connect: u64,
    /// The connection or stream was reset.
    pub reset: u64,
    /// The answer did not come in time.
    pub timeout: u64,
    /// What came is not HTTP, or breaks its rules.
    pub protocol: u64,
    /// The connection was closed before the whole answer.
    pub early_close: u64,
}

impl Errors {
    /// All kinds together.
    pub fn total(&self) -> u64 {
        self.connect + self.reset + self.timeout + self.protocol + self.early_close
    }
}

/// A distribution of times, in microseconds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Distribution {
    /// How many.
    pub count: u64,
    /// The smallest.
    pub min_us: f64,
    /// The mean.
    pub mean_us: f64,
    /// The median.
    pub p50_us: f64,
    /// The 90th percentile.
    pub p90_us: f64,
    /// The 99th percentile.
    pub p99_us: f64,
    /// The 99.9th percentile.
    pub p999_us: f64,
    /// The 99.99th percentile.
    pub p9999_us: f64,
    /// The largest.
    pub max_us: f64,
    /// The whole distribution in nanoseconds, to be merged with others.
    pub histogram: Latency,
}

impl Distribution {
    pub(crate) fn of(histogram: &Histogram<u64>) -> Self {
        let us = |ns: u64| ns as f64 / 1e3;
        let at = |quantile| us(histogram.value_at_quantile(quantile));
        Self {
            count: histogram.len(),
            min_us: us(histogram.min()),
            mean_us: if histogram.is_empty() {
                0.0
            } else {
                histogram.mean() / 1e3
            },
            p50_us: at(0.5),
            p90_us: at(0.9),
            p99_us: at(0.99),
            p999_us: at(0.999),
            p9999_us: at(0.9999),
            max_us: us(histogram.max()),
            // Writing to memory cannot fail; an empty text reads back as an empty histogram.
            histogram: Latency::from_histogram(histogram).unwrap_or_default(),
        }
    }

    /// The value at a quantile from 0 to 1, in microseconds.
    pub fn quantile_us(&self, quantile: f64) -> f64 {
        self.histogram.to_histogram().map_or(0.0, |histogram| {
            histogram.value_at_quantile(quantile) as f64 / 1e3
        })
    }
}

/// What the generator itself used.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct GeneratorUse {
    /// The largest utilisation of a thread.
    pub utilisation: f64,
    /// The largest share of the time in which a thread ran or waited for a CPU.
    pub demand: f64,
    /// CPU microseconds for each answer, time spent waiting by looking left out.
    pub cpu_us_per_answer: f64,
    /// Each thread.
    pub threads: Vec<ThreadUse>,
}

/// What one sending thread used.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct ThreadUse {
    /// CPU time over wall time, time spent waiting by looking left out; 0 to 1.
    pub utilisation: f64,
    /// Seconds on a CPU.
    pub cpu_s: f64,
    /// Of these, seconds spent waiting by looking (`--pacing spin`).
    pub spun_s: f64,
    /// Seconds ready to run but without a CPU; null where the kernel does not say.
    pub waited_for_cpu_s: Option<f64>,
}

/// An answer that was not the one expected.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WrongAnswer {
    /// The exchange's id.
    pub exchange: String,
    /// How it differs.
    pub difference: String,
}
