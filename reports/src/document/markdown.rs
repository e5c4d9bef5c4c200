//! A document as GitHub-flavoured Markdown.

use super::{Document, Part, Section, Weight};
use crate::tables::{Column, Table};

pub(super) fn render(document: &Document) -> String {
    let mut out = format!("# {}\n\n", plain(&document.headline));
    if !document.certainty.is_empty() {
        out += &format!("{}\n\n", plain(&document.certainty));
    }
    for sentence in &document.points {
        out += &format!("- {}\n", plain(sentence));
    }
    if !document.points.is_empty() {
        out.push('\n');
    }
    for caution in &document.cautions {
        out += &format!("> {}\n\n", plain(caution));
    }
    for section in document.sections() {
        render_section(&mut out, section);
    }
    out.truncate(out.trim_end().len());
    out.push('\n');
    out
}

fn render_section(out: &mut String, section: &Section) {
    let details = match section.details.as_str() {
        "" => String::new(),
        details => format!(" ({})", plain(details)),
    };
    *out += &format!("## {}{details}\n\n", plain(&section.title));
    if !section.note.is_empty() {
        *out += &format!("{}\n\n", plain(&section.note));
    }
    for part in &section.parts {
        render_part(out, section, part);
    }
}

fn render_part(out: &mut String, section: &Section, part: &Part) {
    // Charts do not stand in Markdown; the tables have their numbers.
    let table = part.shown();
    if table.is_none() && part.paragraphs.is_empty() {
        return;
    }
    if part.weight == Weight::Detail {
        *out += &format!("<details><summary>{}</summary>\n\n", plain(&part.title));
    } else if !part.title.is_empty() && part.title != section.title {
        *out += &format!("### {}\n\n", plain(&part.title));
    }
    for paragraph in &part.paragraphs {
        *out += &format!("{}\n\n", plain(paragraph));
    }
    if let Some(table) = table {
        body(out, table);
    }
    if part.weight == Weight::Detail {
        *out += "</details>\n\n";
    }
}

fn body(out: &mut String, table: &Table) {
    if !table.note.is_empty() {
        *out += &format!("{}\n\n", plain(&table.note));
    }
    let line = |cells: Vec<String>| format!("| {} |\n", cells.join(" | "));
    let headings = table.columns.iter().map(Column::full);
    *out += &line(headings.map(|heading| plain(&heading)).collect());
    let rule = |column: &Column| if column.numeric { "--:" } else { "---" }.to_owned();
    *out += &line(table.columns.iter().map(rule).collect());
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
