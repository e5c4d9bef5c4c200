//! Where something stands in the files a person edits.

use std::fmt;
use std::rc::Rc;

/// A line of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    pub file: Rc<str>,
    pub line: usize,
}

impl fmt::Display for Place {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}:{}", self.file, self.line)
    }
}

/// Something that cannot be loaded, where it is and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    pub place: Place,
    pub reason: String,
    /// Well-formed, but beyond this engine: may be left out when asked to.
    pub unsupported: bool,
}

impl Refusal {
    pub fn malformed(place: &Place, reason: impl Into<String>) -> Self {
        Self {
            place: place.clone(),
            reason: reason.into(),
            unsupported: false,
        }
    }

    pub fn unsupported(place: &Place, reason: impl Into<String>) -> Self {
        Self {
            unsupported: true,
            ..Self::malformed(place, reason)
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: {}", self.place, self.reason)
    }
}
