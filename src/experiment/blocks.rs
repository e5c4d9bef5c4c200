//! The measured blocks.

use std::time::Duration;

use reports::{Cell, FailureKind, Measurement, TrialRecord};

use super::plan::{self, Costs, Dose, Plan};
use super::recorder::Recorder;
use super::schedule::Schedule;
use super::{Progress, Ran, Runner, Stop};
use crate::error::Error;
use crate::trial::{Answer, Failed, Job, MeasureJob, Subject};

/// VMs for the slope of resident memory.
const FURTHER_VMS: u32 = 8;
/// Failures after which a cell is not tried again.
const STRIKES: u32 = 2;

/// A cell that has passed its check.
#[derive(Clone)]
pub(super) struct Runnable {
    pub(super) cell: Cell,
    pub(super) subject: Subject,
    pub(super) endings: String,
    pub(super) costs: Costs,
    pub(super) strikes: u32,
}

/// How much to measure.
#[derive(Debug, Clone, Copy)]
pub(super) struct Extent {
    /// Blocks wanted.
    pub(super) blocks: u32,
    /// Blocks that are measured whatever the time.
    pub(super) fewest: u32,
    /// Time for the whole campaign; without one, `target` holds.
    pub(super) budget: Option<Duration>,
    /// Time to measure in each trial, without a budget.
    pub(super) target: Duration,
}

/// Measures blocks one after the other.
pub(super) struct Blocks<'a> {
    pub(super) runner: &'a Runner,
    pub(super) progress: &'a Progress,
    pub(super) recorder: &'a mut Recorder,
    pub(super) cells: Vec<Runnable>,
    pub(super) extent: Extent,
}

impl Runnable {
    fn is_out(&self) -> bool {
        self.strikes >= STRIKES
    }
}

impl Blocks<'_> {
    /// Measures all blocks, or as many as fit into the time.
    pub(super) async fn measure(&mut self) -> Result<(), Stop> {
        let mut schedule = Schedule::new(self.cells.len(), self.recorder.campaign.seed);
        let mut plan = Plan {
            blocks: self.extent.blocks,
            target: self.extent.target,
        };
        self.progress
            .stage("measuring", self.cells.len() * self.extent.blocks as usize);
        let mut block = 1;
        while block <= plan.blocks && self.cells.iter().any(|cell| !cell.is_out()) {
            self.plan(&mut plan, block);
            if block > plan.blocks {
                break;
            }
            let order = schedule.order(block).to_vec();
            self.block(block, &order, plan).await?;
            self.recorder.campaign.blocks_complete = block;
            self.recorder.save()?;
            self.progress
                .say_without_bar(&format!("block {block} of {} done", plan.blocks));
            block += 1;
        }
        Ok(())
    }

    /// Fits what is left to measure into the time that is left.
    fn plan(&self, plan: &mut Plan, block: u32) {
        let Some(budget) = self.extent.budget else {
            return;
        };
        let costs: Vec<Costs> = self.active().map(|cell| cell.costs).collect();
        let left = budget.saturating_sub(self.recorder.elapsed());
        let fewest = (self.extent.fewest + 1).saturating_sub(block);
        let fitted = plan::fit(&costs, block, plan.blocks + 1 - block, fewest, left);
        *plan = Plan {
            blocks: block - 1 + fitted.blocks,
            target: fitted.target,
        };
    }

    async fn block(&mut self, block: u32, order: &[usize], plan: Plan) -> Result<(), Stop> {
        for (position, index) in order.iter().enumerate() {
            let cell = &self.cells[*index];
            if cell.is_out() {
                self.progress.ended();
                continue;
            }
            let dose = cell.costs.dose(plan.target, block);
            let left = self.left(block, &order[position..], plan);
            self.progress.trial(&cell.cell.label(), Some(left));
            let job = Job::Measure {
                subject: cell.subject.clone(),
                measure: job(cell, dose),
            };
            let ran = self.runner.run(job).await?;
            self.take(block, position, *index, dose, ran)?;
            self.progress.ended();
        }
        Ok(())
    }

    fn take(
        &mut self,
        block: u32,
        position: usize,
        index: usize,
        dose: Dose,
        ran: Ran,
    ) -> Result<(), Error> {
        let cell = &mut self.cells[index];
        let answer = match ran.answer {
            Answer::Measured(measurement) => Ok(*measurement),
            Answer::Failed(failed) => Err(failed),
            other => Err(Failed::error(format!(
                "not the answer to a measurement: {other:?}"
            ))),
        };
        match &answer {
            Ok(measurement) => learn(cell, dose, measurement, ran.wall_ns),
            // A second kill timer would cost more than it tells.
            Err(Failed {
                kind: FailureKind::Timeout,
                ..
            }) => cell.strikes = STRIKES,
            Err(_) => cell.strikes += 1,
        }
        let mut record = record(cell.cell.clone(), block, position, answer);
        (record.started_unix_ms, record.wall_ns) = (ran.started_unix_ms, ran.wall_ns);
        self.recorder.append(record)
    }

    /// Time for the rest of this block and for the blocks after it.
    fn left(&self, block: u32, rest: &[usize], plan: Plan) -> Duration {
        let rest: Vec<Costs> = rest
            .iter()
            .map(|index| &self.cells[*index])
            .filter(|cell| !cell.is_out())
            .map(|cell| cell.costs)
            .collect();
        let all: Vec<Costs> = self.active().map(|cell| cell.costs).collect();
        let later = plan::block_time(&all, plan.target, block + 1);
        plan::block_time(&rest, plan.target, block) + later * plan.blocks.saturating_sub(block)
    }

    fn active(&self) -> impl Iterator<Item = &Runnable> {
        self.cells.iter().filter(|cell| !cell.is_out())
    }
}

fn job(cell: &Runnable, dose: Dose) -> MeasureJob {
    MeasureJob {
        warm_up_passes: dose.warm_up,
        measured_passes: dose.measured,
        callback_passes: dose.callbacks,
        further_vms: FURTHER_VMS,
        endings: cell.endings.clone(),
    }
}

fn learn(cell: &mut Runnable, dose: Dose, measurement: &Measurement, wall_ns: u64) {
    let region = Duration::from_nanos(measurement.wall_ns);
    cell.costs
        .learn(dose, region, Duration::from_nanos(wall_ns));
}

fn record(
    cell: Cell,
    block: u32,
    position: usize,
    answer: Result<Measurement, Failed>,
) -> TrialRecord {
    let order = u32::try_from(position).unwrap_or(u32::MAX);
    match answer {
        Ok(measurement) => TrialRecord {
            measurement: Some(measurement),
            ..TrialRecord::ok("", block, order, cell)
        },
        Err(Failed { kind, reason }) => TrialRecord::failed("", block, order, cell, kind, reason),
    }
}
