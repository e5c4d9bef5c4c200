//! Pairs: two runtimes that somebody wants an answer about.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// Two runtimes to be compared by name.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Pair {
    /// The runtime that the answer is about.
    pub left: String,
    /// The runtime that it is compared with.
    pub right: String,
}

/// A text that names no pair.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("give two different runtimes with a comma between, e.g. wasmtime/winch,wasmi/lazy")]
pub struct ParsePairError;

impl FromStr for Pair {
    type Err = ParsePairError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.split(',').map(str::trim).collect::<Vec<_>>()[..] {
            [left, right] if left != right && !left.is_empty() && !right.is_empty() => Ok(Pair {
                left: left.to_owned(),
                right: right.to_owned(),
            }),
            _ => Err(ParsePairError),
        }
    }
}

impl fmt::Display for Pair {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} against {}", self.left, self.right)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pair_is_two_different_names() {
        let pair: Pair = "a/b, c/d".parse().expect("a pair");
        assert_eq!((pair.left.as_str(), pair.right.as_str()), ("a/b", "c/d"));
        for text in ["", "a", "a,", ",b", "a,a", "a,b,c"] {
            assert_eq!(text.parse::<Pair>(), Err(ParsePairError), "{text:?}");
        }
    }
}
