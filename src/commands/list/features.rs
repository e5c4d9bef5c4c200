//! The matrix of WebAssembly proposals, found by trying each.

use std::fmt::Write as _;
use std::time::Duration;

use conformance::PROPOSALS;
use runtimes::{Availability, RuntimeEntry};
use serde::Serialize;

use crate::cli::ListArgs;
use crate::error::{Error, Exit};
use crate::experiment::{Interrupt, Probed, Progress, Runner, Stop, probe_all};
use crate::output::{Format, print_json, print_text, table};
use crate::trial::{Finding, Support};

/// The longest that any probe may take.
const PATIENCE: Duration = Duration::from_secs(60);

/// Documented in `pwbench list --help`.
#[derive(Debug, Serialize)]
struct Matrix {
    proposals: Vec<ProposalRow>,
    runtimes: Vec<RuntimeRow>,
    #[serde(skip)]
    missing: Vec<String>,
}

#[derive(Debug, Serialize)]
struct ProposalRow {
    name: &'static str,
    title: &'static str,
}

#[derive(Debug, Serialize)]
struct RuntimeRow {
    runtime: String,
    version: Option<String>,
    findings: Vec<Finding>,
}

/// Probes and shows what was found.
pub(super) fn features(arguments: &ListArgs) -> Result<Exit, Error> {
    let interrupt = Interrupt::listen()?;
    let runner = Runner::new(PATIENCE, interrupt, 0)?;
    let (mut available, mut missing) = (Vec::new(), Vec::new());
    for entry in runtimes::select(&arguments.runtimes)? {
        match entry.availability() {
            // The native twin is no WebAssembly.
            _ if entry.id == crate::NATIVE => {}
            Availability::Available => available.push(entry),
            Availability::Unavailable { reason, remedy } => {
                missing.push(format!("{}: {reason}; {remedy}", entry.id));
            }
        }
    }
    let names: Vec<&str> = PROPOSALS.iter().map(|proposal| proposal.name).collect();
    let progress = Progress::new();
    let probed = match super::super::block_on(probe_all(&runner, &progress, &available, &names))? {
        Ok(probed) => probed,
        Err(Stop::Interrupted) => return Ok(Exit::Interrupted),
        Err(Stop::Error(error)) => return Err(*error),
    };
    let matrix = Matrix {
        proposals: PROPOSALS
            .iter()
            .map(|proposal| ProposalRow {
                name: proposal.name,
                title: proposal.title,
            })
            .collect(),
        runtimes: probed.into_iter().map(RuntimeRow::of).collect(),
        missing,
    };
    match arguments.format {
        Format::Json => print_json(&matrix)?,
        Format::Table => print_text(&matrix.text()),
    }
    Ok(Exit::Fine)
}

impl RuntimeRow {
    fn of(probed: Probed) -> Self {
        Self {
            runtime: probed.runtime.id.clone(),
            version: version(probed.runtime),
            findings: probed.findings,
        }
    }

    fn supports(&self) -> impl Iterator<Item = Support> {
        self.findings.iter().map(|finding| finding.support)
    }
}

fn version(runtime: &RuntimeEntry) -> Option<String> {
    Some(runtime.info().ok()?.version)
}

impl Matrix {
    /// Runtimes of which the same was found share a column.
    fn text(&self) -> String {
        let mut columns: Vec<Vec<&RuntimeRow>> = Vec::new();
        for row in &self.runtimes {
            match columns
                .iter_mut()
                .find(|column| column[0].supports().eq(row.supports()))
            {
                Some(column) => column.push(row),
                None => columns.push(vec![row]),
            }
        }
        let letters: Vec<String> = (0..columns.len()).map(letter).collect();
        let mut legend = table(&["Column", "Runtimes of which this was found"]);
        for (letter, column) in letters.iter().zip(&columns) {
            legend.add_row([letter.clone(), listed(column)]);
        }
        let mut headings = vec!["Proposal"];
        headings.extend(letters.iter().map(String::as_str));
        headings.push("What it brings");
        let mut matrix = table(&headings);
        for (at, proposal) in self.proposals.iter().enumerate() {
            let mut row = vec![proposal.name.to_owned()];
            row.extend(columns.iter().map(|column| {
                column[0]
                    .findings
                    .get(at)
                    .map_or("-", |finding| finding.support.word())
                    .to_owned()
            }));
            row.push(proposal.title.to_owned());
            matrix.add_row(row);
        }
        let mut text = format!(
            "{matrix}\n\n{legend}\n\nFound just now, with the options that every campaign uses. \
             no: the engine refuses a module that uses the proposal; wrong, trap, crash, hang: it \
             takes one and fails. --format json gives each engine's own words."
        );
        for row in &self.runtimes {
            for finding in &row.findings {
                let reason = finding.reason.as_deref().unwrap_or_default();
                if !matches!(finding.support, Support::Yes | Support::No) {
                    // A String takes whatever is written to it.
                    let _ = write!(
                        text,
                        "\n! {}: {}: {}: {reason}",
                        row.runtime,
                        finding.proposal,
                        finding.support.word()
                    );
                }
            }
        }
        for missing in &self.missing {
            let _ = write!(text, "\nnot probed, since not available here: {missing}");
        }
        text
    }
}

/// `wasmtime 48.0.8: cranelift, winch; wasmi 2.0.0: eager`.
fn listed(rows: &[&RuntimeRow]) -> String {
    let mut engines: Vec<(String, Vec<&str>)> = Vec::new();
    for row in rows {
        let (engine, mode) = row.runtime.split_once('/').unwrap_or((&row.runtime, ""));
        let version = row.version.as_deref().unwrap_or_default();
        let name = format!("{engine} {version}");
        match engines.iter_mut().find(|(known, _)| *known == name) {
            Some((_, modes)) => modes.push(mode),
            None => engines.push((name, vec![mode])),
        }
    }
    let one = |(name, modes): &(String, Vec<&str>)| format!("{name}: {}", modes.join(", "));
    engines.iter().map(one).collect::<Vec<_>>().join("; ")
}

/// A, B ... Z, then A1, B1 ...
fn letter(at: usize) -> String {
    let letter = char::from(b'A' + (at % 26) as u8);
    match at / 26 {
        0 => letter.to_string(),
        round => format!("{letter}{round}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(runtime: &str, supports: &[Support]) -> RuntimeRow {
        let finding = |support: &Support| {
            let reason = (*support != Support::Yes).then(|| "its words".to_owned());
            Finding::new("simd", *support, reason)
        };
        RuntimeRow {
            runtime: runtime.to_owned(),
            version: Some("1.0".to_owned()),
            findings: supports.iter().map(finding).collect(),
        }
    }

    #[test]
    fn runtimes_of_which_the_same_was_found_share_a_column() {
        let matrix = Matrix {
            proposals: vec![ProposalRow {
                name: "simd",
                title: "vectors",
            }],
            runtimes: vec![
                row("a/one", &[Support::Yes]),
                row("a/two", &[Support::Yes]),
                row("b/one", &[Support::Crash]),
            ],
            missing: vec!["c/one: no library; get it".to_owned()],
        };
        let text = matrix.text();
        let line = |start: &str| {
            let found = text.lines().find(|line| line.trim().starts_with(start));
            found
                .unwrap_or_else(|| panic!("{start} is missing in\n{text}"))
                .to_owned()
        };
        let simd: Vec<String> = line("simd").split_whitespace().map(str::to_owned).collect();
        assert_eq!(simd, ["simd", "yes", "crash", "vectors"]);
        assert!(line("A").contains("a 1.0: one, two"));
        assert!(line("! b/one").contains("crash: its words"));
        assert!(line("not probed").contains("c/one"));
    }

    #[test]
    fn columns_never_run_out_of_names() {
        assert_eq!([0, 25, 26].map(letter), ["A", "Z", "A1"]);
    }
}
