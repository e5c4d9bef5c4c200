//! A contest: one cell of a comparison, ready to be measured.

use std::path::Path;

use reports::FailureKind;

use super::Side;
use crate::artifact::loads_artifacts;
use crate::experiment::{Runner, Stop, make_artifact};
use crate::trial::{Answer, Checked, Compiled, Failed, Job, Subject};

/// Both sides of a cell, checked.
pub(crate) struct Contest {
    /// Its name in tables.
    pub(crate) label: String,
    pub(crate) base: Contender,
    pub(crate) new: Contender,
}

/// One side of a cell.
pub(crate) struct Contender {
    pub(crate) runner: Runner,
    pub(crate) subject: Subject,
    pub(crate) checked: Checked,
    pub(crate) compiled: Option<Compiled>,
    /// Size of the module, in bytes.
    pub(crate) module_bytes: u64,
    /// Instructions of a pass on the reference runtime, where it takes the module.
    pub(crate) instructions: Option<u64>,
}

/// A cell that is yet to be checked.
pub(crate) struct Pairing {
    pub(crate) label: String,
    pub(crate) base: Side,
    pub(crate) new: Side,
}

impl Pairing {
    /// Makes artifacts where the runtimes load some, and checks both sides: the base as the
    /// traffic's author expects, the new one as well or, without expectations, as the base.
    /// With `alike` false, the new side may answer otherwise than the base.
    pub(crate) async fn check(
        self,
        runner: &Runner,
        folder: &Path,
        number: usize,
        alike: bool,
    ) -> Result<Result<Contest, Failed>, Stop> {
        let reference = folder.join(format!("{number}-reference"));
        let (base_name, new_name) = (format!("{number}-base"), format!("{number}-new"));
        let write = Some(reference.as_path());
        let base = Contender::check(runner, folder, &base_name, self.base, None, write);
        let base = match base.await? {
            Ok(base) => base,
            Err(failed) => return Ok(Err(of_side("the base", failed))),
        };
        let read = alike.then_some(reference.as_path());
        let new = Contender::check(runner, folder, &new_name, self.new, read, None);
        let new = match new.await? {
            Ok(new) => new,
            Err(failed) => return Ok(Err(of_side("the new side", failed))),
        };
        Ok(Ok(Contest {
            label: self.label,
            base,
            new,
        }))
    }
}

fn of_side(side: &str, failed: Failed) -> Failed {
    Failed::new(failed.kind, format!("{side}: {}", failed.reason))
}

impl Contender {
    async fn check(
        runner: &Runner,
        folder: &Path,
        name: &str,
        side: Side,
        read: Option<&Path>,
        write: Option<&Path>,
    ) -> Result<Result<Self, Failed>, Stop> {
        let runner = match &side.program {
            Some(program) => runner.of_build(program.clone()),
            None => runner.of_build(std::env::current_exe().map_err(crate::error::Error::Spawn)?),
        };
        let mut subject = side.subject;
        let mut compiled = None;
        if runtimes::find(&subject.runtime).is_some_and(loads_artifacts) {
            let artifact = folder.join(format!("{name}.aot"));
            match make_artifact(&runner, &subject, &artifact).await? {
                Ok(made) => compiled = Some(made),
                Err(failed) => return Ok(Err(failed)),
            }
            subject.artifact = Some(artifact);
        }
        let job = Job::Check {
            subject: subject.clone(),
            count_instructions: false,
            reference: read.map(Path::to_path_buf),
            write_reference: write.map(Path::to_path_buf),
        };
        let checked = match runner.run(job).await?.answer {
            Answer::Checked(checked) => *checked,
            Answer::Failed(failed) => return Ok(Err(failed)),
            other => {
                return Ok(Err(Failed::error(format!(
                    "not the answer to a check: {other:?}"
                ))));
            }
        };
        if read.is_some() && !checked.check.passed() {
            let first = checked.check.mismatches.first();
            let first =
                first.map(|first| format!("; the first, {}: {}", first.exchange, first.detail));
            return Ok(Err(Failed::new(
                FailureKind::Mismatch,
                format!(
                    "{} of {} outcomes were wrong{}",
                    checked.check.exchanges - checked.check.matched,
                    checked.check.exchanges,
                    first.unwrap_or_default()
                ),
            )));
        }
        let instructions = count(&runner, &subject).await?;
        Ok(Ok(Self {
            module_bytes: side.module_bytes,
            runner,
            subject,
            checked,
            compiled,
            instructions,
        }))
    }
}

/// Instructions of a pass on the reference runtime; `None` where that does not take the
/// module, or the build cannot count.
async fn count(runner: &Runner, subject: &Subject) -> Result<Option<u64>, Stop> {
    let job = Job::Check {
        subject: Subject {
            runtime: runtimes::reference().to_owned(),
            artifact: None,
            ..subject.clone()
        },
        count_instructions: true,
        reference: None,
        write_reference: None,
    };
    match runner.run(job).await?.answer {
        Answer::Checked(checked) => Ok(checked.check.instructions),
        _ => Ok(None),
    }
}
