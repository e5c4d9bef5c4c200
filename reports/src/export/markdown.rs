//! `report.md`: the same tables, for a pull request.

use super::method::method;
use super::notices::notices;
use super::{ExportError, Exporter};
use crate::summary::Summary;
use crate::tables::{self, Table};

/// GitHub-flavoured Markdown.
#[derive(Debug, Clone, Copy, Default)]
pub struct Markdown;

impl Exporter for Markdown {
    fn file_name(&self) -> &'static str {
        "report.md"
    }

    fn export(&self, summary: &Summary) -> Result<String, ExportError> {
        let mut out = String::new();
        let headline = &summary.headline;
        out += &format!(
            "# {}\n\n{}\n\n",
            plain(&headline.sentence),
            plain(&headline.certainty)
        );
        for sentence in &headline.by_ranking {
            out += &format!("- {}\n", plain(sentence));
        }
        if !headline.by_ranking.is_empty() {
            out.push('\n');
        }
        let caution = Some(&headline.caution).filter(|caution| !caution.is_empty());
        for notice in caution.into_iter().chain(&notices(summary)) {
            out += &format!("> {}\n\n", plain(notice));
        }
        for group in &summary.groups {
            open(&mut out, 2, &tables::ranking(summary, group));
            for table in [
                tables::latency(group),
                tables::callbacks(group),
                tables::startup(group),
                tables::break_even_table(group),
                tables::memory(group),
                tables::counts(group),
                tables::host_calls(group),
            ] {
                folded(&mut out, &table);
            }
        }
        if let Some(overall) = &summary.overall {
            open(&mut out, 2, &tables::overall(overall, summary.primary));
        }
        open(&mut out, 2, &tables::side_by_side(summary));
        for found in &summary.pairs {
            let table = tables::pair(found);
            match table.is_empty() {
                true => {
                    out += &format!("## {}\n\n{}\n\n", plain(&table.title), plain(&table.note));
                }
                false => open(&mut out, 2, &table),
            }
        }
        open(&mut out, 2, &tables::availability(summary));
        open(&mut out, 3, &tables::failures(summary));
        open(&mut out, 3, &tables::remedies(summary));
        open(&mut out, 3, &tables::conformance_failures(summary));
        open(&mut out, 2, &tables::controls(summary));
        for table in [
            tables::fairness(summary),
            tables::workloads(summary),
            tables::machine(summary),
            tables::raw(summary),
        ] {
            folded(&mut out, &table);
        }
        out += "## Method\n\n";
        for paragraph in method(summary) {
            out += &format!("{}\n\n", plain(&paragraph));
        }
        out.truncate(out.trim_end().len());
        out.push('\n');
        Ok(out)
    }
}

fn open(out: &mut String, level: usize, table: &Table) {
    if !table.is_empty() {
        *out += &format!("{} {}\n\n", "#".repeat(level), plain(&table.title));
        body(out, table);
    }
}

/// Folded away, so that a pull request stays readable.
fn folded(out: &mut String, table: &Table) {
    if !table.is_empty() {
        *out += &format!("<details><summary>{}</summary>\n\n", plain(&table.title));
        body(out, table);
        *out += "</details>\n\n";
    }
}

fn body(out: &mut String, table: &Table) {
    if !table.note.is_empty() {
        *out += &format!("{}\n\n", plain(&table.note));
    }
    let line = |cells: Vec<String>| format!("| {} |\n", cells.join(" | "));
    *out += &line(
        table
            .columns
            .iter()
            .map(|column| plain(&column.full()))
            .collect(),
    );
    let rule = |numeric: bool| if numeric { "--:" } else { "---" }.to_owned();
    *out += &line(
        table
            .columns
            .iter()
            .map(|column| rule(column.numeric))
            .collect(),
    );
    for row in &table.rows {
        *out += &line(row.iter().map(|entry| plain(&entry.text)).collect());
    }
    out.push('\n');
}

/// Text that Markdown and the HTML within it leave as it is.
fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => out += "&amp;",
            '<' => out += "&lt;",
            '>' => out += "&gt;",
            '\\' | '|' | '*' | '_' | '`' | '[' | ']' | '~' | '#' => {
                out.push('\\');
                out.push(letter);
            }
            letter if letter.is_control() => out.push(' '),
            letter => out.push(letter),
        }
    }
    out
}
