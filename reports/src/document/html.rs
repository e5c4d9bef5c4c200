//! A document as one HTML page.

use super::script::{SCRIPT, policy};
use super::{Document, Part, Section};
use crate::charts::Chart;
use crate::export::ExportError;
use crate::tables::Table;
use askama::Template;

/// Bytes of drawings and of their data in one page; further charts are left to their tables.
const MOST_DRAWING: usize = 2_000_000;

/// Rows of a table that stand in the page as rows; longer ones are CSV that the script
/// shows page by page.
const MOST_ROWS: usize = 400;

#[derive(Template)]
#[template(path = "report.html")]
struct Page<'a> {
    document: &'a Document,
    version: &'static str,
    policy: String,
    script: &'static str,
    sections: Vec<Shown<'a>>,
}

/// A section on the page.
struct Shown<'a> {
    section: &'a Section,
    /// The section's tags as JSON, for the filters.
    tags: String,
    parts: Vec<ShownPart<'a>>,
}

/// A part on the page.
struct ShownPart<'a> {
    part: &'a Part,
    figure: Option<Figure<'a>>,
    table: Option<ShownTable<'a>>,
}

/// A chart on the page.
struct Figure<'a> {
    chart: &'a Chart,
    drawn: Option<crate::charts::Drawn>,
    caption: String,
    file: String,
    /// The chart's data as a link; empty where it is not drawn.
    data: String,
}

/// A table on the page.
struct ShownTable<'a> {
    table: &'a Table,
    title: String,
    file: String,
    /// The rows as CSV, when there are too many for the page.
    island: Option<String>,
}

pub(super) fn render(document: &Document) -> Result<String, ExportError> {
    let mut drawing = 0;
    let sections: Result<Vec<Shown<'_>>, ExportError> = document
        .sections()
        .map(|section| show(section, &mut drawing))
        .collect();
    let page = Page {
        document,
        version: env!("CARGO_PKG_VERSION"),
        policy: policy(),
        script: SCRIPT,
        sections: sections?,
    };
    Ok(page.render()?)
}

fn show<'a>(section: &'a Section, drawing: &mut usize) -> Result<Shown<'a>, ExportError> {
    let tags: serde_json::Map<String, serde_json::Value> = section
        .tags
        .iter()
        .map(|(name, value)| (name.clone(), value.clone().into()))
        .collect();
    let parts: Result<Vec<ShownPart<'a>>, ExportError> = section
        .parts
        .iter()
        .filter(|part| !part.is_empty())
        .map(|part| show_part(section, part, drawing))
        .collect();
    Ok(Shown {
        section,
        tags: serde_json::Value::Object(tags).to_string(),
        parts: parts?,
    })
}

fn show_part<'a>(
    section: &Section,
    part: &'a Part,
    drawing: &mut usize,
) -> Result<ShownPart<'a>, ExportError> {
    let title = match part.title.as_str() {
        "" => section.title.clone(),
        title => title.to_owned(),
    };
    let scope = format!("{} {}", section.title, section.details);
    let file = file_name(&format!("{}-{title}", section.id));
    let figure = match part.drawn() {
        None => None,
        Some(chart) => Some(figure(chart, &scope, &file, drawing)?),
    };
    let table = part.shown().map(|table| ShownTable {
        table,
        title: match (table.title.as_str(), title) {
            ("", title) => title,
            (own, _) => own.to_owned(),
        },
        file,
        island: (table.rows.len() > MOST_ROWS).then(|| table.csv()),
    });
    Ok(ShownPart {
        part,
        figure,
        table,
    })
}

fn figure<'a>(
    chart: &'a Chart,
    scope: &str,
    file: &str,
    drawing: &mut usize,
) -> Result<Figure<'a>, ExportError> {
    let (drawn, data) = match *drawing < MOST_DRAWING {
        true => (
            Some(chart.draw(scope.trim())?),
            data_link(&chart.data().csv()),
        ),
        false => (None, String::new()),
    };
    let svg = drawn
        .as_ref()
        .map(|drawn| drawn.wide.len() + drawn.narrow.len());
    *drawing += svg.unwrap_or(0) + data.len();
    let mut caption = chart.caption.clone();
    let further = match &drawn {
        Some(_) => chart.left_out(),
        None => {
            caption.clear();
            Some("Not drawn, to keep the page small.".to_owned())
        }
    };
    if let Some(further) = further {
        caption = format!("{caption} {further}").trim().to_owned();
    }
    Ok(Figure {
        chart,
        drawn,
        caption,
        file: format!("{file}-chart.csv"),
        data,
    })
}

/// Text as a link that needs no network.
fn data_link(text: &str) -> String {
    let mut link = String::from("data:text/csv;charset=utf-8,");
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' => link.push(char::from(byte)),
            b'-' | b'.' | b'_' | b',' | b'/' | b'(' | b')' => link.push(char::from(byte)),
            byte => link += &format!("%{byte:02X}"),
        }
    }
    link
}

/// A name that every system takes for a file.
fn file_name(text: &str) -> String {
    let mut name = String::new();
    for letter in text.chars() {
        match letter {
            letter if letter.is_ascii_alphanumeric() => name.push(letter.to_ascii_lowercase()),
            _ if !name.ends_with('-') => name.push('-'),
            _ => {}
        }
    }
    let short: String = name.trim_matches('-').chars().take(80).collect();
    match short.as_str() {
        "" => "data".to_owned(),
        _ => short,
    }
}

#[cfg(test)]
mod tests {
    use super::{data_link, file_name};

    #[test]
    fn any_title_makes_a_file_name() {
        assert_eq!(
            file_name("CPU per transaction (µs)"),
            "cpu-per-transaction-s"
        );
        assert_eq!(file_name("../.."), "data");
    }

    #[test]
    fn data_links_leave_no_room_for_markup() {
        let link = data_link("a\"<b>\n&#é");
        assert!(link.ends_with("a%22%3Cb%3E%0A%26%23%C3%A9"), "{link}");
    }
}
