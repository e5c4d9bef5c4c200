//! The check pass: every isolation gives the right outcomes before any time is taken.

use std::path::Path;

use host_core::Isolation;
use reports::{Cell, FailureKind};

use super::Contest;
use crate::experiment::{Field, Progress, Runner, Stop, Verified, Verifier};
use crate::trial::{Answer, Checked, Failed, Job, Subject};

/// A runtime and workload under one isolation that passed its check.
#[derive(Clone)]
pub(super) struct Passed {
    /// With one thread.
    pub(super) cell: Cell,
    pub(super) subject: Subject,
    pub(super) checked: Box<Checked>,
}

/// What became of a check.
pub(super) type Verdict = Result<Passed, Box<(Cell, Failed)>>;

/// Checks every runtime, workload and isolation; artifacts are made in `folder`.
pub(super) async fn check(
    contest: &Contest,
    field: &Field,
    runner: &Runner,
    progress: &Progress,
    folder: &Path,
) -> Result<Vec<Verdict>, Stop> {
    let Some((first, others)) = contest.isolations.split_first() else {
        return Ok(Vec::new());
    };
    let verifier = Verifier {
        runner,
        progress,
        folder,
        isolation: first.to_string(),
        deadline: contest.deadline,
        knobs: field.knobs,
    };
    let mut verdicts = Vec::new();
    let mut each = |verified: Verified, _: &_| {
        verdicts.push(verdict(verified));
        Ok(())
    };
    verifier.verify(field, &mut each).await?;
    let passed: Vec<Passed> = verdicts.iter().flatten().cloned().collect();
    progress.stage("checking", passed.len() * others.len());
    for passed in &passed {
        for isolation in others {
            progress.trial(&label(passed, *isolation), None);
            verdicts.push(again(passed, *isolation, runner).await?);
            progress.ended();
        }
    }
    Ok(verdicts.into_iter().map(shared_by_threads).collect())
}

/// One thread has passed the check, but a native twin knows no other: guests were written for
/// one thread and keep their state in it.
fn shared_by_threads(verdict: Verdict) -> Verdict {
    match verdict {
        Ok(passed) if passed.cell.runtime == crate::NATIVE && is_shared(&passed.cell) => {
            let text = "a native VM belongs to one thread and cannot be shared by several";
            let failed = Failed::new(FailureKind::Refused, text.to_owned());
            Err(Box::new((passed.cell, failed)))
        }
        other => other,
    }
}

fn is_shared(cell: &Cell) -> bool {
    matches!(
        cell.isolation.parse(),
        Ok(Isolation::Shared | Isolation::Pool(_))
    )
}

fn label(passed: &Passed, isolation: Isolation) -> String {
    cell(passed, isolation).label()
}

fn cell(passed: &Passed, isolation: Isolation) -> Cell {
    Cell {
        isolation: isolation.to_string(),
        ..passed.cell.clone()
    }
}

fn verdict(verified: Verified) -> Verdict {
    let objection = verified.objection();
    let cell = verified.entrant.cell.clone();
    match (verified.checked, objection) {
        (Ok(checked), None) => Ok(Passed {
            cell,
            subject: verified.subject,
            checked: Box::new(checked),
        }),
        (Err(failed), _) | (Ok(_), Some(failed)) => Err(Box::new((cell, failed))),
    }
}

/// The check under another isolation: the outcomes must be the same ones.
async fn again(passed: &Passed, isolation: Isolation, runner: &Runner) -> Result<Verdict, Stop> {
    let cell = cell(passed, isolation);
    let subject = Subject {
        isolation: isolation.to_string(),
        ..passed.subject.clone()
    };
    let job = Job::Check {
        subject: subject.clone(),
        count_instructions: false,
        reference: None,
        write_reference: None,
    };
    Ok(match runner.run(job).await?.answer {
        Answer::Checked(checked) if !checked.check.passed() => {
            let first = checked.check.mismatches.first();
            let first = first.map_or(String::new(), |first| {
                format!("; the first, {}: {}", first.exchange, first.detail)
            });
            let text = format!(
                "{} of {} outcomes were right under isolation {isolation}{first}",
                checked.check.matched, checked.check.exchanges
            );
            Err(Box::new((cell, Failed::new(FailureKind::Mismatch, text))))
        }
        Answer::Checked(checked) if checked.endings != passed.checked.endings => {
            let text = format!(
                "transactions ended otherwise under isolation {isolation} than under {}",
                passed.cell.isolation
            );
            Err(Box::new((cell, Failed::new(FailureKind::Mismatch, text))))
        }
        Answer::Checked(checked) => Ok(Passed {
            cell,
            subject,
            checked,
        }),
        Answer::Failed(failed) => Err(Box::new((cell, failed))),
        other => Err(Box::new((
            cell,
            Failed::error(format!("not the answer to a check: {other:?}")),
        ))),
    })
}
