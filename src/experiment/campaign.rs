//! A campaign from its first artifact to its last block.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use reports::{Campaign, ConformanceRow, FailureKind, TrialRecord, WorkloadInfo};
use sha2::{Digest as _, Sha256};
use workloads::Workload;

use super::blocks::{Blocks, Extent, Runnable};
use super::child::unix_ms;
use super::conformance::{Remembered, conformance};
use super::plan::{Costs, FEWEST_BLOCKS};
use super::recorder::Recorder;
use super::verification::Counted;
use super::{Field, Progress, Runner, Stop, Verified, Verifier, folder};
use crate::cli::{Preset, RunArgs};
use crate::error::Error;
use crate::machine;
use crate::output;
use crate::trial::Failed;

/// Time for a quick campaign until its last trial, so that it ends with its report within
/// 90 seconds.
const QUICK_BUDGET: Duration = Duration::from_secs(86);
const QUICK_BLOCKS: u32 = 8;
const FULL_BLOCKS: u32 = 30;
/// Time to measure in a trial of the full preset.
const FULL_TARGET: Duration = Duration::from_secs(1);

/// A campaign that has ended.
pub(crate) struct Conducted {
    pub(crate) path: PathBuf,
    pub(crate) campaign: Campaign,
    /// Cells whose outcomes or traces were wrong, or that crashed, trapped or hung.
    pub(crate) failed_cells: usize,
    /// Why a plugin refused its configuration, in the words of its log.
    pub(crate) refused_configuration: Option<String>,
    /// What plugins warned of while they started, each with its workload and variant.
    pub(crate) warnings: BTreeSet<String>,
}

/// Runs a campaign. Ctrl-C ends it early, with what was measured.
pub(crate) async fn conduct(
    arguments: &RunArgs,
    field: &Field,
    runner: &Runner,
    progress: &Progress,
    seed: u64,
) -> Result<Conducted, Error> {
    let extent = extent(arguments);
    let (id, folder) = folder::create(&arguments.output, arguments.preset, arguments.shard)?;
    let path = folder.path().to_path_buf();
    let artifacts = path.join("artifacts");
    fs::create_dir_all(&artifacts).map_err(Error::io(
        &artifacts,
        "make the folder",
        "check space and permissions",
    ))?;
    let campaign = Campaign {
        id,
        started_unix_ms: unix_ms(),
        pwbench_version: machine::version(),
        command_line: std::env::args().collect(),
        preset: arguments.preset.word().to_owned(),
        seed,
        shard: arguments.shard,
        blocks_planned: extent.blocks,
        machine: machine::fingerprint(),
        workloads: field
            .workloads
            .iter()
            .map(|(_, workload)| info(workload))
            .collect(),
        unavailable: field.unavailable.clone(),
        pairs: arguments.versus.clone(),
        ..Campaign::default()
    };
    let mut recorder = Recorder::new(folder, campaign)?;

    let (mut failed_cells, mut conforming) = (0, Vec::new());
    let mut refused_configuration = None;
    let mut warnings = BTreeSet::new();
    let isolation = arguments.isolation.to_string();
    let verifier = Verifier {
        runner,
        progress,
        folder: &artifacts,
        isolation,
        deadline: arguments.deadline,
        knobs: field.knobs,
    };
    let (mut cells, mut order) = (Vec::new(), 0);
    let mut each = |verified: Verified, counted: &Counted| {
        failed_cells += usize::from(counts_as_failed(&verified));
        let refused = |failed: &Failed| failed.kind == FailureKind::Configuration;
        if let Some(failed) = verified.objection().filter(refused) {
            refused_configuration.get_or_insert(failed.reason);
        }
        warnings.extend(verified.warnings());
        order += 1;
        let cell = take_check(&mut recorder, order - 1, verified, counted)?;
        cells.extend(cell);
        Ok(())
    };
    let mut ended = match conform(runner, progress, field).await {
        Ok(rows) => {
            conforming = rows;
            verifier.verify(field, &mut each).await
        }
        Err(stop) => Err(stop),
    };
    recorder.campaign.conformance = conforming;
    if ended.is_ok() {
        recorder.save()?;
        add_controls(&mut cells);
        ended = Blocks {
            runner,
            progress,
            recorder: &mut recorder,
            cells,
            extent,
        }
        .measure()
        .await;
    }
    progress.finish();
    note_missing_blocks(&mut recorder.campaign, ended.is_ok());
    // They serve this campaign's children only; any of them is made again in no time.
    let _ = fs::remove_dir_all(&artifacts);
    match ended {
        Ok(()) => {}
        Err(Stop::Interrupted) => recorder.campaign.interrupted = true,
        Err(Stop::Error(error)) => return Err(*error),
    }
    recorder.campaign.finished_unix_ms = Some(unix_ms());
    recorder.save()?;
    Ok(Conducted {
        path,
        campaign: recorder.campaign,
        failed_cells,
        refused_configuration,
        warnings,
    })
}

fn extent(arguments: &RunArgs) -> Extent {
    let quick = arguments.preset == Preset::Quick;
    let usual = if quick { QUICK_BLOCKS } else { FULL_BLOCKS };
    let blocks = arguments.blocks.unwrap_or(usual);
    Extent {
        blocks,
        // Who names a number gets it, in time that grows with it.
        fewest: arguments.blocks.unwrap_or(FEWEST_BLOCKS),
        budget: quick
            .then(|| QUICK_BUDGET.mul_f64((f64::from(blocks) / f64::from(usual)).max(1.0))),
        target: FULL_TARGET,
    }
}

pub(crate) fn info(workload: &Workload) -> WorkloadInfo {
    WorkloadInfo {
        name: workload.name.clone(),
        title: workload.title.clone(),
        variant: workload.variant.clone(),
        module_sha256: workload.module_sha256.clone(),
        module_bytes: workload.module.len() as u64,
        exchanges: workload.exchanges.len() as u64,
        configuration_sha256: Sha256::digest(&workload.configuration)
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect(),
        toolchain: workload.toolchain.clone(),
        language: workload.language.clone(),
        flags: workload.flags.clone(),
        inference: backend(workload).unwrap_or_default(),
    }
}

/// Name and version of the library that the variant's models are computed by.
fn backend(workload: &Workload) -> Option<String> {
    let kind: inference::Kind = workload.inference.as_deref()?.parse().ok()?;
    Some(kind.open().ok()?.name().to_owned())
}

/// The conformance of each runtime: as it is remembered of this very program, else now.
async fn conform(
    runner: &Runner,
    progress: &Progress,
    field: &Field,
) -> Result<Vec<ConformanceRow>, Stop> {
    let remembered = Remembered::open();
    let mut rows = Vec::new();
    let mut missing = Vec::new();
    for runtime in &field.runtimes {
        match remembered.row(&runtime.id) {
            Some(row) => rows.push(row),
            None => missing.push(*runtime),
        }
    }
    if !missing.is_empty() {
        rows.extend(conformance(runner, progress, &missing, &remembered).await?);
        let order = |row: &ConformanceRow| field.runtimes.iter().position(|r| r.id == row.runtime);
        rows.sort_by_key(order);
    }
    Ok(rows)
}

/// Says so when the time did not suffice for all blocks.
fn note_missing_blocks(campaign: &mut Campaign, ran_out: bool) {
    let (complete, planned) = (campaign.blocks_complete, campaign.blocks_planned);
    if ran_out && (1..planned).contains(&complete) {
        campaign.notes.push(format!(
            "{complete} of {planned} blocks were measured: more did not fit into the preset's time; \
             choose fewer cells or --preset full"
        ));
    }
}

/// A runtime that says no to a module has not failed; one that says yes and then does
/// something else has.
fn counts_as_failed(verified: &Verified) -> bool {
    verified
        .objection()
        .is_some_and(|failed| failed.kind != FailureKind::Refused)
}

/// Books a check, and answers the cell for the blocks when it passed.
fn take_check(
    recorder: &mut Recorder,
    order: u32,
    mut verified: Verified,
    counted: &Counted,
) -> Result<Option<Runnable>, Error> {
    let cell = verified.entrant.cell.clone();
    if verified.entrant.runtime.id == runtimes::reference() {
        // The counting pass is the reference cell's, and so is its time.
        recorder.account(counted.measured_ns, counted.code_ns);
        if let Ok(checked) = &mut verified.checked {
            checked.check.instructions = counted.instructions;
        }
    }
    if let Some(compiled) = &verified.compiled {
        recorder.account(0, compiled.compile_ns);
    }
    let mut record = match verified.objection() {
        None => TrialRecord::ok("", 0, order, cell.clone()),
        Some(failed) => TrialRecord::failed("", 0, order, cell.clone(), failed.kind, failed.reason),
    };
    (record.started_unix_ms, record.wall_ns) = (verified.started_unix_ms, verified.wall_ns);
    record.check = verified
        .checked
        .as_ref()
        .ok()
        .map(|checked| checked.check.clone());
    recorder.append(record)?;
    if let Ok(checked) = &verified.checked {
        recorder.account(checked.measured_ns, checked.code_ns);
        note_manifest(&mut recorder.campaign, &verified);
    }
    let checked = match verified.objection() {
        None => verified.checked.ok(),
        Some(_) => None,
    };
    Ok(checked.map(|checked| {
        let pass = Duration::from_nanos(checked.pass_ns);
        // The check made a taped pass, which takes about twice as long, and a warm one.
        let fixed = Duration::from_nanos(verified.wall_ns).saturating_sub(pass * 3);
        Runnable {
            cell,
            subject: verified.subject,
            endings: checked.endings,
            costs: Costs { fixed, pass },
            strikes: 0,
        }
    }))
}

/// Adds the runtime to the fairness manifest, and what its artifacts took.
fn note_manifest(campaign: &mut Campaign, verified: &Verified) {
    let Ok(checked) = &verified.checked else {
        return;
    };
    let id = &checked.manifest.runtime;
    let at = match campaign.runtimes.iter().position(|row| row.runtime == *id) {
        Some(at) => at,
        None => {
            campaign.runtimes.push(checked.manifest.clone());
            campaign.runtimes.len() - 1
        }
    };
    if let Some(given) = &verified.entrant.artifact {
        campaign.runtimes[at].compile_included.push_str(&format!(
            "; {}: the artifact {} was given",
            verified.entrant.cell.workload,
            given.display()
        ));
    }
    if let Some(compiled) = &verified.compiled {
        campaign.runtimes[at].compile_included.push_str(&format!(
            "; {}: compiled in {:.0} ms ({:.0} ms CPU) to {}",
            verified.entrant.cell.workload,
            compiled.compile_ns as f64 / 1e6,
            compiled.compile_cpu_ns as f64 / 1e6,
            output::bytes(compiled.artifact_bytes)
        ));
    }
}

/// Adds the A/A control of each workload and variant: the reference runtime's cell a second time, or,
/// without it, that of the first runtime that passed and is no native twin.
fn add_controls(cells: &mut Vec<Runnable>) {
    let key = |cell: &Runnable| (cell.cell.workload.clone(), cell.cell.variant.clone());
    let mut names: Vec<_> = cells.iter().map(key).collect();
    names.dedup();
    for name in names {
        let own = || cells.iter().filter(|cell| key(cell) == name);
        let twinned = own()
            .find(|cell| cell.cell.runtime == runtimes::reference())
            .or_else(|| own().find(|cell| cell.cell.runtime != crate::NATIVE))
            .or_else(|| own().next());
        if let Some(cell) = twinned {
            let control = Runnable {
                cell: cell.cell.control_arm(),
                ..cell.clone()
            };
            cells.push(control);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trial::{Source, Subject};
    use reports::{Arm, Cell};

    fn runnable(workload: &str, runtime: &str) -> Runnable {
        let cell = Cell {
            workload: workload.into(),
            runtime: runtime.into(),
            variant: String::new(),
            isolation: "thread".into(),
            threads: 1,
            arm: Arm::Main,
        };
        let subject = Subject {
            runtime: runtime.into(),
            workload: Source::BuiltIn {
                name: workload.into(),
                variant: None,
            },
            artifact: None,
            isolation: "thread".into(),
            deadline_ms: None,
            knobs: host_core::Knobs::default(),
            symbols: crate::trial::Symbols::None,
        };
        Runnable {
            cell,
            subject,
            endings: String::new(),
            costs: Costs::default(),
            strikes: 0,
        }
    }

    #[test]
    fn each_workload_gets_one_control_of_the_reference_where_it_runs() {
        let mut cells = vec![
            runnable("a", crate::NATIVE),
            runnable("a", "x/y"),
            runnable("a", runtimes::reference()),
            runnable("b", crate::NATIVE),
            runnable("b", "x/y"),
            runnable("c", crate::NATIVE),
        ];
        add_controls(&mut cells);
        let controls: Vec<_> = cells
            .iter()
            .filter(|cell| cell.cell.is_control())
            .map(|cell| (cell.cell.workload.as_str(), cell.cell.runtime.as_str()))
            .collect();
        assert_eq!(
            controls,
            [
                ("a", runtimes::reference()),
                ("b", "x/y"),
                ("c", crate::NATIVE)
            ]
        );
    }
}
