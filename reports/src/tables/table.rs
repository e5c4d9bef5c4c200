//! Tables: headings and cells of text, the same for every exporter.

use crate::model::ModeKind;
use crate::statistics::Word;

/// A table as it stands in every report: on the page, in Markdown, on a terminal and as CSV.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Table {
    /// Its caption; may be empty where the part's title says it.
    pub title: String,
    /// One or two sentences under the title; may be empty.
    pub note: String,
    /// Columns, from left to right.
    pub columns: Vec<Column>,
    /// Rows of as many entries as there are columns.
    pub rows: Vec<Vec<Entry>>,
    /// Headings of columns that a narrow terminal leaves out, the first to go first.
    pub dispensable: Vec<&'static str>,
}

/// A column.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Column {
    /// Heading. Columns called Workload, Runtime, Kind or Isolation are what a page's filters
    /// go by; one called Verdict is kept on one line.
    pub heading: String,
    /// Unit of its numbers; may be empty.
    pub unit: String,
    /// Numbers stand to the right.
    pub numeric: bool,
}

/// One cell of a table: text as it is shown.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Entry {
    /// The text.
    pub text: String,
    /// What it means.
    pub tone: Tone,
}

/// What an entry's text means, beyond the text.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Tone {
    /// Nothing.
    #[default]
    Plain,
    /// It matters most in its table.
    Strong,
    /// It matters little.
    Muted,
    /// Good news.
    Good,
    /// Bad news.
    Bad,
    /// Identifiers, hashes and commands.
    Code,
    /// A kind of mode, with its colour.
    Kind(ModeKind),
}

impl Tone {
    /// The class in HTML; empty for plain text.
    pub(crate) fn class(self) -> &'static str {
        match self {
            Tone::Plain => "",
            Tone::Strong => "strong",
            Tone::Muted => "muted",
            Tone::Good => "good",
            Tone::Bad => "bad",
            Tone::Code => "code",
            Tone::Kind(kind) => kind_class(kind),
        }
    }
}

/// The class in HTML that gives a kind its colour.
fn kind_class(kind: ModeKind) -> &'static str {
    match kind {
        ModeKind::Native => "kind k-native",
        ModeKind::Aot => "kind k-aot",
        ModeKind::OptimisingJit => "kind k-optimising",
        ModeKind::BaselineJit => "kind k-baseline",
        ModeKind::Interpreter => "kind k-interpreter",
        ModeKind::Unknown => "kind k-unknown",
    }
}

impl Table {
    /// A table without columns.
    pub fn new(title: impl Into<String>) -> Table {
        Table {
            title: title.into(),
            ..Table::default()
        }
    }

    /// Sets the sentences under the title.
    #[must_use]
    pub fn note(mut self, note: impl Into<String>) -> Table {
        self.note = note.into();
        self
    }

    /// Adds a column of words.
    #[must_use]
    pub fn words(mut self, heading: impl Into<String>) -> Table {
        let (heading, unit) = (heading.into(), String::new());
        self.columns.push(Column {
            heading,
            unit,
            numeric: false,
        });
        self
    }

    /// Adds a column of numbers, with their unit or none.
    #[must_use]
    pub fn numbers(mut self, heading: impl Into<String>, unit: &str) -> Table {
        let (heading, unit) = (heading.into(), unit.to_owned());
        self.columns.push(Column {
            heading,
            unit,
            numeric: true,
        });
        self
    }

    /// Names the columns that a narrow terminal leaves out, the first to go first.
    #[must_use]
    pub fn dispensable(mut self, headings: &[&'static str]) -> Table {
        self.dispensable = headings.to_vec();
        self
    }

    /// Adds a row of as many entries as there are columns.
    pub fn row(&mut self, row: Vec<Entry>) {
        self.rows.push(row);
    }

    /// The class of a cell in HTML: where its text stands and how it wraps.
    pub(crate) fn class_at(&self, column: &usize, entry: &Entry) -> &'static str {
        match self.columns.get(*column) {
            Some(column) if column.numeric => "num",
            Some(column) if column.heading == "Runtime" => "name",
            Some(column) if column.heading == "Verdict" => "word",
            _ if entry.text.chars().count() > 40 => "long",
            _ => "",
        }
    }

    /// True without rows; such a table is left out of every report.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }
}

impl Column {
    /// The heading with its unit: `p99 (µs)`.
    pub fn full(&self) -> String {
        match self.unit.as_str() {
            "" => self.heading.clone(),
            unit => format!("{} ({unit})", self.heading),
        }
    }
}

impl Entry {
    /// Text with its meaning.
    pub fn toned(text: impl Into<String>, tone: Tone) -> Entry {
        Entry {
            text: text.into(),
            tone,
        }
    }

    /// A kind of mode.
    pub fn kind(kind: ModeKind) -> Entry {
        Entry::toned(kind.words(), Tone::Kind(kind))
    }

    /// One of the four words of a verdict.
    pub fn word(word: Word) -> Entry {
        let tone = match word {
            Word::Faster => Tone::Good,
            Word::Slower => Tone::Bad,
            Word::Same | Word::Undecided => Tone::Muted,
        };
        Entry::toned(word.to_string(), tone)
    }
}

impl<T: Into<String>> From<T> for Entry {
    fn from(text: T) -> Entry {
        Entry::toned(text, Tone::Plain)
    }
}
