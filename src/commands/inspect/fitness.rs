//! Which runtimes take a module: each tries.

use std::path::Path;
use std::time::Duration;

use conformance::Proposal;
use host_core::Feature;
use runtimes::Availability;
use serde::Serialize;

use crate::experiment::{Progress, Runner, Stop, probe};
use crate::trial::{Answer, Finding, Job, Support};

/// Time for one runtime to compile and instantiate the module.
pub(super) const PATIENCE: Duration = Duration::from_secs(120);

/// How a runtime takes a module.
#[derive(Debug, Serialize)]
pub(super) struct Fitness {
    runtime: String,
    takes: bool,
    reason: Option<String>,
    /// Proposals that the module needs and that were not found in the runtime.
    lacks: Vec<Finding>,
}

/// Lets every runtime that takes WebAssembly try the module, and probes it for the proposals
/// that the module needs: what an engine accepts it may still compute wrongly.
pub(super) async fn fitness(
    runner: &Runner,
    file: &Path,
    needed: &[Feature],
) -> Result<Vec<Fitness>, Stop> {
    let needed: Vec<&str> = needed
        .iter()
        .filter_map(|feature| Proposal::find(feature.name()))
        .map(|proposal| proposal.name)
        .collect();
    let progress = Progress::new();
    let entries: Vec<_> = runtimes::catalogue()
        .iter()
        .filter(|entry| entry.id != crate::NATIVE)
        .collect();
    progress.stage("trying", entries.len());
    let mut rows = Vec::new();
    for entry in entries {
        progress.trial(&entry.id, None);
        let mut lacks = Vec::new();
        let reason = match entry.availability() {
            Availability::Unavailable { reason, remedy } => {
                Some(format!("not available here: {reason}; {remedy}"))
            }
            Availability::Available => {
                let job = Job::Fit {
                    runtime: entry.id.clone(),
                    module: file.to_path_buf(),
                    artifact: None,
                    deadline_ms: None,
                    knobs: host_core::Knobs::default(),
                };
                let answer = runner.run(job).await?.answer;
                lacks = probe(runner, &entry.id, &needed).await?;
                lacks.retain(|finding| finding.support != Support::Yes);
                match answer {
                    Answer::Fits => None,
                    Answer::Failed(failed) => Some(failed.reason),
                    other => Some(format!("not the answer to an attempt: {other:?}")),
                }
            }
        };
        rows.push(Fitness {
            runtime: entry.id.clone(),
            takes: reason.is_none(),
            reason,
            lacks,
        });
        progress.ended();
    }
    progress.finish();
    Ok(rows)
}

impl Fitness {
    /// The runtime, and its answer in words.
    pub(super) fn words(&self) -> [String; 2] {
        let lacks: Vec<String> = self
            .lacks
            .iter()
            .map(|finding| match finding.support {
                Support::Yes | Support::No => finding.proposal.clone(),
                other => format!("{} ({})", finding.proposal, other.word()),
            })
            .collect();
        let lacks = match lacks.as_slice() {
            [] => String::new(),
            lacks => format!("; it lacks {}", lacks.join(", ")),
        };
        let takes = match &self.reason {
            Some(reason) => format!("no: {reason}{lacks}"),
            None => format!("yes{lacks}"),
        };
        [self.runtime.clone(), takes]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_runtime_computes_wrongly_is_said_though_it_takes_the_module() {
        let words = |reason: Option<&str>, support| {
            let fitness = Fitness {
                runtime: "a/b".to_owned(),
                takes: reason.is_none(),
                reason: reason.map(str::to_owned),
                lacks: vec![Finding::new("simd", support, None)],
            };
            fitness.words()[1].clone()
        };
        assert_eq!(words(None, Support::Wrong), "yes; it lacks simd (wrong)");
        assert_eq!(words(Some("bad"), Support::No), "no: bad; it lacks simd");
    }
}
