//! Classes of the manifest that free text cannot be compared by.

use serde::{Deserialize, Serialize};
use std::fmt;

/// How accesses to linear memory are kept inside it.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize,
)]
#[serde(rename_all = "kebab-case")]
pub enum BoundsMethod {
    /// By pages that fault: no instruction in the code.
    GuardPages,
    /// By a comparison at each access.
    Explicit,
    /// Not at all.
    None,
    /// Not known.
    #[default]
    #[serde(other)]
    Unknown,
}

/// When the guest's functions are compiled or translated.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize,
)]
#[serde(rename_all = "kebab-case")]
pub enum Compilation {
    /// All of them at start-up, inside its figure.
    AtStart,
    /// Each at its first call: start-up shows a part of it, the first transactions the rest.
    AtFirstCall,
    /// Before the process starts, outside of every figure.
    Before,
    /// Not known.
    #[default]
    #[serde(other)]
    Unknown,
}

impl BoundsMethod {
    /// The method that a text of the manifest tells of.
    pub fn of_text(text: &str) -> BoundsMethod {
        let text = text.to_ascii_lowercase();
        let tells = |words: &[&str]| words.iter().any(|word| text.contains(word));
        // "explicit, no guard pages" is explicit.
        if tells(&["explicit", "software"]) {
            BoundsMethod::Explicit
        } else if tells(&["guard", "hardware", "signal", "trap handler"]) {
            BoundsMethod::GuardPages
        } else if text.starts_with("none") {
            BoundsMethod::None
        } else {
            BoundsMethod::Unknown
        }
    }
}

impl fmt::Display for BoundsMethod {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            BoundsMethod::GuardPages => "guard pages",
            BoundsMethod::Explicit => "explicit checks",
            BoundsMethod::None => "none",
            BoundsMethod::Unknown => "unknown",
        })
    }
}

impl fmt::Display for Compilation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Compilation::AtStart => "in start-up",
            Compilation::AtFirstCall => "partly in start-up",
            Compilation::Before => "before start-up",
            Compilation::Unknown => "unknown",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_of_manifests_tell_their_method() {
        for (text, method) in [
            (
                "guard pages (4 GiB reservation), signals",
                BoundsMethod::GuardPages,
            ),
            (
                "hardware: guard regions and a SIGSEGV handler",
                BoundsMethod::GuardPages,
            ),
            ("explicit, in the interpreter", BoundsMethod::Explicit),
            ("explicit checks, no guard pages", BoundsMethod::Explicit),
            ("none beyond the source language's own", BoundsMethod::None),
            ("as the library does", BoundsMethod::Unknown),
        ] {
            assert_eq!(BoundsMethod::of_text(text), method, "{text}");
        }
    }
}
