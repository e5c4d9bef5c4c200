//! What follows from a contention campaign.

use super::headline::{Headlines, headlines};
use super::point::{Blocks, point, rates};
use super::{
    Contended, ContentionCampaign, ContentionFolder, ContentionHeadline, ContentionPoint,
    ContentionTrial,
};
use crate::export::ExportError;
use crate::kinds::Reported;
use crate::model::{Cell, FailureKind, FolderError, Status, write_whole};
use crate::statistics::{Control, Policy};
use serde::Serialize;
use std::collections::BTreeMap;
use std::path::Path;

/// What follows from a contention campaign.
#[derive(Debug, Clone, Serialize)]
pub struct ContentionSummary {
    /// The sentence to take away: that of the first runtime and workload.
    pub headline: ContentionHeadline,
    /// The same for each runtime and workload of which several isolations were measured.
    pub advice: Vec<ContentionHeadline>,
    /// The rule behind verdicts.
    pub policy: Policy,
    /// Blocks with at least one measurement.
    pub blocks_measured: usize,
    /// One for each runtime, workload and isolation.
    pub curves: Vec<ContentionCurve>,
    /// A/A controls of the rate.
    pub controls: Vec<ContentionControl>,
    /// Why no verdict is possible, when none is.
    pub objection: Option<String>,
    /// What a reader must beware of.
    pub warnings: Vec<String>,
    /// What failed, each cell once.
    pub failures: Vec<ContentionFailure>,
    /// The campaign.
    pub campaign: ContentionCampaign,
}

/// One isolation over the number of threads.
#[derive(Debug, Clone, Serialize)]
pub struct ContentionCurve {
    /// Workload.
    pub workload: String,
    /// Its variant.
    pub variant: String,
    /// Runtime.
    pub runtime: String,
    /// Isolation.
    pub isolation: String,
    /// From the fewest threads on.
    pub points: Vec<ContentionPoint>,
}

/// The same cell measured twice.
#[derive(Debug, Clone, Serialize)]
pub struct ContentionControl {
    /// The cell.
    pub cell: Cell,
    /// Rate over rate.
    #[serde(flatten)]
    pub control: Control,
}

/// A cell that failed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ContentionFailure {
    /// The cell.
    pub cell: Cell,
    /// What sort of end it was.
    pub kind: FailureKind,
    /// Why.
    pub reason: String,
    /// How many trials ended so.
    pub trials: usize,
}

impl ContentionSummary {
    /// Reads a folder.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn from_folder(folder: &ContentionFolder) -> Result<Self, FolderError> {
        Ok(Self::new(folder.campaign()?, &folder.trials()?))
    }

    /// Writes `report.html`, `report.md`, `report.csv` and `summary.json` into the campaign's
    /// folder, each whole or not at all.
    ///
    /// # Errors
    /// When a chart cannot be drawn or a file not written.
    pub fn write_all(&self, folder: &ContentionFolder) -> Result<(), ExportError> {
        let reported = Reported {
            document: self.document(),
            summary: serde_json::to_value(self)?,
        };
        reported.write_all(folder.path())?;
        let rows = super::csv::rows(&folder.trials()?)?;
        write_whole(&folder.path().join("report.csv"), rows.as_bytes())?;
        Ok(())
    }

    /// Draws the conclusions.
    pub fn new(campaign: ContentionCampaign, trials: &[ContentionTrial]) -> Self {
        let policy = Policy::default();
        let cells = by_cell(trials);
        let controls = controls(&cells, &policy, campaign.seed);
        let curves = curves(&cells, &policy, campaign.seed);
        let objection = objection(&controls, &policy);
        let Headlines { all, doubt } = headlines(
            &cells,
            &curves,
            trials,
            objection.as_deref(),
            &campaign,
            &policy,
        );
        let objection = objection.or(doubt);
        let blocks: std::collections::BTreeSet<u32> = trials
            .iter()
            .filter(|trial| trial.contended.is_some())
            .map(|trial| trial.block)
            .collect();
        Self {
            headline: all.first().cloned().unwrap_or_default(),
            advice: all,
            policy,
            blocks_measured: blocks.len(),
            controls,
            objection,
            warnings: warnings(&campaign, &curves, trials),
            failures: failures(trials),
            curves,
            campaign,
        }
    }
}

/// Reads a results folder, for `pwbench report`.
pub(crate) fn reported(path: &Path) -> Result<Reported, ExportError> {
    let summary = ContentionSummary::from_folder(&ContentionFolder::open(path)?)?;
    Ok(Reported {
        document: summary.document(),
        summary: serde_json::to_value(&summary)?,
    })
}

/// What was measured of each cell.
pub(super) type Cells<'a> = BTreeMap<Cell, Blocks<'a>>;

fn by_cell(trials: &[ContentionTrial]) -> Cells<'_> {
    let mut cells = Cells::new();
    for trial in trials {
        let measured = |contended: &&Contended| contended.transactions() > 0;
        if let Some(contended) = trial.contended.as_ref().filter(measured) {
            let blocks = cells.entry(trial.cell.clone()).or_default();
            blocks.insert(trial.block, contended);
        }
    }
    cells
}

fn curves(cells: &Cells<'_>, policy: &Policy, seed: u64) -> Vec<ContentionCurve> {
    let mut curves: BTreeMap<Cell, ContentionCurve> = BTreeMap::new();
    // In order of cells, and so from the fewest threads on within each curve.
    for (cell, blocks) in cells.iter().filter(|(cell, _)| !cell.is_control()) {
        let key = Cell {
            threads: 0,
            ..cell.clone()
        };
        let fewest = curves.get(&key).map(|curve| Cell {
            threads: curve.points[0].threads,
            ..cell.clone()
        });
        let fewest = fewest.and_then(|fewest| cells.get(&fewest));
        let Some(point) = point(cell.threads, blocks, fewest, policy, seed) else {
            continue;
        };
        let curve = curves.entry(key).or_insert_with(|| ContentionCurve {
            workload: cell.workload.clone(),
            variant: cell.variant.clone(),
            runtime: cell.runtime.clone(),
            isolation: cell.isolation.clone(),
            points: Vec::new(),
        });
        curve.points.push(point);
    }
    curves.into_values().collect()
}

fn controls(cells: &Cells<'_>, policy: &Policy, seed: u64) -> Vec<ContentionControl> {
    let twins: Vec<_> = cells.iter().filter(|(cell, _)| cell.is_control()).collect();
    let control = |(cell, blocks): &(&Cell, &Blocks<'_>)| {
        let cell = cell.main_arm();
        let main = cells.get(&cell)?;
        let control = Control::new(&rates(blocks), &rates(main), twins.len(), policy, seed)?;
        Some(ContentionControl { cell, control })
    };
    twins.iter().filter_map(control).collect()
}

fn objection(controls: &[ContentionControl], policy: &Policy) -> Option<String> {
    let Some(blocks) = controls.iter().map(|row| row.control.ratio.n).min() else {
        return Some("no A/A control was measured".to_owned());
    };
    if blocks < policy.min_blocks {
        return Some(format!(
            "{blocks} blocks are too few to trust the A/A control, a verdict needs {}",
            policy.min_blocks
        ));
    }
    let row = controls.iter().find(|row| !row.control.trusted)?;
    let ratio = &row.control.ratio;
    Some(format!(
        "the A/A control differs from itself: {} measured twice in every block gave a ratio of \
         rates of {:.3} ({:.3} to {:.3}), which excludes 1",
        row.cell, ratio.estimate, ratio.interval.low, ratio.interval.high
    ))
}

fn warnings(
    campaign: &ContentionCampaign,
    curves: &[ContentionCurve],
    trials: &[ContentionTrial],
) -> Vec<String> {
    let cores = campaign.machine.cores;
    let over: std::collections::BTreeSet<u32> = curves
        .iter()
        .flat_map(|curve| &curve.points)
        .map(|point| point.threads)
        .filter(|threads| cores > 0 && *threads > cores)
        .collect();
    let mut warnings = campaign.notes.clone();
    if !over.is_empty() {
        let over: Vec<String> = over.iter().map(u32::to_string).collect();
        warnings.push(format!(
            "{} threads are more than this machine's {cores} cores: they share cores, so that a \
             wait for a lock is also a wait for the scheduler",
            over.join(", ")
        ));
    }
    let doubts = trials.iter().filter(|trial| trial.doubt.is_some()).count();
    if doubts > 0 {
        warnings.push(format!(
            "in {doubts} of {} trials the generator was the bottleneck or shared its cores with \
             the proxy: rates are those of both together, and no advice rests on them; a machine \
             with more cores leaves it some of its own",
            trials
                .iter()
                .filter(|trial| trial.contended.is_some())
                .count()
        ));
    }
    if campaign.interrupted {
        warnings.push("interrupted: what was measured until then is shown".to_owned());
    }
    warnings
}

fn failures(trials: &[ContentionTrial]) -> Vec<ContentionFailure> {
    let mut failures: Vec<ContentionFailure> = Vec::new();
    for trial in trials {
        let Status::Failed { kind, reason } = &trial.status else {
            continue;
        };
        match failures.iter_mut().find(|row| row.cell == trial.cell) {
            Some(row) => row.trials += 1,
            None => failures.push(ContentionFailure {
                cell: trial.cell.clone(),
                kind: *kind,
                reason: reason.clone(),
                trials: 1,
            }),
        }
    }
    failures
}
