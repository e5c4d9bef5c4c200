//! `pwbench verify`: conformance, outcomes and traces.

use std::collections::{BTreeMap, BTreeSet};

use reports::{ConformanceRow, FailureKind, Unavailable, Verdicts};
use serde::Serialize;

use crate::cli::VerifyArgs;
use crate::error::{CORRECT_THE_PLUGIN, Error, Exit};
use crate::experiment::{
    Field, Interrupt, Progress, Remembered, Runner, Stop, Verified, Verifier, conformance,
};
use crate::output::{Format, number, print_json, print_text, table};

/// Documented in `pwbench verify --help`.
#[derive(Debug, Default, Serialize)]
struct Verification {
    passed: bool,
    conformance: Vec<ConformanceRow>,
    checks: Vec<CheckRow>,
    unavailable: Vec<Unavailable>,
}

#[derive(Debug, Serialize)]
struct CheckRow {
    runtime: String,
    workload: String,
    variant: String,
    passed: bool,
    exchanges: Option<u64>,
    matched: Option<u64>,
    trace_sha256: Option<String>,
    host_calls: BTreeMap<String, u64>,
    bytes_copied: Option<u64>,
    verdicts: Option<Verdicts>,
    reason: Option<String>,
    warnings: Option<String>,
    /// Why the plugin refused its configuration, if it did.
    #[serde(skip)]
    refused: Option<String>,
}

/// Checks.
pub(super) fn verify(arguments: VerifyArgs) -> Result<Exit, Error> {
    let mut field = Field::of(&arguments.selection)?;
    field.take_artifacts(&arguments.selection.artifacts, None)?;
    let runner = Runner::new(arguments.trial_timeout, Interrupt::listen()?, 0)?;
    let verified = match super::block_on(all(&arguments, &field, &runner))? {
        Ok(verified) => verified,
        Err(Stop::Interrupted) => return Ok(Exit::Interrupted),
        Err(Stop::Error(error)) => return Err(*error),
    };
    match arguments.format {
        Format::Json => print_json(&verified)?,
        Format::Table => print_text(&verified.text()),
    }
    if let Some(reason) = verified.refused() {
        eprintln!("error: {reason}\nhelp: {CORRECT_THE_PLUGIN}");
        return Ok(Exit::BadInput);
    }
    Ok(if verified.passed {
        Exit::Fine
    } else {
        Exit::CheckFailed
    })
}

async fn all(arguments: &VerifyArgs, field: &Field, runner: &Runner) -> Result<Verification, Stop> {
    let progress = Progress::new();
    let mut verification = Verification {
        unavailable: field.unavailable.clone(),
        ..Verification::default()
    };
    if !arguments.no_conformance {
        let remembered = Remembered::open();
        verification.conformance =
            conformance(runner, &progress, &field.runtimes, &remembered).await?;
    }
    let folder = tempfile::tempdir().map_err(Error::io(
        &std::env::temp_dir(),
        "make a folder",
        "set TMPDIR to a folder that is writable",
    ))?;
    let verifier = Verifier {
        runner,
        progress: &progress,
        folder: folder.path(),
        isolation: "thread".to_owned(),
        deadline: None,
        knobs: field.knobs,
    };
    let checks = &mut verification.checks;
    verifier
        .verify(field, &mut |verified, _| {
            checks.push(CheckRow::of(&verified));
            Ok(())
        })
        .await?;
    progress.finish();
    verification.passed = verification.checks.iter().all(|check| check.passed)
        && verification.conformance.iter().all(|row| row.failed == 0);
    Ok(verification)
}

impl CheckRow {
    fn of(verified: &Verified) -> Self {
        let check = verified.checked.as_ref().ok().map(|checked| &checked.check);
        let objection = verified.objection();
        Self {
            runtime: verified.entrant.cell.runtime.clone(),
            workload: verified.entrant.cell.workload.clone(),
            variant: verified.entrant.cell.variant.clone(),
            passed: objection.is_none(),
            exchanges: check.map(|check| check.exchanges),
            matched: check.map(|check| check.matched),
            trace_sha256: check.map(|check| check.trace_sha256.clone()),
            host_calls: check
                .map(|check| check.host_calls.clone())
                .unwrap_or_default(),
            bytes_copied: check.map(|check| check.bytes_copied),
            verdicts: check
                .map(|check| check.verdicts)
                .filter(|verdicts| verdicts.attacks > 0),
            refused: objection
                .as_ref()
                .filter(|failed| failed.kind == FailureKind::Configuration)
                .map(|failed| failed.reason.clone()),
            reason: objection.map(|failed| failed.to_string()),
            warnings: verified.warnings(),
        }
    }
}

impl Verification {
    /// The reason, where the plugin refused its configuration wherever it was tried: then no
    /// runtime is to blame.
    fn refused(&self) -> Option<&str> {
        let mut reasons = self.checks.iter().map(|check| check.refused.as_deref());
        let first = reasons.next()??;
        reasons.all(|reason| reason.is_some()).then_some(first)
    }

    /// How filters that stop requests decided, where any did.
    fn verdicts(&self) -> Option<String> {
        let mut rows = table(&[
            "Workload",
            "Variant",
            "Runtime",
            "To pass",
            "False positives",
            "To be stopped",
            "Missed",
            "Answered otherwise",
        ]);
        let mut any = false;
        for row in &self.checks {
            let Some(verdicts) = row.verdicts else {
                continue;
            };
            any = true;
            rows.add_row(vec![
                row.workload.as_str().into(),
                row.variant.as_str().into(),
                row.runtime.as_str().into(),
                number(verdicts.harmless),
                number(verdicts.false_positives),
                number(verdicts.attacks),
                number(verdicts.missed),
                number(verdicts.answered_otherwise),
            ]);
        }
        any.then(|| rows.to_string())
    }

    fn text(&self) -> String {
        let mut parts = Vec::new();
        if !self.conformance.is_empty() {
            let mut rows = table(&[
                "Runtime",
                "Passed",
                "Failed",
                "Not applicable",
                "What failed",
            ]);
            for row in &self.conformance {
                rows.add_row(vec![
                    row.runtime.as_str().into(),
                    number(row.passed),
                    number(row.failed),
                    number(row.not_applicable),
                    row.failures.join("\n").into(),
                ]);
            }
            parts.push(rows.to_string());
        }
        let mut rows = table(&[
            "Workload",
            "Variant",
            "Runtime",
            "Outcomes",
            "Host calls",
            "Trace",
            "Result",
        ]);
        for row in &self.checks {
            let outcomes = row
                .exchanges
                .zip(row.matched)
                .map(|(all, matched)| format!("{matched} of {all}"));
            let trace = row
                .trace_sha256
                .as_deref()
                .and_then(|digest| digest.get(..12));
            rows.add_row(vec![
                row.workload.as_str().into(),
                row.variant.as_str().into(),
                row.runtime.as_str().into(),
                number(outcomes.unwrap_or_default()),
                number(row.host_calls.values().sum::<u64>()),
                trace.unwrap_or_default().into(),
                row.reason.as_deref().unwrap_or("passed").into(),
            ]);
        }
        parts.push(rows.to_string());
        parts.extend(self.verdicts());
        let warnings = self.checks.iter().filter_map(|row| row.warnings.clone());
        parts.extend(warnings.collect::<BTreeSet<_>>());
        for row in &self.unavailable {
            let workload = row
                .workload
                .as_ref()
                .map(|name| format!(" on {name}"))
                .unwrap_or_default();
            let who = match row.runtime.as_str() {
                "" => row.workload.clone().unwrap_or_default(),
                runtime => format!("{runtime}{workload}"),
            };
            parts.push(format!(
                "{who} takes no part: {}; {}",
                row.reason, row.remedy
            ));
        }
        parts.push(
            if self.passed {
                "All passed."
            } else {
                "Something failed."
            }
            .to_owned(),
        );
        parts.join("\n\n")
    }
}
