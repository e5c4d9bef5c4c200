//! Where in the file something is wrong.

use std::ops::Range;
use std::path::Path;

use crate::error::Error;

/// A text with the file that it was read from, to say where something is wrong.
pub(super) struct Document<'a> {
    pub(super) file: &'a Path,
    pub(super) text: &'a str,
}

impl Document<'_> {
    pub(super) fn refused(&self, error: &toml::de::Error) -> Error {
        let span = error.span().unwrap_or(0..0);
        self.at(
            span,
            error.message().replace('\n', " "),
            "docs/ci.md lists the fields",
        )
    }

    pub(super) fn at(&self, span: Range<usize>, reason: String, remedy: &str) -> Error {
        let before = self.text.get(..span.start).unwrap_or_default();
        let line = before.matches('\n').count() + 1;
        let field = self.field(line);
        Error::Line {
            file: self.file.to_path_buf(),
            line,
            reason: match field.is_empty() {
                true => reason,
                false => format!("{field}: {reason}"),
            },
            remedy: remedy.to_owned(),
        }
    }

    /// The field that a line is about, with its section.
    fn field(&self, line: usize) -> String {
        let mut section = "";
        let mut key = "";
        for text in self.text.lines().take(line) {
            let text = text.trim();
            if let Some(name) = text.strip_prefix('[') {
                section = name.trim_end_matches(']');
                key = "";
            } else if let Some((name, _)) = text.split_once('=') {
                key = name.trim();
            }
        }
        match (section, key) {
            ("", key) => key.to_owned(),
            (section, "") => section.to_owned(),
            (section, key) => format!("{section}.{key}"),
        }
    }
}
