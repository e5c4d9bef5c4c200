//! Needs from the command line, and what is known of the runtimes of a campaign.

use std::fs;
use std::path::Path;

use conformance::PROPOSALS;
use reports::{CampaignFolder, Knowledge, NeedError, Needs, Report, RuntimeValues, values_of};
use runtimes::Availability;

use super::engine_facts;
use crate::error::Error;
use crate::experiment::{Progress, Runner, Stop, probe};
use crate::trial::Support;

/// The largest file of needs taken, in bytes.
const MAX_FILE: u64 = 1 << 20;

/// Reads what was asked for, on the command line and in a file.
///
/// # Errors
/// With the place of what is no need.
pub(crate) fn needs(text: Option<&str>, file: Option<&Path>) -> Result<Needs, Error> {
    let proposals: Vec<&str> = PROPOSALS.iter().map(|proposal| proposal.name).collect();
    let mut needs = Needs::default();
    if let Some(text) = text {
        needs.0.extend(Needs::parse("--need", text, &proposals)?.0);
    }
    if let Some(file) = file {
        let name = file.display().to_string();
        let too_large = fs::metadata(file).is_ok_and(|data| data.len() > MAX_FILE);
        if too_large {
            return Err(Error::Need(NeedError {
                place: name,
                reason: format!("more than {MAX_FILE} bytes"),
                remedy: "give a file of needs, see docs/recommending.md".to_owned(),
            }));
        }
        let text = fs::read_to_string(file).map_err(Error::io(file, "read", "check the path"))?;
        needs
            .0
            .extend(Needs::parse_file(&name, &text, &proposals)?.0);
    }
    Ok(needs)
}

/// What is known of the runtimes of a campaign.
#[derive(Debug)]
pub(crate) struct Gathered {
    pub(crate) known: Vec<Knowledge>,
    /// By how much a thing may differ from itself on the machine that measured.
    pub(crate) reach: f64,
    /// What weakens it.
    pub(crate) cautions: Vec<String>,
}

/// Everything that is known of the runtimes of a campaign.
pub(crate) async fn gather(
    folder: &CampaignFolder,
    runner: &Runner,
    progress: &Progress,
) -> Result<Gathered, Stop> {
    let campaign = folder.campaign()?;
    let trials = folder.trials()?;
    let values = values_of(&trials.records);
    let mut known = Vec::new();
    progress.stage("probing", values.len());
    for (runtime, values) in values {
        known.push(of(&runtime, values, runner, progress).await?);
        progress.ended();
    }
    for missing in &campaign.unavailable {
        if missing.workload.is_none() && runtimes::find(&missing.runtime).is_some() {
            known.push(Knowledge {
                runtime: missing.runtime.clone(),
                missing: Some(format!("{}; {}", missing.reason, missing.remedy)),
                ..Knowledge::default()
            });
        }
    }
    progress.finish();
    let mut cautions = Vec::new();
    let report = Report::new(campaign, &trials.records);
    let trust = &report.summary().trust;
    let reach = trust.reach();
    if let Some(objection) = &trust.objection {
        cautions.push(match reach.is_finite() {
            true => {
                format!("{objection}: a value within {reach:.2} times of its limit is not sure")
            }
            false => format!("{objection}: nothing that is measured in samples is sure"),
        });
    }
    Ok(Gathered {
        known,
        reach,
        cautions,
    })
}

async fn of(
    runtime: &str,
    values: RuntimeValues,
    runner: &Runner,
    progress: &Progress,
) -> Result<Knowledge, Stop> {
    let mut known = Knowledge {
        runtime: runtime.to_owned(),
        values,
        ..Knowledge::default()
    };
    // A campaign may come from elsewhere, with runtimes that are not here to be asked.
    let Some(entry) = runtimes::find(runtime) else {
        return Ok(known);
    };
    engine_facts::add(&mut known, entry);
    let features: Vec<&str> = PROPOSALS.iter().map(|proposal| proposal.name).collect();
    if runtime == crate::NATIVE {
        for feature in features {
            let word = (false, "no WebAssembly".to_owned());
            known.has.insert(feature.to_owned(), word);
        }
    } else if entry.availability() == Availability::Available {
        progress.trial(runtime, None);
        for finding in probe(runner, runtime, &features).await? {
            let found = match &finding.reason {
                Some(reason) => format!("{}: {reason}", finding.support.word()),
                None => "tried, works".to_owned(),
            };
            if finding.support != Support::Unknown {
                let has = finding.support == Support::Yes;
                known.has.insert(finding.proposal, (has, found));
            }
        }
    }
    Ok(known)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_need_is_named_with_its_place() {
        let error = needs(Some("simd,p99<5"), None).expect_err("no unit");
        let text = error.to_string();
        assert!(text.contains("--need, character 6"), "{text}");
        assert_eq!(error.exit(), crate::error::Exit::BadInput);
    }
}
