//! `pwbench report`: the report of an earlier campaign, written again.

use std::path::Path;

use reports::{CampaignFolder, Pair, Report};

use crate::cli::ReportArgs;
use crate::error::{Error, Exit};
use crate::output::{Format, print_json, print_text, width};

/// Writes the report of a folder again.
pub(super) fn report(arguments: &ReportArgs) -> Result<Exit, Error> {
    let folder = CampaignFolder::open(&arguments.folder)?;
    let report = Report::with_pairs(&folder, &arguments.versus)?;
    check_pairs(&arguments.versus, &report)?;
    write(&report, &arguments.folder)?;
    print(&report, arguments.format)?;
    if arguments.format == Format::Table {
        print_text(&format!(
            "\n{}",
            arguments.folder.join("report.html").display()
        ));
    }
    Ok(Exit::Fine)
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
