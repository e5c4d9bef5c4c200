//! `pwbench merge`: campaigns joined in one folder, with their report; outcomes of generators
//! joined in one file.

use std::fs;
use std::path::Path;

use load::Outcome;

use super::generate::{exit, print_outcome};
use super::report::print_reported;
use crate::cli::MergeArgs;
use crate::error::{Error, Exit};
use crate::machine;
use crate::output::{Format, print_json};

/// The largest outcome taken, in bytes.
const MOST_BYTES: u64 = 64 << 20;

/// Joins campaigns, or outcomes.
pub(super) fn merge(arguments: &MergeArgs) -> Result<Exit, Error> {
    if arguments.parts.iter().all(|part| part.is_file()) {
        return join(arguments);
    }
    reports::merge(&arguments.parts, &arguments.output, &machine::version())?;
    let reported = reports::reported(&arguments.output)?;
    reported.write_all(&arguments.output)?;
    let (document, summary) = (&reported.document, &reported.summary);
    print_reported(document, summary, &arguments.output, arguments.format)?;
    Ok(Exit::Fine)
}

fn join(arguments: &MergeArgs) -> Result<Exit, Error> {
    let outcomes: Vec<Outcome> = arguments
        .parts
        .iter()
        .map(|file| read(file))
        .collect::<Result<_, _>>()?;
    let joined = Outcome::join(&outcomes)?;
    write(&joined, &arguments.output)?;
    match arguments.format {
        Format::Json => print_json(&joined)?,
        Format::Table => print_outcome(&joined),
    }
    Ok(exit(&joined))
}

fn read(file: &Path) -> Result<Outcome, Error> {
    let fault = || Error::io(file, "read", "check the path and its permissions");
    let refused = |reason| Error::Outcome {
        file: file.to_path_buf(),
        reason,
    };
    let length = fs::metadata(file).map_err(fault())?.len();
    if length > MOST_BYTES {
        return Err(refused(format!("{length} bytes are too many")));
    }
    let text = fs::read(file).map_err(fault())?;
    serde_json::from_slice(&text).map_err(|error| refused(error.to_string()))
}

/// Never over another file.
fn write(joined: &Outcome, file: &Path) -> Result<(), Error> {
    let fault = || Error::io(file, "write", "give --output a file that is not there yet");
    let mut text = serde_json::to_string_pretty(joined)?;
    text.push('\n');
    let mut made = fs::File::create_new(file).map_err(fault())?;
    std::io::Write::write_all(&mut made, text.as_bytes()).map_err(fault())
}
