//! `pwbench report`: the report of an earlier campaign, written again.

use std::path::Path;

use reports::{CampaignFolder, Report};

use crate::cli::ReportArgs;
use crate::error::{Error, Exit};
use crate::output::{Format, print_json, print_text, width};

/// Writes the report of a folder again.
pub(super) fn report(arguments: &ReportArgs) -> Result<Exit, Error> {
    let folder = CampaignFolder::open(&arguments.folder)?;
    let report = Report::from_folder(&folder)?;
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
