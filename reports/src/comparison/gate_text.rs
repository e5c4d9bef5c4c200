//! The gate's result for a pull request: Markdown, and JUnit for what shows tests.

use super::{GateOutcome, GateReport, GateRow, GateStatus, Limit};
use std::fmt::Write as _;

impl GateReport {
    /// The result in one sentence.
    pub fn headline(&self) -> String {
        let count = |status| self.rows.iter().filter(|row| row.status == status).count();
        let (rows, cells) = (self.rows.len(), self.comparison.cells.len());
        match self.outcome {
            GateOutcome::Passed => format!("All {rows} limits hold, on {cells} cells."),
            GateOutcome::Failed if self.comparison.has_failures() => {
                let failed = self.comparison.cells.iter().find_map(|cell| {
                    let failure = cell.failure.as_ref()?;
                    Some(format!("{}: {failure}", cell.label))
                });
                format!("A check failed: {}", failed.unwrap_or_default())
            }
            GateOutcome::Failed => {
                format!("{} of {rows} limits are broken.", count(GateStatus::Failed))
            }
            GateOutcome::Undecided => format!(
                "No limit is broken; {} of {rows} could not be decided in the time given.",
                count(GateStatus::Undecided) + count(GateStatus::Missing)
            ),
            GateOutcome::Untrusted => format!(
                "This machine cannot support a verdict: {}.",
                self.comparison
                    .objection
                    .as_deref()
                    .unwrap_or("a side measured twice differed from itself")
            ),
        }
    }

    /// A table for a pull request.
    pub fn markdown(&self) -> String {
        let mut text = format!(
            "### pwbench gate: {}\n\n{}\n\n",
            self.outcome,
            escaped(&self.headline())
        );
        let sides = [&self.comparison.base, &self.comparison.new].map(|side| escaped(side));
        let _ = writeln!(text, "Base: {}. New: {}.\n", sides[0], sides[1]);
        text.push_str(
            "| | Cell | Figure | Limit | Base | New | Ratio (interval) | n | Why |\n\
             |---|---|---|--:|--:|--:|--:|--:|---|\n",
        );
        for row in &self.rows {
            let value =
                |value: Option<f64>| value.map_or("–".to_owned(), |value| row.figure.show(value));
            let _ = writeln!(
                text,
                "| {} | {} | {} | {} | {} | {} | {} | {} | {} |",
                status(row.status),
                escaped(&row.cell),
                row.figure,
                row.limit_text(),
                value(row.base),
                value(row.new),
                row.ratio_text(),
                if row.n > 0 {
                    row.n.to_string()
                } else {
                    "exact".to_owned()
                },
                escaped(&row.reason),
            );
        }
        let _ = writeln!(
            text,
            "\n{} of measuring, both sides in turns on this machine; a regression counts when \
             fresh processes find it again.",
            seconds(self.comparison.seconds)
        );
        text
    }

    /// JUnit's XML: a suite for each cell, a case for each limit.
    pub fn junit(&self) -> String {
        let count = |rows: &[&GateRow], statuses: &[GateStatus]| {
            rows.iter()
                .filter(|row| statuses.contains(&row.status))
                .count()
        };
        let all: Vec<&GateRow> = self.rows.iter().collect();
        let totals = |rows: &[&GateRow]| {
            format!(
                "tests=\"{}\" failures=\"{}\" errors=\"{}\" skipped=\"{}\"",
                rows.len(),
                count(rows, &[GateStatus::Failed]),
                count(rows, &[GateStatus::Untrusted, GateStatus::Missing]),
                count(rows, &[GateStatus::Undecided]),
            )
        };
        let mut text = format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"pwbench gate\" {}>\n",
            totals(&all)
        );
        for cell in &self.comparison.cells {
            let own: Vec<&GateRow> = all
                .iter()
                .copied()
                .filter(|row| row.cell == cell.label)
                .collect();
            let _ = writeln!(
                text,
                "  <testsuite name=\"{}\" {}>",
                xml(&cell.label),
                totals(&own)
            );
            for row in own {
                let name = match row.limit {
                    Limit::Growth(_) => {
                        format!("{} grows by at most {}", row.figure, row.limit_text())
                    }
                    Limit::Ceiling(_) => format!("{} is at most {}", row.figure, row.limit_text()),
                };
                let _ = write!(
                    text,
                    "    <testcase classname=\"{}\" name=\"{}\">",
                    xml(&cell.label),
                    xml(&name)
                );
                let told = xml(&format!("ratio {}; {}", row.ratio_text(), row.reason));
                let _ = match row.status {
                    GateStatus::Passed => Ok(()),
                    GateStatus::Failed => write!(text, "<failure message=\"{told}\"/>"),
                    GateStatus::Undecided => write!(text, "<skipped message=\"{told}\"/>"),
                    GateStatus::Untrusted | GateStatus::Missing => {
                        write!(text, "<error message=\"{told}\"/>")
                    }
                };
                text.push_str("</testcase>\n");
            }
            text.push_str("  </testsuite>\n");
        }
        text.push_str("</testsuites>\n");
        text
    }
}

impl GateRow {
    /// The limit as it is written.
    pub fn limit_text(&self) -> String {
        match self.limit {
            Limit::Growth(share) => format!("{} %", trimmed(share * 100.0)),
            Limit::Ceiling(most) => self.figure.show(most),
        }
    }

    /// The ratio with its interval.
    pub fn ratio_text(&self) -> String {
        match (self.ratio, self.interval) {
            (Some(ratio), Some(interval)) => {
                format!("{ratio:.4} ({:.4} to {:.4})", interval.low, interval.high)
            }
            (Some(ratio), None) => format!("{ratio:.4}"),
            (None, _) => "–".to_owned(),
        }
    }
}

fn status(status: GateStatus) -> &'static str {
    match status {
        GateStatus::Passed => "✅ passed",
        GateStatus::Failed => "❌ failed",
        GateStatus::Undecided => "❔ undecided",
        GateStatus::Untrusted => "⚠️ untrusted",
        GateStatus::Missing => "⚠️ missing",
    }
}

/// A number without needless digits.
fn trimmed(number: f64) -> String {
    let text = format!("{number:.3}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

fn seconds(seconds: f64) -> String {
    format!("{seconds:.1} s")
}

/// Text in a cell of a Markdown table: names of files may hold anything.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '|' | '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '#' => {
                escaped.push('\\');
                escaped.push(c);
            }
            c if c.is_control() => escaped.push(' '),
            c => escaped.push(c),
        }
    }
    escaped
}

/// Text in an attribute of XML 1.0, which knows no control characters.
fn xml(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\u{fffe}' | '\u{ffff}' => escaped.push(' '),
            c if c.is_control() => escaped.push(' '),
            c => escaped.push(c),
        }
    }
    escaped
}
