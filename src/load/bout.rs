//! One round: a load on a running proxy, and whether it counts.

use std::fs;
use std::time::Duration;

use load::{Outcome, SearchOutcome};
use peers::{Cores, Running, Spent};
use reports::{LoadDemand, Round, RoundStatus};

use super::field::Contestant;
use super::generator::{Generator, Load, Loaded};
use super::upstream::Upstream;
use crate::experiment::{Stop, unix_ms};

/// Share of the time that the proxy's busiest thread may wait for its core.
const WAITED: f64 = 0.05;
/// Share of the time that the hypervisor may take from the proxy's cores.
const STOLEN: f64 = 0.05;
/// A proxy that ran for less of the time in a closed loop was not what set the pace.
const SATURATED: f64 = 0.90;

/// What rounds have in common.
pub(crate) struct Ring<'a> {
    pub(crate) generator: &'a Generator,
    pub(crate) upstream: &'a Upstream,
    pub(crate) proxy_cores: &'a Cores,
    pub(crate) workers: u32,
    pub(crate) connections: u32,
    pub(crate) http2: bool,
    pub(crate) objective: Option<&'a str>,
    /// Whether rounds count in which a process did not get its core.
    pub(crate) keep_all: bool,
}

impl Ring<'_> {
    /// Loads a proxy and takes its account.
    ///
    /// # Errors
    /// When the generator fails or was interrupted.
    pub(crate) async fn round(
        &self,
        running: &Running,
        contestant: &Contestant,
        demand: LoadDemand,
        duration: Duration,
    ) -> Result<Round, Stop> {
        let load = Load {
            target: running.address(),
            demand,
            objective: self.objective.map(str::to_owned),
            duration,
            connections: self.connections,
            http2: self.http2,
            check: contestant.check,
        };
        let started_unix_ms = unix_ms();
        let (proxy, upstream) = (running.usage(), self.upstream.usage());
        let ticks = Ticks::of(self.proxy_cores);
        let loaded = self.generator.run(&load).await?;
        let now = running.usage();
        let spent = now.since(&proxy);
        let upstream = self.upstream.usage().since(&upstream);
        let mut round = Round {
            row: contestant.row.clone(),
            demand,
            started_unix_ms,
            stolen: Ticks::of(self.proxy_cores).stolen_since(ticks),
            rss_bytes: now.rss_bytes,
            start_up_ns: u64::try_from(running.start_up().as_nanos()).unwrap_or(u64::MAX),
            ..Round::default()
        };
        match loaded {
            Loaded::Ran(outcome) => self.take(&mut round, &outcome, spent, upstream),
            Loaded::Found(found) => take_search(&mut round, &found),
        }
        Ok(round)
    }

    fn take(&self, round: &mut Round, outcome: &Outcome, spent: Spent, upstream: Spent) {
        let ns = (outcome.seconds * 1e9).max(1.0);
        round.proxy_cpu_ns = spent.cpu_ns;
        round.proxy_waited = spent.delay_ns as f64 / ns;
        round.proxy_busy = spent.cpu_ns as f64 / ns / f64::from(self.workers);
        round.upstream_busy = upstream.cpu_ns as f64 / ns;
        take_outcome(round, outcome);
        round.throughput = outcome.rate;
        round.bounded = round.demand == LoadDemand::Closed && round.proxy_busy < SATURATED;
        round.status = match judge(round, outcome, spent.lost) {
            RoundStatus::Rejected(_) if self.keep_all && round.good > 0 => RoundStatus::Accepted,
            judged => judged,
        };
    }
}

fn take_outcome(round: &mut Round, outcome: &Outcome) {
    let counts = &outcome.counts;
    round.seconds = outcome.seconds;
    (round.good, round.wrong) = (counts.good, counts.wrong);
    round.errors = counts.errors.total() + counts.dropped;
    let server_errors = outcome
        .statuses
        .iter()
        .filter(|(status, _)| **status >= 500);
    round.server_errors = server_errors.map(|(_, count)| count).sum();
    round.generator_busy = outcome.generator.utilisation;
    let corrected = outcome.corrected.as_ref();
    round.corrected = corrected
        .map(|times| times.histogram.clone())
        .unwrap_or_default();
    round.uncorrected = outcome.uncorrected.histogram.clone();
    round.lag_p99_us = outcome.lag.as_ref().map_or(0.0, |lag| lag.p99_us);
    let wrong = outcome.wrong_answers.first();
    let wrong = wrong.map(|wrong| format!("{}: {}", wrong.exchange, wrong.difference));
    round.first_fault = wrong.or_else(|| outcome.first_errors.first().cloned());
}

fn take_search(round: &mut Round, found: &SearchOutcome) {
    if let Some(confirmed) = &found.confirmed {
        take_outcome(round, confirmed);
    }
    round.throughput = found.rate.unwrap_or(0.0);
    round.bounded = found.limited_by_generator;
    if found.rate.is_none() {
        let last = found
            .probes
            .iter()
            .rev()
            .find_map(|probe| probe.reason.clone());
        let why = last.map(|reason| format!(": {reason}")).unwrap_or_default();
        round.status = RoundStatus::Failed(format!("no rate met {}{why}", found.objective));
    }
}

/// Whether a round counts: the machine is looked at first, then the proxy.
fn judge(round: &Round, outcome: &Outcome, lost: usize) -> RoundStatus {
    let percent = |share: f64| format!("{:.0} %", share * 100.0);
    if round.stolen > STOLEN {
        let share = percent(round.stolen);
        return RoundStatus::Rejected(format!(
            "the hypervisor took {share} of the proxy's cores' time"
        ));
    }
    if round.proxy_waited > WAITED {
        let share = percent(round.proxy_waited);
        return RoundStatus::Rejected(format!("the proxy waited for its core {share} of the time"));
    }
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
    if outcome.counts.dropped > 0 && round.proxy_busy > SATURATED {
        return RoundStatus::Failed("the proxy could not keep up with the rate".to_owned());
    }
    RoundStatus::Rejected(outcome.reasons.join("; "))
}

/// The kernel's account of some cores, in its ticks.
#[derive(Debug, Clone, Copy, Default)]
struct Ticks {
    stolen: u64,
    all: u64,
}

impl Ticks {
    /// Until now; of all cores where none is named.
    fn of(cores: &Cores) -> Self {
        Self::read(&fs::read_to_string("/proc/stat").unwrap_or_default(), cores)
    }

    fn read(stat: &str, cores: &Cores) -> Self {
        let mut ticks = Self::default();
        for line in stat.lines().filter_map(|line| line.strip_prefix("cpu")) {
            let Some((core, rest)) = line.split_once(' ') else {
                continue;
            };
            let wanted = match core.parse::<usize>() {
                Ok(core) => cores.numbers().contains(&core),
                Err(_) => core.is_empty() && cores.is_empty(),
            };
            if wanted {
                // user nice system idle iowait irq softirq steal; guests' time is in user.
                let numbers = rest.split_whitespace().take(8);
                let numbers: Vec<u64> = numbers.filter_map(|number| number.parse().ok()).collect();
                ticks.stolen += numbers.get(7).copied().unwrap_or(0);
                ticks.all += numbers.iter().sum::<u64>();
            }
        }
        ticks
    }

    fn stolen_since(self, earlier: Self) -> f64 {
        let all = self.all.saturating_sub(earlier.all);
        let stolen = self.stolen.saturating_sub(earlier.stolen);
        if all == 0 {
            0.0
        } else {
            stolen as f64 / all as f64
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const STAT: &str = "cpu  10 0 10 70 0 0 0 10 3 0
cpu0 5 0 5 30 0 0 0 0 0 0
cpu1 5 0 5 40 0 0 0 10 3 0
intr 1 2 3";

    #[test]
    fn stolen_time_is_that_of_the_proxys_own_cores() {
        let share = |cores: &[usize]| {
            let cores = Cores::new(cores.iter().copied());
            Ticks::read(STAT, &cores).stolen_since(Ticks::default())
        };
        assert_eq!(share(&[0]), 0.0);
        assert_eq!(share(&[1]), 10.0 / 60.0);
        assert_eq!(share(&[]), 0.1);
        assert_eq!(Ticks::default().stolen_since(Ticks::default()), 0.0);
    }
}
