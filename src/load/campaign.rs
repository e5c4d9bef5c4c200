//! A load campaign from its first proxy to its last block.

use std::time::{Duration, Instant};

use peers::{Filter, ProxyKind, Running, Setup, start};
use reports::{LoadAbsence, LoadCampaign, LoadDemand, LoadFolder, Round, RoundStatus};

use super::bout::Ring;
use super::field::Contestant;
use super::pace::Pace;
use crate::error::Error;
use crate::experiment::{Progress, Schedule, Stop, unix_ms};

/// How often a round is taken before its row goes without one in a block.
const ATTEMPTS: u32 = 3;
/// Blocks in a row in which a row's proxy failed, after which it is left alone.
const STRIKES: u32 = 2;
/// Share of server errors beyond the traffic's own that shows a filter or proxy at fault.
const FAULTY: f64 = 0.05;
/// The load by which answers are checked before anything is measured.
const CHECK: Duration = Duration::from_millis(300);

/// A campaign under way.
pub(crate) struct Conductor<'a> {
    pub(crate) ring: Ring<'a>,
    pub(crate) pace: Pace,
    pub(crate) progress: &'a Progress,
    pub(crate) folder: LoadFolder,
    pub(crate) campaign: LoadCampaign,
    pub(crate) rounds: Vec<Round>,
    /// Share of the traffic's answers that are server errors.
    pub(crate) server_errors: f64,
}

/// A row that takes part.
struct Entrant {
    contestant: Contestant,
    /// What a visit takes beside its loads.
    overhead: Duration,
    strikes: u32,
}

impl Conductor<'_> {
    /// Checks the answers of all contestants, and answers those that passed with what they did in
    /// a closed loop, requests a second. Those that failed are named as unavailable.
    pub(crate) async fn check(
        &mut self,
        contestants: Vec<Contestant>,
    ) -> Result<Vec<(Contestant, f64)>, Stop> {
        self.progress.stage("checking", contestants.len());
        let mut passed = Vec::new();
        for contestant in contestants {
            let label = contestant.row.label();
            self.progress.trial(&label, None);
            match self.check_one(&contestant).await? {
                Ok(throughput) => passed.push((contestant, throughput)),
                Err(text) => {
                    let text = explained(&contestant, text);
                    let (reason, remedy) = crate::error::split_remedy(&text);
                    self.progress
                        .say_without_bar(&format!("{label} does not take part: {reason}"));
                    self.campaign.unavailable.push(LoadAbsence {
                        subject: label,
                        reason: reason.to_owned(),
                        remedy: remedy.unwrap_or("leave it out").to_owned(),
                    });
                }
            }
            self.progress.ended();
        }
        Ok(passed)
    }

    async fn check_one(&self, contestant: &Contestant) -> Result<Result<f64, String>, Stop> {
        let running = match self.start(contestant) {
            Ok(running) => running,
            Err(error) => return Ok(Err(error.to_string())),
        };
        let round = self
            .ring
            .round(&running, contestant, LoadDemand::Closed, CHECK)
            .await?;
        let fault = || round.first_fault.clone().unwrap_or_default();
        let (wrong, errors) = (round.wrong, round.errors);
        let broken = round.server_errors as f64 / (round.good + wrong).max(1) as f64;
        Ok(match &round.status {
            RoundStatus::Failed(reason) => Err(reason.clone()),
            _ if wrong > 0 => Err(format!("{wrong} answers were wrong, such as {}", fault())),
            _ if errors > 0 => Err(format!("{errors} requests were not answered: {}", fault())),
            // Traffic without expectations lets every answer count as good.
            _ if broken > self.server_errors + FAULTY => Err(format!(
                "{:.0} % of its answers were server errors; see what the plugin does with `pwbench serve`",
                broken * 100.0
            )),
            _ => Ok(round.throughput),
        })
    }

    fn start(&self, contestant: &Contestant) -> Result<Running, peers::StartError> {
        start(&Setup {
            kind: contestant.kind,
            program: &contestant.program,
            filter: &contestant.filter,
            upstream: self.ring.upstream.address(),
            workers: self.ring.workers,
            cores: self.ring.proxy_cores.clone(),
            http2: self.ring.http2,
        })
    }

    /// Measures all blocks.
    pub(crate) async fn measure(
        &mut self,
        contestants: Vec<Contestant>,
        demands: &[LoadDemand],
    ) -> Result<(), Stop> {
        let mut entrants: Vec<Entrant> = contestants.into_iter().map(Entrant::new).collect();
        let blocks = self.pace.blocks;
        self.progress
            .stage("measuring", entrants.len() * blocks as usize);
        let mut schedule = Schedule::new(entrants.len(), self.campaign.seed);
        for block in 1..=blocks {
            let order = schedule.order(block).to_vec();
            for (position, index) in order.iter().enumerate() {
                let left = self.left(&entrants, &order[position..], block, demands);
                let entrant = &mut entrants[*index];
                self.progress
                    .trial(&entrant.contestant.row.label(), Some(left));
                if entrant.strikes < STRIKES {
                    self.visit(entrant, block, position, demands).await?;
                }
                self.progress.ended();
            }
            self.campaign.blocks_complete = block;
            self.save()?;
            self.progress
                .say_without_bar(&format!("block {block} of {blocks} done"));
        }
        Ok(())
    }

    /// A row's turn in a block: its proxy is started, warmed up, loaded in each way and ended.
    async fn visit(
        &mut self,
        entrant: &mut Entrant,
        block: u32,
        position: usize,
        demands: &[LoadDemand],
    ) -> Result<(), Stop> {
        let begin = Instant::now();
        let contestant = &entrant.contestant;
        let place = |round: Round, attempt| Round {
            block,
            order: u32::try_from(position).unwrap_or(u32::MAX),
            attempt,
            ..round
        };
        let failed = |demand, reason| Round {
            row: contestant.row.clone(),
            demand,
            status: RoundStatus::Failed(reason),
            started_unix_ms: unix_ms(),
            ..Round::default()
        };
        let running = match self.start(contestant) {
            Ok(running) => running,
            Err(error) => {
                entrant.strikes += 1;
                for demand in demands {
                    self.record(place(failed(*demand, error.to_string()), 1))?;
                }
                return Ok(());
            }
        };
        let (mut loads, mut failures) = (0, 0);
        self.ring
            .round(&running, contestant, LoadDemand::Closed, self.pace.warm_up)
            .await?;
        for demand in demands {
            for attempt in 1..=ATTEMPTS {
                let round = self
                    .ring
                    .round(&running, contestant, *demand, self.pace.load)
                    .await?;
                loads += 1;
                let again = matches!(round.status, RoundStatus::Rejected(_));
                failures += usize::from(matches!(round.status, RoundStatus::Failed(_)));
                self.record(place(round, attempt))?;
                if !again {
                    break;
                }
            }
        }
        running.stop();
        entrant.strikes = if failures == demands.len() {
            entrant.strikes + 1
        } else {
            0
        };
        entrant.overhead = begin.elapsed().saturating_sub(self.pace.load * loads);
        Ok(())
    }

    fn record(&mut self, round: Round) -> Result<(), Error> {
        self.folder.append(&round)?;
        self.rounds.push(round);
        Ok(())
    }

    /// Writes `campaign.json` as it stands.
    pub(crate) fn save(&self) -> Result<(), Error> {
        Ok(self.folder.write_campaign(&self.campaign)?)
    }

    /// Time for the rest of this block and for the blocks after it.
    fn left(
        &self,
        entrants: &[Entrant],
        rest: &[usize],
        block: u32,
        demands: &[LoadDemand],
    ) -> Duration {
        let loads = self.pace.load * u32::try_from(demands.len()).unwrap_or(u32::MAX);
        let visit = |entrant: &Entrant| match entrant.strikes < STRIKES {
            true => entrant.overhead.max(self.pace.warm_up) + loads,
            false => Duration::ZERO,
        };
        let rest: Duration = rest.iter().map(|index| visit(&entrants[*index])).sum();
        let all: Duration = entrants.iter().map(visit).sum();
        rest + all * self.pace.blocks.saturating_sub(block)
    }
}

impl Entrant {
    fn new(contestant: Contestant) -> Self {
        Self {
            contestant,
            overhead: Duration::ZERO,
            strikes: 0,
        }
    }
}

/// What a person cannot know of why a row failed its check.
fn explained(contestant: &Contestant, text: String) -> String {
    match (contestant.kind, &contestant.filter) {
        (ProxyKind::Mosn, Filter::Wasm(plugin)) if !plugin.configuration.is_empty() => format!(
            "{text} (MOSN hands plugins a map in place of their configuration); measure a variant that needs none, such as --variant rust-raw"
        ),
        _ => text,
    }
}
