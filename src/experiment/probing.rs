//! Probing runtimes for proposals, each in a child, since engines may crash or hang on them.

use std::time::Duration;

use reports::FailureKind;
use runtimes::RuntimeEntry;

use super::{Progress, Runner, Stop};
use crate::trial::{Answer, Failed, Finding, Job, Support};

/// Time for all proposals together; a process takes some tens of milliseconds.
const ALL: Duration = Duration::from_secs(30);
/// Time for one of them.
const ONE: Duration = Duration::from_secs(10);

/// What was found of one runtime.
#[derive(Debug)]
pub(crate) struct Probed {
    pub(crate) runtime: &'static RuntimeEntry,
    pub(crate) findings: Vec<Finding>,
}

/// Probes each runtime for `proposals`, two at a time: nothing is timed here.
pub(crate) async fn probe_all(
    runner: &Runner,
    progress: &Progress,
    runtimes: &[&'static RuntimeEntry],
    proposals: &[&str],
) -> Result<Vec<Probed>, Stop> {
    progress.stage("probing", runtimes.len());
    let one = async |runtime: &'static RuntimeEntry| {
        let findings = probe(runner, &runtime.id, proposals).await?;
        progress.ended();
        Ok::<_, Stop>(Probed { runtime, findings })
    };
    let mut all = Vec::with_capacity(runtimes.len());
    for pair in runtimes.chunks(2) {
        progress.trial(&pair[0].id, None);
        match pair {
            [first, second] => {
                let (first, second) = tokio::join!(one(first), one(second));
                all.extend([first?, second?]);
            }
            alone => {
                for runtime in alone {
                    all.push(one(runtime).await?);
                }
            }
        }
    }
    progress.finish();
    Ok(all)
}

/// Probes one runtime.
pub(crate) async fn probe(
    runner: &Runner,
    runtime: &str,
    proposals: &[&str],
) -> Result<Vec<Finding>, Stop> {
    let ask = async |proposals: &[&str], time: Duration| {
        let job = Job::Probe {
            runtime: runtime.to_owned(),
            proposals: proposals.iter().map(|name| (*name).to_owned()).collect(),
        };
        Ok::<_, Stop>(runner.run_within(job, time).await?.answer)
    };
    settle(proposals, ask).await
}

/// Asks for all proposals at once and, where that takes the child down, for each by itself.
async fn settle(
    proposals: &[&str],
    ask: impl AsyncFn(&[&str], Duration) -> Result<Answer, Stop>,
) -> Result<Vec<Finding>, Stop> {
    if proposals.is_empty() {
        return Ok(Vec::new());
    }
    if let Answer::Probed { findings } = ask(proposals, ALL).await? {
        return Ok(findings);
    }
    let mut findings = Vec::with_capacity(proposals.len());
    for name in proposals {
        findings.push(match ask(&[*name], ONE).await? {
            Answer::Probed { mut findings } if findings.len() == 1 => findings.remove(0),
            Answer::Failed(failed) => taken_down(name, failed),
            other => {
                let reason = format!("not the answer to a probe: {other:?}");
                Finding::new(name, Support::Unknown, Some(reason))
            }
        });
    }
    Ok(findings)
}

fn taken_down(proposal: &str, failed: Failed) -> Finding {
    let support = match failed.kind {
        FailureKind::Crash => Support::Crash,
        FailureKind::Timeout => Support::Hang,
        FailureKind::Refused => Support::No,
        _ => Support::Unknown,
    };
    Finding::new(proposal, support, Some(failed.reason))
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use super::*;

    /// An engine that dies of `gc`, hangs in `simd` and has the rest.
    async fn brittle(asked: &RefCell<Vec<usize>>, proposals: &[&str]) -> Result<Answer, Stop> {
        asked.borrow_mut().push(proposals.len());
        let failed = |kind| Ok(Answer::Failed(Failed::new(kind, "gone")));
        if proposals.contains(&"gc") {
            return failed(FailureKind::Crash);
        }
        if proposals.contains(&"simd") {
            return failed(FailureKind::Timeout);
        }
        let yes = |name: &&str| Finding::new(name, Support::Yes, None);
        Ok(Answer::Probed {
            findings: proposals.iter().map(yes).collect(),
        })
    }

    fn settled(proposals: &[&str]) -> (Vec<Support>, Vec<usize>) {
        let asked = RefCell::new(Vec::new());
        let runtime = tokio::runtime::Builder::new_current_thread()
            .build()
            .expect("a runtime");
        let findings = runtime
            .block_on(settle(proposals, async |names, _| {
                brittle(&asked, names).await
            }))
            .expect("nobody stops it");
        let supports = findings.iter().map(|finding| finding.support).collect();
        (supports, asked.into_inner())
    }

    #[test]
    fn a_crash_or_hang_costs_no_other_proposal_its_finding() {
        let (supports, asked) = settled(&["tail-call", "gc", "simd", "threads"]);
        assert_eq!(
            supports,
            [Support::Yes, Support::Crash, Support::Hang, Support::Yes]
        );
        assert_eq!(asked, [4, 1, 1, 1, 1]);
    }

    #[test]
    fn what_failed_in_the_probing_itself_is_not_held_against_the_engine() {
        let support = |kind| taken_down("gc", Failed::new(kind, "gone")).support;
        assert_eq!(support(FailureKind::Error), Support::Unknown);
        assert_eq!(support(FailureKind::Refused), Support::No);
    }

    #[test]
    fn answers_survive_the_way_from_child_to_parent() {
        let answer = Answer::Probed {
            findings: vec![Finding::new("gc", Support::Trap, Some("why".to_owned()))],
        };
        let text = serde_json::to_string(&answer).expect("written");
        let back: Answer = serde_json::from_str(&text).expect("read");
        assert!(
            matches!(back, Answer::Probed { findings } if findings[0].support == Support::Trap)
        );
    }

    #[test]
    fn one_child_suffices_where_nothing_goes_wrong() {
        assert_eq!(settled(&["a", "b"]).1, [2]);
        assert_eq!(settled(&[]).1, [0; 0]);
    }
}
