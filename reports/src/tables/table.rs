//! Tables: headings and cells of text, the same for every exporter.

use crate::model::ModeKind;
use crate::statistics::Word;

/// A table as it stands in every report.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Table {
    pub(crate) title: String,
    /// One or two sentences under the title; may be empty.
    pub(crate) note: String,
    pub(crate) columns: Vec<Column>,
    pub(crate) rows: Vec<Vec<Entry>>,
}

/// A column.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Column {
    pub(crate) heading: String,
    /// Unit of its numbers; may be empty.
    pub(crate) unit: String,
    /// Numbers stand to the right.
    pub(crate) numeric: bool,
}

/// One cell of a table.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Entry {
    pub(crate) text: String,
    pub(crate) tone: Tone,
}

/// What a cell's text means, beyond the text.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Tone {
    #[default]
    Plain,
    Strong,
    Muted,
    Good,
    Bad,
    /// Identifiers, hashes and commands.
    Code,
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
pub(crate) fn kind_class(kind: ModeKind) -> &'static str {
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
    pub(crate) fn new(title: impl Into<String>) -> Table {
        Table {
            title: title.into(),
            ..Table::default()
        }
    }

    pub(crate) fn note(mut self, note: impl Into<String>) -> Table {
        self.note = note.into();
        self
    }

    /// Adds a column of words.
    pub(crate) fn words(mut self, heading: &str) -> Table {
        let (heading, unit) = (heading.to_owned(), String::new());
        self.columns.push(Column {
            heading,
            unit,
            numeric: false,
        });
        self
    }

    /// Adds a column of numbers.
    pub(crate) fn numbers(mut self, heading: impl Into<String>, unit: &str) -> Table {
        let (heading, unit) = (heading.into(), unit.to_owned());
        self.columns.push(Column {
            heading,
            unit,
            numeric: true,
        });
        self
    }

    pub(crate) fn row(&mut self, row: Vec<Entry>) {
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

    pub(crate) fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }
}

impl Column {
    /// The heading with its unit: `p99 (µs)`.
    pub(crate) fn full(&self) -> String {
        match self.unit.as_str() {
            "" => self.heading.clone(),
            unit => format!("{} ({unit})", self.heading),
        }
    }
}

impl Entry {
    pub(crate) fn toned(text: impl Into<String>, tone: Tone) -> Entry {
        Entry {
            text: text.into(),
            tone,
        }
    }

    pub(crate) fn kind(kind: ModeKind) -> Entry {
        Entry::toned(kind.words(), Tone::Kind(kind))
    }

    pub(crate) fn word(word: Word) -> Entry {
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
