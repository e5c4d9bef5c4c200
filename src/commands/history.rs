//! `pwbench history`: figures over commits.

use std::fs;

use reports::{history_document, trends};

use crate::cli::HistoryArgs;
use crate::error::{Error, Exit};
use crate::history::read;
use crate::output::{Format, print_json, print_text, width};

/// Shows a history.
pub(super) fn history(arguments: &HistoryArgs) -> Result<Exit, Error> {
    let entries = read(&arguments.folder)?;
    let trends = trends(&entries, &arguments.figures);
    let document = history_document(&trends);
    let page = arguments.folder.join("history.html");
    for (path, text) in [
        (page.clone(), document.html()?),
        (arguments.folder.join("history.md"), document.markdown()),
    ] {
        fs::write(&path, text).map_err(Error::io(&path, "write", "check space and permissions"))?;
    }
    match arguments.format {
        Format::Json => print_json(&trends)?,
        Format::Table => {
            print_text(document.terminal(width()).trim_end());
            print_text(&format!("\n{}", page.display()));
        }
    }
    Ok(Exit::Fine)
}
