//! Where something stands in the files a person edits.

use std::fmt;
use std::rc::Rc;

/// A line of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    pub file: Rc<str>,
    pub line: usize,
}

impl Place {
    /// Of what is wrong with a configuration as a whole.
    pub fn whole() -> Self {
        Self {
            file: "configuration".into(),
            line: 1,
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}:{}", self.file, self.line)
    }
}

/// What kind of refusal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// No SecLang, or none that makes sense.
    Malformed,
    /// Well-formed, but beyond this engine: may be left out when asked to.
    Unsupported,
    /// A rule that is taken without some of its actions, which was asked for.
    Reduced,
}

/// Something that cannot be loaded, where it is and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    pub kind: Kind,
    pub place: Place,
    pub reason: String,
}

impl Refusal {
    pub fn malformed(place: &Place, reason: impl Into<String>) -> Self {
        Self {
            kind: Kind::Malformed,
            place: place.clone(),
            reason: reason.into(),
        }
    }

    pub fn unsupported(place: &Place, reason: impl Into<String>) -> Self {
        Self {
            kind: Kind::Unsupported,
            ..Self::malformed(place, reason)
        }
    }

    pub fn reduced(place: &Place, reason: impl Into<String>) -> Self {
        Self {
            kind: Kind::Reduced,
            ..Self::malformed(place, reason)
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: {}", self.place, self.reason)
    }
}
