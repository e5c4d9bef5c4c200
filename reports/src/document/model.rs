//! What a document is made of.

use super::{html, markdown, terminal};
use crate::charts::Chart;
use crate::export::ExportError;
use crate::model::write_whole;
use crate::tables::Table;
use std::path::{Path, PathBuf};

/// A result as people read it, whatever it is a result of.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Document {
    /// Title of the page, e.g. `pwbench 20260102-030405-quick`.
    pub title: String,
    /// What sort of result it is, e.g. `Proxy-Wasm runtimes compared`.
    pub subject: String,
    /// The result in one sentence.
    pub headline: String,
    /// False when the headline is no verdict.
    pub decided: bool,
    /// How sure the headline is; may be empty.
    pub certainty: String,
    /// Further sentences below it, one each.
    pub points: Vec<String>,
    /// What must be known before the numbers are read, one sentence each.
    pub cautions: Vec<String>,
    /// Short facts for the first screen: name and value.
    pub facts: Vec<(String, String)>,
    /// The body.
    pub sections: Vec<Section>,
    /// One line at the end of the page, e.g. who made it of what.
    pub footer: String,
}

/// A section with a heading of its own.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Section {
    /// Anchor; letters, digits and hyphens, once in a document.
    pub id: String,
    /// Heading.
    pub title: String,
    /// What sets it apart from others with that title; may be empty.
    pub details: String,
    /// A sentence under the heading; may be empty.
    pub note: String,
    /// What the section is about, for the page's filters: name of a filter and value, e.g.
    /// `Workload` and `header-rewrite`. None where it is about everything.
    pub tags: Vec<(String, String)>,
    /// Charts, tables and prose.
    pub parts: Vec<Part>,
}

/// A chart with its table, or either alone, or prose.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Part {
    /// Heading; may be empty.
    pub title: String,
    /// Prose before the chart.
    pub paragraphs: Vec<String>,
    /// The chart; left out when empty.
    pub chart: Option<Chart>,
    /// The table; with a chart it is folded below it.
    pub table: Option<Table>,
    /// Where it is shown.
    pub weight: Weight,
}

/// How much a part matters, and so where it is shown.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Weight {
    /// What was asked for: shown everywhere, also on a terminal.
    #[default]
    Result,
    /// What a reader of the report wants to see, too: not on a terminal.
    Evidence,
    /// What is looked up rather than read: folded in Markdown, too.
    Detail,
}

impl Section {
    /// A section without parts.
    pub fn new(id: impl Into<String>, title: impl Into<String>) -> Section {
        Section {
            id: id.into(),
            title: title.into(),
            ..Section::default()
        }
    }

    /// Adds a part, unless there is nothing in it.
    #[must_use]
    pub fn part(mut self, part: Part) -> Section {
        if !part.is_empty() {
            self.parts.push(part);
        }
        self
    }

    /// True without a note and parts; such a section is left out of every report.
    pub fn is_empty(&self) -> bool {
        self.note.is_empty() && self.parts.iter().all(Part::is_empty)
    }
}

impl Part {
    /// A table under its title.
    pub fn table(table: Table) -> Part {
        Part {
            title: table.title.clone(),
            table: Some(table),
            ..Part::default()
        }
    }

    /// A chart under its title.
    pub fn chart(chart: Chart) -> Part {
        Part {
            title: chart.title().to_owned(),
            chart: Some(chart),
            ..Part::default()
        }
    }

    /// A chart under its title, with the table of what it shows.
    pub fn chart_and_table(chart: Chart, table: Table) -> Part {
        let title = match chart.is_empty() {
            true => table.title.clone(),
            false => chart.title().to_owned(),
        };
        Part {
            title,
            chart: Some(chart),
            table: Some(table),
            ..Part::default()
        }
    }

    /// Paragraphs of prose.
    pub fn prose(paragraphs: impl IntoIterator<Item = String>) -> Part {
        Part {
            paragraphs: paragraphs.into_iter().collect(),
            ..Part::default()
        }
    }

    /// Under another title.
    #[must_use]
    pub fn titled(mut self, title: impl Into<String>) -> Part {
        self.title = title.into();
        self
    }

    /// As [`Weight::Evidence`].
    #[must_use]
    pub fn evidence(mut self) -> Part {
        self.weight = Weight::Evidence;
        self
    }

    /// As [`Weight::Detail`].
    #[must_use]
    pub fn detail(mut self) -> Part {
        self.weight = Weight::Detail;
        self
    }

    /// The chart, unless it is empty.
    pub(super) fn drawn(&self) -> Option<&Chart> {
        self.chart.as_ref().filter(|chart| !chart.is_empty())
    }

    /// The table, unless it is empty.
    pub(super) fn shown(&self) -> Option<&Table> {
        self.table.as_ref().filter(|table| !table.is_empty())
    }

    /// True when there is nothing to show.
    pub fn is_empty(&self) -> bool {
        self.paragraphs.is_empty() && self.drawn().is_none() && self.shown().is_none()
    }
}

impl Document {
    /// One HTML page that needs no network, in light and dark, for wide and narrow pages and
    /// for print, with its filters and sorting.
    ///
    /// # Errors
    /// When a chart cannot be drawn.
    pub fn html(&self) -> Result<String, ExportError> {
        html::render(self)
    }

    /// GitHub-flavoured Markdown, for a pull request.
    pub fn markdown(&self) -> String {
        markdown::render(self)
    }

    /// The parts of [`Weight::Result`], the cautions and the headline, for a terminal of
    /// `width` columns, without colours.
    pub fn terminal(&self, width: u16) -> String {
        terminal::render(self, width)
    }

    /// Writes `report.html` and `report.md` into a folder that exists, each whole or not at
    /// all, and returns their paths.
    ///
    /// # Errors
    /// When a chart cannot be drawn or a file not written.
    pub fn write_all(&self, dir: &Path) -> Result<Vec<PathBuf>, ExportError> {
        let files = [
            (dir.join("report.html"), self.html()?),
            (dir.join("report.md"), self.markdown()),
        ];
        let mut paths = Vec::new();
        for (path, text) in files {
            write_whole(&path, text.as_bytes())?;
            paths.push(path);
        }
        Ok(paths)
    }

    /// Takes another result along: its headline becomes a point, its cautions and sections
    /// follow those that are here.
    pub fn take_along(&mut self, other: Document) {
        let subject = match other.subject.as_str() {
            "" => other.title.clone(),
            subject => subject.to_owned(),
        };
        let number = 2 + self.taken();
        self.points.push(format!("{subject}: {}", other.headline));
        let cautions = other.cautions.into_iter();
        self.cautions
            .extend(cautions.map(|text| format!("{subject}: {text}")));
        for mut section in other.sections {
            section.id = format!("w{number}-{}", section.id);
            section.details = match section.details.as_str() {
                "" => other.title.clone(),
                details => format!("{details}; {}", other.title),
            };
            self.sections.push(section);
        }
    }

    /// How many documents were taken along so far.
    fn taken(&self) -> usize {
        let number = |section: &Section| {
            let (number, _) = section.id.strip_prefix('w')?.split_once('-')?;
            number.parse::<usize>().ok()
        };
        let most = self.sections.iter().filter_map(number).max();
        most.map_or(0, |most| most - 1)
    }

    pub(super) fn sections(&self) -> impl Iterator<Item = &Section> {
        self.sections.iter().filter(|section| !section.is_empty())
    }
}
