//! Outcomes of several generators, joined as those of one.

use std::collections::BTreeSet;

use reports::{Latency, LatencyError};

use crate::outcome::{Counts, Distribution, Errors, GeneratorUse, Outcome, PlanFacts};
use crate::tally::TOLD;

/// The least share of the whole time in which all generators must have counted together.
const TOGETHER: f64 = 0.9;

/// Why outcomes cannot be joined. After the last semicolon comes the remedy.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum JoinError {
    /// There is nothing to join.
    #[error("there is no outcome to join; give at least one")]
    Nothing,
    /// An outcome that was given twice.
    #[error("outcomes {first} and {number} are the same; give each once")]
    Twice {
        /// The one, counted from 1.
        first: usize,
        /// The other.
        number: usize,
    },
    /// Generators that did not do the same.
    #[error(
        "outcome {number} has {field} {other} and the first one {first}; join generators of one plan"
    )]
    Plan {
        /// Which outcome, counted from 1.
        number: usize,
        /// The field of `plan`.
        field: &'static str,
        /// What the first says.
        first: String,
        /// What this one says.
        other: String,
    },
    /// A histogram that cannot be read.
    #[error("outcome {number}: {source}")]
    Histogram {
        /// Which outcome, counted from 1.
        number: usize,
        /// What is wrong with it.
        source: LatencyError,
    },
}

impl Outcome {
    /// Joins what several generators measured of one server at the same time: counts and
    /// histograms are added, the rate is that of all over the time from the first's beginning
    /// to the last's end. When they did not count together, the outcome is not valid and says
    /// so; neither is it when one of them was not.
    ///
    /// # Errors
    /// When there is none, when one was given twice, when their plans differ in protocol,
    /// loop, length or traffic, or when a histogram cannot be read.
    pub fn join(outcomes: &[Outcome]) -> Result<Outcome, JoinError> {
        let (first, rest) = outcomes.split_first().ok_or(JoinError::Nothing)?;
        for (index, other) in rest.iter().enumerate() {
            same_plan(index + 2, &first.plan, &other.plan)?;
            if let Some(known) = outcomes[..=index].iter().position(|one| one == other) {
                return Err(JoinError::Twice {
                    first: known + 1,
                    number: index + 2,
                });
            }
        }
        let mut reasons = Vec::new();
        for (index, one) in outcomes.iter().enumerate() {
            let told = one.reasons.iter();
            reasons.extend(told.map(|reason| format!("generator {}: {reason}", index + 1)));
        }
        let span = Span::of(outcomes);
        reasons.extend(span.objection());
        // Answers that came later than the counted time are no part of a rate.
        let in_time: f64 = outcomes.iter().map(|one| one.rate * one.seconds).sum();
        let mut statuses = first.statuses.clone();
        for (status, count) in rest.iter().flat_map(|one| &one.statuses) {
            *statuses.entry(*status).or_default() += count;
        }
        Ok(Outcome {
            plan: plan(outcomes),
            valid: reasons.is_empty() && outcomes.iter().all(|one| one.valid),
            reasons,
            interrupted: outcomes.iter().any(|one| one.interrupted),
            from_unix_ms: span.from_ms,
            seconds: span.seconds,
            rate: match span.seconds {
                seconds if seconds > 0.0 => in_time / seconds,
                _ => 0.0,
            },
            counts: counts(outcomes),
            statuses,
            corrected: added_if_all(outcomes, |one| one.corrected.as_ref())?,
            uncorrected: added(outcomes, |one| &one.uncorrected)?,
            lag: added_if_all(outcomes, |one| one.lag.as_ref())?,
            generator: generator(outcomes, in_time),
            wrong_answers: told(outcomes, |one| &one.wrong_answers),
            first_errors: told(outcomes, |one| &one.first_errors),
        })
    }
}

fn same_plan(number: usize, first: &PlanFacts, other: &PlanFacts) -> Result<(), JoinError> {
    let texts = |plan: &PlanFacts| {
        [
            ("protocol", plan.protocol.clone()),
            ("loop", plan.demand.clone()),
            ("streams", plan.streams.to_string()),
            ("duration_s", plan.duration_s.to_string()),
            ("exchanges", plan.exchanges.to_string()),
            ("unchecked", plan.unchecked.to_string()),
        ]
    };
    for ((field, first), (_, other)) in texts(first).into_iter().zip(texts(other)) {
        if first != other {
            return Err(JoinError::Plan {
                number,
                field,
                first,
                other,
            });
        }
    }
    Ok(())
}

/// The time that all counted together, and the time from the first's beginning to the last's end.
struct Span {
    from_ms: u64,
    seconds: f64,
    together: f64,
    /// Whether everybody says when it began.
    known: bool,
}

impl Span {
    fn of(outcomes: &[Outcome]) -> Self {
        let mut from_ms = u64::MAX;
        let (mut last_from, mut first_end, mut end) = (0.0_f64, f64::MAX, 0.0_f64);
        for one in outcomes {
            from_ms = from_ms.min(one.from_unix_ms);
            let from = one.from_unix_ms as f64 / 1e3;
            last_from = last_from.max(from);
            first_end = first_end.min(from + one.seconds);
            end = end.max(from + one.seconds);
        }
        let known = outcomes.len() == 1 || from_ms > 0;
        let longest = outcomes.iter().map(|one| one.seconds).fold(0.0, f64::max);
        Self {
            from_ms,
            seconds: match known {
                true => end - from_ms as f64 / 1e3,
                false => longest,
            },
            together: (first_end - last_from).max(0.0),
            known,
        }
    }

    fn objection(&self) -> Option<String> {
        if !self.known {
            return Some("a generator does not say when it began".to_owned());
        }
        (self.together < TOGETHER * self.seconds).then(|| {
            format!(
                "the generators did not count at the same time: all together for {:.1} s of {:.1} s",
                self.together, self.seconds
            )
        })
    }
}

/// Different texts, in the order of their letters.
fn texts<'a>(all: impl Iterator<Item = &'a str>) -> String {
    let different: BTreeSet<&str> = all.collect();
    different.into_iter().collect::<Vec<_>>().join(", ")
}

fn plan(outcomes: &[Outcome]) -> PlanFacts {
    let plans = || outcomes.iter().map(|one| &one.plan);
    let arrivals = texts(plans().filter_map(|plan| plan.arrivals.as_deref()));
    let left_out: BTreeSet<&String> = plans().flat_map(|plan| &plan.left_out).collect();
    PlanFacts {
        url: texts(plans().map(|plan| plan.url.as_str())),
        rate: plans().map(|plan| plan.rate).sum(),
        arrivals: (!arrivals.is_empty()).then_some(arrivals),
        connections: plans().map(|plan| plan.connections).sum(),
        threads: plans().map(|plan| plan.threads).sum(),
        pins: plans().flat_map(|plan| plan.pins.clone()).collect(),
        pacing: texts(plans().map(|plan| plan.pacing.as_str())),
        warm_up_s: plans().map(|plan| plan.warm_up_s).fold(0.0, f64::max),
        left_out: left_out.into_iter().cloned().collect(),
        ..outcomes[0].plan.clone()
    }
}

fn counts(outcomes: &[Outcome]) -> Counts {
    let sum = |of: fn(&Counts) -> u64| outcomes.iter().map(|one| of(&one.counts)).sum();
    Counts {
        offered: sum(|counts| counts.offered),
        good: sum(|counts| counts.good),
        wrong: sum(|counts| counts.wrong),
        errors: Errors {
            connect: sum(|counts| counts.errors.connect),
            reset: sum(|counts| counts.errors.reset),
            timeout: sum(|counts| counts.errors.timeout),
            protocol: sum(|counts| counts.errors.protocol),
            early_close: sum(|counts| counts.errors.early_close),
        },
        dropped: sum(|counts| counts.dropped),
        unfinished: sum(|counts| counts.unfinished),
        reconnects: sum(|counts| counts.reconnects),
        bytes_sent: sum(|counts| counts.bytes_sent),
        bytes_received: sum(|counts| counts.bytes_received),
    }
}

fn generator(outcomes: &[Outcome], in_time: f64) -> GeneratorUse {
    let uses = || outcomes.iter().map(|one| &one.generator);
    let threads: Vec<_> = uses().flat_map(|one| one.threads.clone()).collect();
    let busy: f64 = threads
        .iter()
        .map(|thread| thread.cpu_s - thread.spun_s)
        .sum();
    GeneratorUse {
        utilisation: uses().map(|one| one.utilisation).fold(0.0, f64::max),
        demand: uses().map(|one| one.demand).fold(0.0, f64::max),
        cpu_us_per_answer: match in_time {
            answers if answers > 0.0 => busy * 1e6 / answers,
            _ => 0.0,
        },
        threads,
    }
}

fn told<T: Clone>(outcomes: &[Outcome], of: fn(&Outcome) -> &Vec<T>) -> Vec<T> {
    outcomes.iter().flat_map(of).take(TOLD).cloned().collect()
}

fn added(
    outcomes: &[Outcome],
    of: fn(&Outcome) -> &Distribution,
) -> Result<Distribution, JoinError> {
    sum(outcomes.iter().map(|one| &of(one).histogram))
}

/// Of an open loop; a closed one has none.
fn added_if_all(
    outcomes: &[Outcome],
    of: fn(&Outcome) -> Option<&Distribution>,
) -> Result<Option<Distribution>, JoinError> {
    let all: Option<Vec<&Latency>> = outcomes
        .iter()
        .map(|one| of(one).map(|one| &one.histogram))
        .collect();
    all.map(|all| sum(all.into_iter())).transpose()
}

fn sum<'a>(latencies: impl Iterator<Item = &'a Latency>) -> Result<Distribution, JoinError> {
    let fault = |number| move |source| JoinError::Histogram { number, source };
    let mut all = Latency::merge([]).map_err(fault(1))?;
    for (index, latency) in latencies.enumerate() {
        let one = latency.to_histogram().map_err(fault(index + 1))?;
        all.add(one)
            .map_err(|error| LatencyError::Histogram(error.to_string()))
            .map_err(fault(index + 1))?;
    }
    Ok(Distribution::of(&all))
}
