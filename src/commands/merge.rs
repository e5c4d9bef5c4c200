//! `pwbench merge`: campaigns joined in one folder, with their report.

use super::report::print_reported;
use crate::cli::MergeArgs;
use crate::error::{Error, Exit};
use crate::machine;

/// Joins campaigns.
pub(super) fn merge(arguments: &MergeArgs) -> Result<Exit, Error> {
    reports::merge(&arguments.folders, &arguments.output, &machine::version())?;
    let reported = reports::reported(&arguments.output)?;
    reported.write_all(&arguments.output)?;
    let (document, summary) = (&reported.document, &reported.summary);
    print_reported(document, summary, &arguments.output, arguments.format)?;
    Ok(Exit::Fine)
}
