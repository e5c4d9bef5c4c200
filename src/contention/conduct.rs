//! A contention campaign from its check to its last block.

use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use reports::{
    Contended, ContentionCampaign, ContentionFolder, ContentionTrial, FailureKind, Status, Way,
};

use super::Contest;
use super::cells::{Contender, contenders};
use super::check::{Passed, Verdict, check};
use super::proxied::Proxied;
use super::recorder::Recorder;
use crate::error::Error;
use crate::experiment::{
    Field, Interrupt, Progress, Runner, Schedule, Stop, folder_name, unix_ms, workload_info,
};
use crate::machine;
use crate::trial::{Answer, ContendJob, Failed, Job};

/// A campaign that has ended.
pub(crate) struct Contested {
    pub(crate) path: PathBuf,
    pub(crate) interrupted: bool,
    /// Cells that failed, refusals not counted.
    pub(crate) failed_cells: usize,
}

/// Runs a campaign. Ctrl-C ends it early, with what was measured.
pub(crate) async fn conduct(
    contest: &Contest,
    field: &Field,
    runner: &Runner,
    interrupt: &Interrupt,
    progress: &Progress,
) -> Result<Contested, Error> {
    let (id, path) = folder_name(&contest.output, "contend");
    let folder = ContentionFolder::create(path)?;
    let path = folder.path().to_path_buf();
    let artifacts = path.join("artifacts");
    fs::create_dir_all(&artifacts).map_err(Error::io(
        &artifacts,
        "make the folder",
        "check space and permissions",
    ))?;
    let campaign = ContentionCampaign {
        id,
        started_unix_ms: unix_ms(),
        pwbench_version: machine::version(),
        command_line: std::env::args().collect(),
        seed: contest.seed,
        blocks_planned: contest.blocks,
        way: contest.way,
        measured_ms: millis(contest.time),
        machine: machine::fingerprint(),
        workloads: field
            .workloads
            .iter()
            .map(|(_, workload)| workload_info(workload))
            .collect(),
        unavailable: field.unavailable.clone(),
        ..ContentionCampaign::default()
    };
    let mut conductor = Conductor {
        contest,
        runner,
        progress,
        recorder: Recorder::new(folder, campaign)?,
        proxied: match contest.way {
            Way::InProcess => None,
            Way::Proxy => Some(Proxied::new(&artifacts, field, interrupt.clone())?),
        },
        failed_cells: 0,
    };
    let ended = match check(contest, field, runner, progress, &artifacts).await {
        Ok(verdicts) => conductor.measure(verdicts).await,
        Err(stop) => Err(stop),
    };
    progress.finish();
    // They serve this campaign's children only.
    let _ = fs::remove_dir_all(&artifacts);
    let Conductor {
        mut recorder,
        failed_cells,
        ..
    } = conductor;
    let interrupted = match ended {
        Ok(()) => false,
        Err(Stop::Interrupted) => true,
        Err(Stop::Error(error)) => return Err(*error),
    };
    recorder.campaign.interrupted = interrupted;
    recorder.campaign.finished_unix_ms = Some(unix_ms());
    recorder.save()?;
    Ok(Contested {
        path,
        interrupted,
        failed_cells,
    })
}

struct Conductor<'a> {
    contest: &'a Contest,
    runner: &'a Runner,
    progress: &'a Progress,
    recorder: Recorder,
    /// The way through the proxy, when that was asked for.
    proxied: Option<Proxied>,
    failed_cells: usize,
}

impl Conductor<'_> {
    async fn measure(&mut self, verdicts: Vec<Verdict>) -> Result<(), Stop> {
        let mut passed: Vec<Passed> = Vec::new();
        for (order, verdict) in verdicts.into_iter().enumerate() {
            match verdict {
                Ok(one) => {
                    self.note_manifest(&one);
                    passed.push(one);
                }
                Err(refused) => {
                    let (cell, failed) = *refused;
                    self.failed_cells += usize::from(failed.kind != FailureKind::Refused);
                    let trial = ContentionTrial {
                        block: 0,
                        order: u32::try_from(order).unwrap_or(u32::MAX),
                        cell,
                        started_unix_ms: unix_ms(),
                        wall_ns: 0,
                        status: status(&failed),
                        contended: None,
                        doubt: None,
                    };
                    self.recorder.append(&trial)?;
                }
            }
        }
        self.recorder.save()?;
        let mut cells = contenders(self.contest, &passed);
        let mut schedule = Schedule::new(cells.len(), self.contest.seed);
        self.progress
            .stage("measuring", cells.len() * self.contest.blocks as usize);
        let mut left = u32::try_from(cells.len()).unwrap_or(u32::MAX) * self.contest.blocks;
        for block in 1..=self.contest.blocks {
            let order = schedule.order(block).to_vec();
            for (position, index) in order.into_iter().enumerate() {
                let cell = &mut cells[index];
                if !cell.is_out() {
                    let each = self.contest.time + self.contest.warm_up();
                    self.progress
                        .trial(&cell.cell.label(), Some(each.saturating_mul(left)));
                    self.trial(cell, block, position).await?;
                }
                left = left.saturating_sub(1);
                self.progress.ended();
            }
            self.recorder.campaign.blocks_complete = block;
            self.recorder.save()?;
            self.progress
                .say_without_bar(&format!("block {block} of {} done", self.contest.blocks));
        }
        Ok(())
    }

    async fn trial(
        &mut self,
        cell: &mut Contender,
        block: u32,
        position: usize,
    ) -> Result<(), Stop> {
        let started_unix_ms = unix_ms();
        let begin = std::time::Instant::now();
        let measured = match &mut self.proxied {
            Some(proxied) => proxied.trial(self.contest, cell).await?,
            None => {
                let measured = in_process(self.contest, self.runner, cell).await?;
                measured.map(|contended| (contended, None))
            }
        };
        if let Err(failed) = &measured {
            cell.strikes += match failed.kind {
                // A second kill timer would cost more than it tells.
                FailureKind::Timeout => 2,
                _ => 1,
            };
            if cell.is_out() {
                self.failed_cells += usize::from(failed.kind != FailureKind::Refused);
            }
        }
        let trial = ContentionTrial {
            block,
            order: u32::try_from(position).unwrap_or(u32::MAX),
            cell: cell.cell.clone(),
            started_unix_ms,
            wall_ns: u64::try_from(begin.elapsed().as_nanos()).unwrap_or(u64::MAX),
            status: measured.as_ref().err().map_or(Status::Ok, status),
            doubt: measured.as_ref().ok().and_then(|(_, doubt)| doubt.clone()),
            contended: measured.ok().map(|(contended, _)| contended),
        };
        Ok(self.recorder.append(&trial)?)
    }

    fn note_manifest(&mut self, passed: &Passed) {
        let rows = &mut self.recorder.campaign.runtimes;
        let manifest = &passed.checked.manifest;
        if !rows.iter().any(|row| row.runtime == manifest.runtime) {
            rows.push(manifest.clone());
        }
    }
}

async fn in_process(
    contest: &Contest,
    runner: &Runner,
    cell: &Contender,
) -> Result<Result<Contended, Failed>, Stop> {
    let job = Job::Contend {
        subject: cell.passed.subject.clone(),
        contend: ContendJob {
            threads: cell.cell.threads,
            warm_up_ms: millis(contest.warm_up()),
            measured_ms: millis(contest.time),
            endings: cell.passed.checked.endings.clone(),
        },
    };
    Ok(match runner.run(job).await?.answer {
        Answer::Contended(contended) => Ok(*contended),
        Answer::Failed(failed) => Err(failed),
        other => Err(Failed::error(format!(
            "not the answer to a measurement: {other:?}"
        ))),
    })
}

fn status(failed: &Failed) -> Status {
    Status::Failed {
        kind: failed.kind,
        reason: failed.reason.clone(),
    }
}

fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}
