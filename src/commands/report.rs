//! `pwbench report`: the report of earlier results, written again.

use std::path::{Path, PathBuf};

use reports::{CampaignFolder, Document, Pair, RUN, Report, Reported};
use serde::Serialize;
use serde_json::Value;

use crate::cli::ReportArgs;
use crate::error::{Error, Exit};
use crate::output::{Format, print_json, print_text, width};

/// What `--format json` prints when more than one folder was named.
#[derive(Serialize)]
struct Several {
    summary: Value,
    #[serde(skip_serializing_if = "Option::is_none")]
    beside: Option<Value>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    with: Vec<Value>,
}

/// Writes the report of a folder again.
pub(super) fn report(arguments: &ReportArgs) -> Result<Exit, Error> {
    let folder = &arguments.folder;
    let kind = reports::kind_of(folder)?;
    if kind == RUN {
        return report_run(arguments);
    }
    if !arguments.versus.is_empty() || arguments.beside.is_some() {
        return Err(Error::NotOfRun {
            folder: folder.clone(),
            kind,
        });
    }
    let mut reported = reports::reported(folder)?;
    let with = take_along(&mut reported.document, &arguments.with)?;
    finish(&reported, None, with, arguments)
}

fn report_run(arguments: &ReportArgs) -> Result<Exit, Error> {
    let folder = &arguments.folder;
    let report = Report::with_pairs(&CampaignFolder::open(folder)?, &arguments.versus)?;
    check_pairs(&arguments.versus, &report)?;
    write(&report, folder)?;
    let mut document = report.document();
    let beside = match &arguments.beside {
        None => None,
        Some(other) => {
            let kind = reports::kind_of(other)?;
            if kind != RUN {
                let folder = other.clone();
                return Err(Error::NotOfRun { folder, kind });
            }
            let other = Report::from_folder(&CampaignFolder::open(other)?)?;
            document = report.beside(&other);
            Some(serde_json::to_value(other.summary())?)
        }
    };
    let with = take_along(&mut document, &arguments.with)?;
    let summary = serde_json::to_value(report.summary())?;
    let reported = Reported { document, summary };
    finish(&reported, beside, with, arguments)
}

/// Takes the sections of other folders into a document; answers their summaries.
fn take_along(document: &mut Document, folders: &[PathBuf]) -> Result<Vec<Value>, Error> {
    let mut summaries = Vec::new();
    for folder in folders {
        let other = reports::reported(folder)?;
        document.take_along(other.document);
        summaries.push(other.summary);
    }
    Ok(summaries)
}

/// Writes the files, over those of the campaign alone, and prints the result. The folder's
/// summary.json stays its own: what was put beside it has its own.
fn finish(
    reported: &Reported,
    beside: Option<Value>,
    with: Vec<Value>,
    arguments: &ReportArgs,
) -> Result<Exit, Error> {
    reported.write_all(&arguments.folder)?;
    let summary = match beside.is_none() && with.is_empty() {
        true => reported.summary.clone(),
        false => serde_json::to_value(Several {
            summary: reported.summary.clone(),
            beside,
            with,
        })?,
    };
    print_reported(
        &reported.document,
        &summary,
        &arguments.folder,
        arguments.format,
    )?;
    Ok(Exit::Fine)
}

/// Prints a result of any kind, and where its page is.
pub(super) fn print_reported(
    document: &Document,
    summary: &Value,
    folder: &Path,
    format: Format,
) -> Result<(), Error> {
    match format {
        Format::Table => {
            print_text(document.terminal(width()).trim_end());
            print_text(&format!("\n{}", folder.join("report.html").display()));
        }
        Format::Json => print_json(summary)?,
    }
    Ok(())
}

/// A runtime that the campaign does not know cannot be answered about.
fn check_pairs(pairs: &[Pair], report: &Report) -> Result<(), Error> {
    let known = || {
        let rows = report.summary().availability.iter();
        rows.map(|row| row.runtime.as_str())
    };
    let mut named = pairs.iter().flat_map(|pair| [&pair.left, &pair.right]);
    match named.find(|name| !known().any(|known| known == name.as_str())) {
        None => Ok(()),
        Some(name) => Err(Error::NotInCampaign {
            name: name.clone(),
            known: known().collect::<Vec<_>>().join(", "),
        }),
    }
}

/// Writes the report's files.
pub(super) fn write(report: &Report, folder: &Path) -> Result<(), Error> {
    report.write_all(folder)?;
    Ok(())
}

/// Prints the comparison.
pub(super) fn print(report: &Report, format: Format) -> Result<(), Error> {
    match format {
        Format::Table => print_text(report.terminal_table(width()).trim_end()),
        Format::Json => print_json(report.summary())?,
    }
    Ok(())
}
