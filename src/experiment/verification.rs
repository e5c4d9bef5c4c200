//! The check pass over all cells: outcomes and traces, each in a child.

use std::path::{Path, PathBuf};
use std::time::Duration;

use host_core::Knobs;
use reports::{Check, FailureKind};

use super::artifacts::{self, file_name};
use super::child::unix_ms;
use super::{Entrant, Field, Progress, Runner, Stop};
use crate::trial::{Answer, Checked, Compiled, Failed, Job, Subject};

/// Kill timer once the workload has hung on the reference runtime: what is slower will not
/// do better.
const ENOUGH_OF_A_HANG: Duration = Duration::from_secs(5);

/// One cell after its check.
pub(crate) struct Verified {
    pub(crate) entrant: Entrant,
    /// What the child was asked to check.
    pub(crate) subject: Subject,
    /// The artifact's making, for a runtime that loads one.
    pub(crate) compiled: Option<Compiled>,
    /// What the check found; differences are no failure of the check itself.
    pub(crate) checked: Result<Checked, Failed>,
    pub(crate) started_unix_ms: u64,
    pub(crate) wall_ns: u64,
}

/// What the reference runtime's counting pass took, for the books.
#[derive(Default)]
pub(crate) struct Counted {
    /// WebAssembly instructions per pass.
    pub(crate) instructions: Option<u64>,
    pub(crate) measured_ns: u64,
    pub(crate) code_ns: u64,
}

/// What the cells of one workload are compared with.
#[derive(Default)]
struct Reference {
    /// Base name of its files.
    base: Option<PathBuf>,
    counted: Counted,
    /// Whether the kill timer had to end it.
    hangs: bool,
}

/// Checks cells with what they have in common.
pub(crate) struct Verifier<'a> {
    pub(crate) runner: &'a Runner,
    pub(crate) progress: &'a Progress,
    /// Folder for artifacts and references.
    pub(crate) folder: &'a Path,
    pub(crate) isolation: String,
    pub(crate) deadline: Option<Duration>,
    pub(crate) knobs: Knobs,
}

impl Verified {
    /// Why no times are shown for this cell, if so.
    pub(crate) fn objection(&self) -> Option<Failed> {
        let checked = match &self.checked {
            Ok(checked) => checked,
            Err(failed) => return Some(failed.clone()),
        };
        let reason = match (checked.check.passed(), &checked.trace_difference) {
            (true, None) => return None,
            (false, _) => wrong_outcomes(&checked.check),
            (true, Some(difference)) => difference.clone(),
        };
        Some(Failed::new(FailureKind::Mismatch, reason))
    }

    /// What the plugin warned of while it started, for people.
    pub(crate) fn warnings(&self) -> Option<String> {
        let warnings = self.checked.as_ref().ok()?.warnings.as_ref()?;
        let cell = &self.entrant.cell;
        Some(format!("{} {}: {warnings}", cell.workload, cell.variant))
    }
}

fn wrong_outcomes(check: &Check) -> String {
    let wrong = check.exchanges.saturating_sub(check.matched);
    let first = check
        .mismatches
        .first()
        .map(|first| format!("; the first, {}: {}", first.exchange, first.detail));
    format!(
        "{wrong} of {} outcomes were wrong{}",
        check.exchanges,
        first.unwrap_or_default()
    )
}

impl Verifier<'_> {
    /// Checks every entrant of the field, handing each to `each` as soon as it is known.
    pub(crate) async fn verify(
        &self,
        field: &Field,
        each: &mut dyn FnMut(Verified, &Counted) -> Result<(), Stop>,
    ) -> Result<(), Stop> {
        let entrants = field.entrants(&self.isolation);
        self.progress.stage("checking", entrants.len());
        for (_, workload) in &field.workloads {
            let own: Vec<&Entrant> = entrants
                .iter()
                .filter(|entrant| {
                    entrant.cell.workload == workload.name
                        && entrant.cell.variant == workload.variant
                })
                .collect();
            self.progress
                .trial(&format!("{}, counting", workload.name), None);
            let reference = self.reference(&own).await?;
            for entrant in own {
                self.progress.trial(&entrant.cell.label(), None);
                each(self.check(entrant, &reference).await?, &reference.counted)?;
                self.progress.ended();
            }
        }
        Ok(())
    }

    /// Lets the reference runtime set the trace, count instructions and, where the traffic's
    /// author expects nothing, set the outcomes. Where it does not take the module, the first
    /// runtime that does takes its place, without the count.
    async fn reference(&self, own: &[&Entrant]) -> Result<Reference, Stop> {
        let Some(first) = own.first() else {
            return Ok(Reference::default());
        };
        let name = format!("{}-{}", first.cell.workload, first.cell.variant);
        let base = self.folder.join(file_name(&name));
        let mut subject = self.subject(first);
        runtimes::reference().clone_into(&mut subject.runtime);
        // Counted as it usually runs: fuel, for one, cannot count and keep a deadline at once.
        subject.knobs = Knobs::default();
        let others = own.iter().filter(|entrant| !artifacts::needed(entrant));
        let others = others.map(|entrant| (self.subject(entrant), false));
        for (subject, count_instructions) in std::iter::once((subject, true)).chain(others) {
            let job = Job::Check {
                subject,
                count_instructions,
                reference: None,
                write_reference: Some(base.clone()),
            };
            match self.runner.run(job).await?.answer {
                Answer::Checked(checked) => {
                    let counted = Counted {
                        instructions: checked.check.instructions,
                        measured_ns: checked.measured_ns,
                        code_ns: checked.code_ns,
                    };
                    return Ok(Reference {
                        base: Some(base),
                        counted,
                        hangs: false,
                    });
                }
                Answer::Failed(failed) if failed.kind == FailureKind::Refused => {}
                // The guest itself fails, and will on every runtime.
                Answer::Failed(failed) => {
                    return Ok(Reference {
                        hangs: failed.kind == FailureKind::Timeout,
                        ..Reference::default()
                    });
                }
                _ => break,
            }
        }
        Ok(Reference::default())
    }

    async fn check(&self, entrant: &Entrant, reference: &Reference) -> Result<Verified, Stop> {
        let mut verified = Verified {
            entrant: entrant.clone(),
            subject: self.subject(entrant),
            compiled: None,
            checked: Err(Failed::error("not checked")),
            started_unix_ms: unix_ms(),
            wall_ns: 0,
        };
        if let Some(given) = &entrant.artifact {
            verified.subject.artifact = Some(given.clone());
        } else if artifacts::needed(entrant) {
            let path = artifacts::path(self.folder, entrant);
            match artifacts::make(self.runner, &verified.subject, &path).await? {
                Ok(compiled) => verified.compiled = Some(compiled),
                Err(failed) => {
                    verified.checked = Err(failed);
                    return Ok(verified);
                }
            }
            verified.subject.artifact = Some(path);
        }
        let job = Job::Check {
            subject: verified.subject.clone(),
            count_instructions: false,
            reference: reference.base.clone(),
            write_reference: None,
        };
        let ran = match reference.hangs {
            true => self.runner.run_within(job, ENOUGH_OF_A_HANG).await?,
            false => self.runner.run(job).await?,
        };
        (verified.started_unix_ms, verified.wall_ns) = (ran.started_unix_ms, ran.wall_ns);
        verified.checked = match ran.answer {
            Answer::Checked(checked) => Ok(*checked),
            Answer::Failed(failed) => Err(failed),
            other => Err(Failed::error(format!(
                "not the answer to a check: {other:?}"
            ))),
        };
        Ok(verified)
    }

    fn subject(&self, entrant: &Entrant) -> Subject {
        Subject {
            runtime: entrant.cell.runtime.clone(),
            workload: entrant.source.clone(),
            artifact: None,
            isolation: self.isolation.clone(),
            deadline_ms: self
                .deadline
                .map(|deadline| u64::try_from(deadline.as_millis()).unwrap_or(u64::MAX)),
            knobs: self.knobs,
            symbols: crate::trial::Symbols::None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use reports::Mismatch;

    #[test]
    fn wrong_outcomes_are_counted_and_the_first_is_told() {
        let mismatch = Mismatch {
            exchange: "e1".into(),
            detail: "header a is missing".into(),
        };
        let check = Check {
            exchanges: 3,
            matched: 1,
            mismatches: vec![mismatch],
            ..Check::default()
        };
        assert_eq!(
            wrong_outcomes(&check),
            "2 of 3 outcomes were wrong; the first, e1: header a is missing"
        );
    }
}
