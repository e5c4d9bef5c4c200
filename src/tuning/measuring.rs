//! Checks and trials of candidates on one runtime, each in a child.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use reports::{FailureKind, Quantity};

use super::builds::Built;
use super::knobs::Opening;
use super::materials::{Materials, Part};
use crate::experiment::{Costs, Ran, Runner, Stop};
use crate::trial::{Answer, Checked, Failed, Job, MeasureJob, Subject, Symbols};

/// VMs for the slope of resident memory.
const FURTHER_VMS: u32 = 4;
/// Time to measure in a trial of the search, and of the confirmation.
pub(super) const SEARCH_TARGET: Duration = Duration::from_millis(60);
pub(super) const CONFIRM_TARGET: Duration = Duration::from_millis(150);

/// A candidate that passed its check and can be measured.
#[derive(Debug, Clone)]
pub(super) struct Ready {
    subject: Subject,
    endings: String,
    costs: Costs,
}

/// What checks and trials have in common.
pub(super) struct Measuring<'a> {
    pub(super) runner: &'a Runner,
    pub(super) materials: &'a Materials,
    /// Folder for artifacts and references.
    pub(super) folder: &'a Path,
}

impl Measuring<'_> {
    fn reference(&self, part: Part) -> PathBuf {
        self.folder.join(match part {
            Part::Search => "reference-search",
            Part::HeldOut => "reference-held-out",
        })
    }

    /// Runs a child that has until then to answer.
    async fn run(&self, job: Job, until: Instant) -> Result<Ran, Stop> {
        let left = until.saturating_duration_since(Instant::now());
        self.runner.run_within(job, left).await
    }

    /// Lets the default set the outcomes and the trace that all others must have.
    pub(super) async fn set_reference(
        &self,
        built: &Built,
        runtime: &str,
        until: Instant,
    ) -> Result<Result<(), Failed>, Stop> {
        for part in [Part::Search, Part::HeldOut] {
            let job = Job::Check {
                subject: Subject {
                    runtime: runtime.to_owned(),
                    workload: self.materials.workload(&built.path, part),
                    artifact: None,
                    isolation: "thread".to_owned(),
                    deadline_ms: None,
                    knobs: host_core::Knobs::default(),
                    symbols: Symbols::None,
                },
                count_instructions: false,
                reference: None,
                write_reference: Some(self.reference(part)),
            };
            if let Err(failed) = passed(self.run(job, until).await?.answer) {
                return Ok(Err(failed));
            }
        }
        Ok(Ok(()))
    }

    /// Checks a module as it is opened for a candidate; makes the artifact where it needs one.
    pub(super) async fn check(
        &self,
        built: &Built,
        opening: &Opening,
        part: Part,
        until: Instant,
    ) -> Result<Result<Ready, Failed>, Stop> {
        let mut subject = Subject {
            runtime: opening.runtime.clone(),
            workload: self.materials.workload(&built.path, part),
            artifact: None,
            isolation: "thread".to_owned(),
            deadline_ms: opening.deadline_ms,
            knobs: opening.knobs,
            symbols: Symbols::None,
        };
        let entry = runtimes::find(&opening.runtime);
        if entry.is_some_and(crate::artifact::loads_artifacts) {
            match self.artifact(built, opening, &subject, until).await? {
                Ok(artifact) => subject.artifact = Some(artifact),
                Err(failed) => return Ok(Err(failed)),
            }
        }
        let job = Job::Check {
            subject: subject.clone(),
            count_instructions: false,
            reference: Some(self.reference(part)),
            write_reference: None,
        };
        let ran = self.run(job, until).await?;
        Ok(passed(ran.answer).map(|checked| {
            let pass = Duration::from_nanos(checked.pass_ns);
            Ready {
                subject,
                endings: checked.endings,
                costs: Costs {
                    fixed: Duration::from_nanos(ran.wall_ns).saturating_sub(pass * 3),
                    pass,
                },
            }
        }))
    }

    async fn artifact(
        &self,
        built: &Built,
        opening: &Opening,
        subject: &Subject,
        until: Instant,
    ) -> Result<Result<PathBuf, Failed>, Stop> {
        let name = format!("{}-{}-{}", built.sha256, opening.options(), "aot");
        let name: String = name
            .chars()
            .map(|c| if c.is_ascii_alphanumeric() { c } else { '_' })
            .collect();
        let artifact = self.folder.join(name);
        if artifact.is_file() {
            return Ok(Ok(artifact));
        }
        let job = Job::Compile {
            subject: subject.clone(),
            artifact: artifact.clone(),
        };
        Ok(match self.run(job, until).await?.answer {
            Answer::Compiled(_) => Ok(artifact),
            Answer::Failed(failed) => Err(failed),
            other => Err(Failed::error(format!(
                "not the answer to a compilation: {other:?}"
            ))),
        })
    }

    /// One trial, in a process of its own.
    pub(super) async fn measure(
        &self,
        ready: &Ready,
        part: Part,
        until: Instant,
    ) -> Result<Result<BTreeMap<Quantity, f64>, Failed>, Stop> {
        let target = match part {
            Part::Search => SEARCH_TARGET,
            Part::HeldOut => CONFIRM_TARGET,
        };
        let dose = ready.costs.dose(target, u32::MAX);
        let job = Job::Measure {
            subject: ready.subject.clone(),
            measure: MeasureJob {
                warm_up_passes: dose.warm_up,
                measured_passes: dose.measured,
                callback_passes: 0,
                further_vms: FURTHER_VMS,
                endings: ready.endings.clone(),
            },
        };
        let measurement = match self.run(job, until).await?.answer {
            Answer::Measured(measurement) => *measurement,
            Answer::Failed(failed) => return Ok(Err(failed)),
            other => {
                let reason = format!("not the answer to a measurement: {other:?}");
                return Ok(Err(Failed::error(reason)));
            }
        };
        let latency = match measurement.latency.to_histogram() {
            Ok(latency) => latency,
            Err(error) => return Ok(Err(Failed::error(error))),
        };
        let values = Quantity::ALL
            .into_iter()
            .filter_map(|quantity| Some((quantity, quantity.of(&measurement, &latency)?)));
        // Ratios need values above zero.
        Ok(Ok(values.filter(|(_, value)| *value > 0.0).collect()))
    }
}

/// The check, if it found nothing wrong.
fn passed(answer: Answer) -> Result<Checked, Failed> {
    let checked = match answer {
        Answer::Checked(checked) => *checked,
        Answer::Failed(failed) => return Err(failed),
        other => {
            return Err(Failed::error(format!(
                "not the answer to a check: {other:?}"
            )));
        }
    };
    if !checked.check.passed() {
        let first = checked.check.mismatches.first();
        let first = first.map(|first| format!(": {}: {}", first.exchange, first.detail));
        let reason = format!(
            "{} of {} outcomes are right{}",
            checked.check.matched,
            checked.check.exchanges,
            first.unwrap_or_default()
        );
        return Err(Failed::new(FailureKind::Mismatch, reason));
    }
    match checked.trace_difference {
        Some(difference) => Err(Failed::new(FailureKind::Mismatch, difference)),
        None => Ok(checked),
    }
}
