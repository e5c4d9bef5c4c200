//! One round: a load on a running proxy, and its account.

use std::time::{Duration, Instant};

use load::Outcome;
use peers::{Cores, Running, Spent};
use reports::{LoadDemand, Round, RoundStatus};

use super::field::Contestant;
use super::generator::{Generator, Load, Loaded};
use super::judgement::{Evidence, SATURATED, disturbance, judge, judge_search};
use super::ticks::Ticks;
use super::upstream::Upstream;
use crate::experiment::{Stop, unix_ms};

/// What rounds have in common.
pub(crate) struct Ring<'a> {
    pub(crate) generator: &'a Generator,
    pub(crate) upstream: &'a Upstream,
    pub(crate) proxy_cores: &'a Cores,
    pub(crate) workers: u32,
    pub(crate) connections: u32,
    pub(crate) http2: bool,
    pub(crate) objective: Option<&'a str>,
    /// Whether upstream and generator have a core each.
    pub(crate) own_cores: bool,
    /// Whether rounds count in which a process did not get its core.
    pub(crate) keep_all: bool,
}

/// What processes spent from before a load until after it.
pub(super) struct Bracket {
    pub(super) proxy: Spent,
    pub(super) upstream: Spent,
    pub(super) wall: Duration,
}

impl Bracket {
    fn share(&self, ns: u64) -> f64 {
        ns as f64 / self.wall.as_nanos().max(1) as f64
    }

    /// Share of the time in which the upstream was ready and had no core.
    pub(super) fn upstream_waited(&self) -> f64 {
        self.share(self.upstream.delay_ns)
    }
}

impl Ring<'_> {
    /// Loads a proxy and takes its account. A search is followed by one load at the rate that it
    /// found, of which the account is: what the search spent was at ever other rates.
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
        let (loaded, mut round, bracket) = self.load(running, contestant, &load).await?;
        let found = match loaded {
            Loaded::Ran(outcome) => {
                self.take(&mut round, &outcome, &bracket);
                round.throughput = outcome.rate;
                round.bounded = demand == LoadDemand::Closed && round.proxy_busy < SATURATED;
                return Ok(round);
            }
            Loaded::Found(found) => found,
        };
        // A proxy that had no core was slow by no fault of its own.
        let disturbed = disturbance(round.stolen, bracket.share(bracket.proxy.delay_ns));
        if let Some(reason) = disturbed.filter(|_| !self.keep_all) {
            round.status = RoundStatus::Rejected(format!("during the search {reason}"));
            return Ok(round);
        }
        let rate = match judge_search(&found) {
            Ok(rate) => rate,
            Err(status) => {
                round.status = status;
                return Ok(round);
            }
        };
        let at_rate = Load {
            demand: LoadDemand::Open(rate),
            ..load
        };
        let (loaded, mut round, bracket) = self.load(running, contestant, &at_rate).await?;
        if let Loaded::Ran(outcome) = loaded {
            round.demand = demand;
            self.take(&mut round, &outcome, &bracket);
            round.throughput = rate;
            round.bounded = found.limited_by_generator;
        }
        Ok(round)
    }

    /// One load, and a round with what is known of it whatever its kind.
    async fn load(
        &self,
        running: &Running,
        contestant: &Contestant,
        load: &Load,
    ) -> Result<(Loaded, Round, Bracket), Stop> {
        let started_unix_ms = unix_ms();
        let (proxy, upstream) = (running.usage(), self.upstream.usage());
        let (ticks, begin) = (Ticks::of(self.proxy_cores), Instant::now());
        let loaded = self.generator.run(load).await?;
        let now = running.usage();
        let bracket = Bracket {
            proxy: now.since(&proxy),
            upstream: self.upstream.usage().since(&upstream),
            wall: begin.elapsed(),
        };
        let round = Round {
            row: contestant.row.clone(),
            demand: load.demand,
            started_unix_ms,
            stolen: Ticks::of(self.proxy_cores).stolen_since(ticks),
            rss_bytes: now.rss_bytes,
            start_up_ns: u64::try_from(running.start_up().as_nanos()).unwrap_or(u64::MAX),
            ..Round::default()
        };
        Ok((loaded, round, bracket))
    }

    fn take(&self, round: &mut Round, outcome: &Outcome, bracket: &Bracket) {
        let ns = (outcome.seconds * 1e9).max(1.0);
        let spent = bracket.proxy;
        round.proxy_cpu_ns = spent.cpu_ns;
        round.proxy_waited = spent.delay_ns as f64 / ns;
        round.proxy_busy = spent.cpu_ns as f64 / ns / f64::from(self.workers);
        round.upstream_busy = bracket.upstream.cpu_ns as f64 / ns;
        take_outcome(round, outcome);
        let evidence = Evidence {
            outcome,
            bracket,
            own_cores: self.own_cores,
        };
        round.status = match judge(round, &evidence) {
            RoundStatus::Rejected(_) if self.keep_all && round.good > 0 => RoundStatus::Accepted,
            judged => judged,
        };
    }
}

fn take_outcome(round: &mut Round, outcome: &Outcome) {
    let counts = &outcome.counts;
    round.seconds = outcome.seconds;
    (round.good, round.wrong) = (counts.good, counts.wrong);
    // What was never sent or never answered is an error as well, however few.
    round.errors = counts.errors.total() + counts.dropped + counts.unfinished;
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
