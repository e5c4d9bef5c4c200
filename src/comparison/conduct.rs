//! Conducting a comparison: blocks, looks and the confirmation.

use std::time::{Duration, Instant};

use rand::rngs::StdRng;
use rand::seq::SliceRandom as _;
use rand::{RngExt as _, SeedableRng as _};
use reports::{Judge, Question, SamplePlan, Sitting, Stage};

use super::cores::Cores;
use super::duel::{Duel, Place, stage_seed};
use super::fit;
use super::pace::{Clock, Pace};
use crate::error::Error;
use crate::experiment::{Progress, Stop};
use crate::trial::Failed;

/// Sittings that may fail before a cell is given up.
const STRIKES: u32 = 2;

/// What is compared and for how long.
pub(crate) struct Extent {
    /// Time for each cell, its confirmation included.
    pub(crate) time: Duration,
    /// Length of a slice that is aimed at.
    pub(crate) slice: Duration,
    /// The plan; its numbers of blocks are fitted into the time.
    pub(crate) plan: SamplePlan,
    /// Whether the plan's numbers are to be had whatever the time.
    pub(crate) fixed: bool,
    /// The fewest transactions that each process measures, as far as the time allows.
    pub(crate) transactions: u64,
    /// Seed of orders, layouts and statistics.
    pub(crate) seed: u64,
}

/// A comparison that has ended.
pub(crate) struct Outcome {
    pub(crate) judge: Judge,
    pub(crate) plan: SamplePlan,
    pub(crate) sittings: Vec<Sitting>,
    /// Why cells could not be measured to their end, by position.
    pub(crate) failures: Vec<Option<Failed>>,
    /// Whether the time ran out before the plan's last look.
    pub(crate) cut_short: bool,
    pub(crate) interrupted: bool,
    /// From the first sitting to the last.
    pub(crate) took: Duration,
}

/// A comparison while it runs.
struct Course<'a, D: Duel> {
    contests: &'a [D],
    doses: Vec<D::Dose>,
    strikes: Vec<u32>,
    pace: Pace,
    cores: Cores,
    seed: u64,
    progress: &'a Progress,
    keep: &'a mut dyn FnMut(&Sitting) -> Result<(), Error>,
    outcome: Outcome,
}

/// Measures `contests` until every question is decided or the plan is at its end. Each
/// sitting goes to `keep` at once.
pub(crate) async fn conduct<D: Duel>(
    contests: &[D],
    questions: Vec<Question>,
    extent: &Extent,
    progress: &Progress,
    keep: &mut dyn FnMut(&Sitting) -> Result<(), Error>,
) -> Result<Outcome, Error> {
    let begin = Instant::now();
    let cells = contests.len();
    let mut course = Course {
        contests,
        doses: contests
            .iter()
            .map(|contest| contest.dose(extent))
            .collect(),
        strikes: vec![0; cells],
        pace: Pace::new(cells),
        cores: Cores::allowed(),
        seed: extent.seed,
        progress,
        keep,
        outcome: Outcome {
            judge: Judge::new(Vec::new(), extent.plan.clone(), extent.seed),
            plan: extent.plan.clone(),
            sittings: Vec::new(),
            failures: contests.iter().map(|_| None).collect(),
            cut_short: false,
            interrupted: false,
            took: Duration::ZERO,
        },
    };
    let time = extent.time * u32::try_from(cells.max(1)).unwrap_or(u32::MAX);
    let ended = course.run(questions, extent, begin, time).await;
    progress.finish();
    let mut outcome = course.outcome;
    outcome.took = begin.elapsed();
    match ended {
        Ok(()) => {}
        Err(Stop::Interrupted) => outcome.interrupted = true,
        Err(Stop::Error(error)) => return Err(*error),
    }
    Ok(outcome)
}

impl<D: Duel> Course<'_, D> {
    async fn run(
        &mut self,
        questions: Vec<Question>,
        extent: &Extent,
        begin: Instant,
        time: Duration,
    ) -> Result<(), Stop> {
        if !questions.iter().any(|question| question.decides) {
            // Nothing is asked that samples could decide.
            self.outcome.judge = Judge::new(questions, extent.plan.clone(), self.seed);
            return Ok(());
        }
        self.pilot().await?;
        let plan = match extent.fixed {
            true => extent.plan.clone(),
            false => {
                let all: Vec<usize> = (0..self.contests.len()).collect();
                let left = time.saturating_sub(begin.elapsed());
                fit::blocks(&extent.plan, self.pace.block(&all), left)
            }
        };
        self.outcome.judge = Judge::new(questions, plan.clone(), self.seed);
        self.outcome.plan = plan.clone();
        let clock = (!extent.fixed).then(|| Clock::new(begin, time));
        self.main(&plan, clock).await?;
        self.confirmation(&plan, clock).await
    }

    /// One sitting of each cell that counts for nothing: it warms the system's caches and
    /// tells what a sitting takes.
    async fn pilot(&mut self) -> Result<(), Stop> {
        self.progress.stage("trying", self.contests.len());
        for cell in 0..self.contests.len() {
            self.sit(cell, Stage::Main, 0).await?;
            self.progress.ended();
        }
        Ok(())
    }

    async fn main(&mut self, plan: &SamplePlan, clock: Option<Clock>) -> Result<(), Stop> {
        self.progress
            .stage("measuring", plan.most() as usize * self.contests.len());
        let mut block = 0;
        for (look, upto) in plan.looks.iter().enumerate() {
            let mut late = false;
            while block < *upto {
                let open: Vec<usize> = self.running(|judge, cell| judge.is_open(cell));
                let takes = self.pace.block(&open);
                // Without any block there would be nothing to show.
                late = block > 0 && clock.is_some_and(|clock| !clock.has_room_in_main(takes));
                if late {
                    break;
                }
                block += 1;
                self.block(open, Stage::Main, block).await?;
            }
            let cut_short = late && block < plan.most();
            let last = late || look + 1 == plan.looks.len();
            let sittings = &self.outcome.sittings;
            self.outcome.judge.look(look, last, sittings);
            self.outcome.cut_short = cut_short;
            let open = self.running(|judge, cell| judge.is_open(cell));
            if last || open.is_empty() {
                break;
            }
        }
        Ok(())
    }

    async fn confirmation(&mut self, plan: &SamplePlan, clock: Option<Clock>) -> Result<(), Stop> {
        let found = self.running(|judge, cell| judge.needs_confirmation(cell));
        if found.is_empty() {
            return Ok(());
        }
        self.progress
            .stage("confirming", plan.confirmation as usize * found.len());
        for block in 1..=plan.confirmation {
            let takes = self.pace.block(&found);
            if clock.is_some_and(|clock| !clock.has_room(takes)) {
                self.outcome.cut_short = true;
                break;
            }
            self.block(found.clone(), Stage::Confirmation, block)
                .await?;
        }
        let sittings = &self.outcome.sittings;
        self.outcome.judge.confirm(sittings);
        Ok(())
    }

    /// Cells that still run and of which `wanted` is true.
    fn running(&self, wanted: impl Fn(&Judge, usize) -> bool) -> Vec<usize> {
        (0..self.contests.len())
            .filter(|cell| self.strikes[*cell] < STRIKES && wanted(&self.outcome.judge, *cell))
            .collect()
    }

    async fn block(&mut self, mut cells: Vec<usize>, stage: Stage, block: u32) -> Result<(), Stop> {
        let seed = stage_seed(self.seed, stage) ^ u64::from(block);
        cells.shuffle(&mut StdRng::seed_from_u64(seed));
        for cell in cells {
            self.progress.trial(self.contests[cell].label(), None);
            if let Some(sitting) = self.sit(cell, stage, block).await? {
                (self.keep)(&sitting)?;
                self.outcome.sittings.push(sitting);
            }
            self.progress.ended();
        }
        Ok(())
    }

    async fn sit(
        &mut self,
        cell: usize,
        stage: Stage,
        block: u32,
    ) -> Result<Option<Sitting>, Stop> {
        let place = Place {
            cell,
            stage,
            block,
            seed: self.seed,
        };
        let contest = &self.contests[cell];
        let start = Instant::now();
        let sat = contest.sit(place, self.doses[cell], &self.cores).await?;
        self.pace.took(cell, start.elapsed());
        match sat {
            Ok(sitting) => Ok(Some(sitting)),
            Err(failed) => {
                self.strikes[cell] += 1;
                self.outcome.failures[cell] = Some(failed);
                Ok(None)
            }
        }
    }
}

/// A seed for a comparison that was given none.
pub(crate) fn any_seed() -> u64 {
    rand::rng().random()
}
