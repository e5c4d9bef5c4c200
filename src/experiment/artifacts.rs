//! Ahead-of-time artifacts: made once, each by a child.

use std::path::{Path, PathBuf};

use super::{Entrant, Runner, Stop};
use crate::artifact::loads_artifacts;
use crate::trial::{Answer, Compiled, Failed, Job, Subject};

/// Whether the runtime loads artifacts.
pub(crate) fn needed(entrant: &Entrant) -> bool {
    loads_artifacts(entrant.runtime)
}

/// Where the artifact of an entrant lies.
pub(crate) fn path(folder: &Path, entrant: &Entrant) -> PathBuf {
    let cell = &entrant.cell;
    let name = format!("{}-{}-{}", cell.workload, cell.variant, cell.runtime);
    folder.join(format!("{}.aot", file_name(&name)))
}

/// A name with nothing in it that a file system minds.
pub(crate) fn file_name(name: &str) -> String {
    name.chars()
        .map(|c| {
            if c.is_ascii_alphanumeric() || c == '-' {
                c
            } else {
                '_'
            }
        })
        .collect()
}

/// Makes the artifact for `subject`, which names where it goes.
pub(crate) async fn make(
    runner: &Runner,
    subject: &Subject,
    artifact: &Path,
) -> Result<Result<Compiled, Failed>, Stop> {
    let subject = Subject {
        artifact: None,
        ..subject.clone()
    };
    let ran = runner
        .run(Job::Compile {
            subject,
            artifact: artifact.to_path_buf(),
        })
        .await?;
    Ok(match ran.answer {
        Answer::Compiled(compiled) => Ok(compiled),
        Answer::Failed(failed) => Err(failed),
        other => Err(Failed::error(format!(
            "not the answer to a compilation: {other:?}"
        ))),
    })
}

#[cfg(test)]
mod tests {
    #[test]
    fn file_names_keep_only_what_every_file_system_takes() {
        assert_eq!(super::file_name("my plugin-a/b:c"), "my_plugin-a_b_c");
    }
}
