//! Needs from the command line, and what is known of the runtimes of a campaign.

use std::fs;
use std::path::Path;

use conformance::PROPOSALS;
use reports::{
    CampaignFolder, Knowledge, Need, NeedError, Needs, Report, RuntimeValues, values_of,
};
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

/// Everything that is known of the runtimes of a campaign, and what weakens it.
pub(crate) async fn gather(
    needs: &Needs,
    folder: &CampaignFolder,
    runner: &Runner,
    progress: &Progress,
) -> Result<(Vec<Knowledge>, Vec<String>), Stop> {
    let campaign = folder.campaign()?;
    let trials = folder.trials()?;
    let values = values_of(&trials.records);
    let features = features(needs);
    let mut known = Vec::new();
    for (runtime, values) in values {
        known.push(of(&runtime, values, &features, runner, progress).await?);
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
    if let Some(objection) = &report.summary().trust.objection {
        cautions.push(format!(
            "{objection}: limits that a value comes near to may be judged otherwise on a steadier machine"
        ));
    }
    Ok((known, cautions))
}

/// The needs that are WebAssembly proposals.
fn features(needs: &Needs) -> Vec<&'static str> {
    let known = PROPOSALS.iter().map(|proposal| proposal.name);
    let asked = |name: &&str| {
        let is = |need: &Need| matches!(need, Need::Has { word } if word == name);
        needs.0.iter().any(is)
    };
    known.filter(asked).collect()
}

async fn of(
    runtime: &str,
    values: RuntimeValues,
    features: &[&'static str],
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
    if runtime == crate::NATIVE {
        for feature in features {
            let word = (false, "no WebAssembly".to_owned());
            known.has.insert((*feature).to_owned(), word);
        }
    } else if entry.availability() == Availability::Available && !features.is_empty() {
        progress.trial(runtime, None);
        for finding in probe(runner, runtime, features).await? {
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
    fn only_proposals_are_probed() {
        let needs = needs(Some("simd, deadline, p99<1ms"), None).expect("needs");
        assert_eq!(features(&needs), ["simd"]);
    }

    #[test]
    fn what_is_no_need_is_named_with_its_place() {
        let error = needs(Some("simd,p99<5"), None).expect_err("no unit");
        let text = error.to_string();
        assert!(text.contains("--need, character 6"), "{text}");
        assert_eq!(error.exit(), crate::error::Exit::BadInput);
    }
}
