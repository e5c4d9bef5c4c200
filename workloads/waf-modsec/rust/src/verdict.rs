//! What the rules decided about a message.

use std::fmt;

use crate::seclang::Place;

/// A denial: what to answer, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    pub status: u16,
    /// The id of the rule that decided.
    pub rule: String,
    pub message: String,
    pub phase: u8,
    pub place: Option<Place>,
    /// Where a redirecting rule sends the client.
    pub location: Option<String>,
}

impl Verdict {
    /// The body of the answer.
    pub fn body(&self) -> String {
        format!("Blocked by rule {}.\n", self.rule)
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            status,
            rule,
            phase,
            message,
            ..
        } = self;
        write!(
            formatter,
            "blocked with {status} by rule {rule} in phase {phase}"
        )?;
        if let Some(place) = &self.place {
            write!(formatter, " ({place})")?;
        }
        write!(formatter, ": {message}")
    }
}
