//! The grammar of needs.
//!
//! ```text
//! needs    = need *( "," need )
//! need     = quantity "<" limit | word | fact "=" text
//! limit    = number unit             ; 5ms, 50us, 4MB, 1.5MiB
//! quantity = p50 | p90 | p99 | p999 | cpu | startup | memory | vm-memory | linear-memory | size
//! word     = proposal | deadline | memory-limit | security-policy | release-schedule | sandbox
//! fact     = language | licence | governance | security | releases | proxies
//! ```
//! Blanks around any part do not count; `<=` is taken for `<`.

use super::quantity::{Counted, Quantity};
use serde::Serialize;
use std::fmt;

/// One thing that a runtime must have or be.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Need {
    /// A quantity must stay below a limit, in nanoseconds or bytes.
    Below {
        /// Which.
        quantity: Quantity,
        /// The limit.
        limit: f64,
    },
    /// A feature, a limit that can be enforced, or a property.
    Has {
        /// Its word.
        word: String,
    },
    /// What an engine's sources say of a topic must hold this text, whatever its case.
    Says {
        /// The topic.
        topic: String,
        /// The text.
        text: String,
    },
}

/// A list of needs.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Needs(pub Vec<Need>);

/// Needs that could not be understood.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{place}: {reason}; {remedy}")]
pub struct NeedError {
    /// Where: the option with a position in characters, or a file with its field.
    pub place: String,
    /// What is wrong.
    pub reason: String,
    /// What to do about it.
    pub remedy: String,
}

/// Properties that are no WebAssembly proposal.
pub(super) const PROPERTIES: [&str; 5] = [
    "deadline",
    "memory-limit",
    "security-policy",
    "release-schedule",
    "sandbox",
];
/// Topics of docs/engines.toml.
pub(super) const TOPICS: [&str; 6] = [
    "language",
    "licence",
    "governance",
    "security",
    "releases",
    "proxies",
];

impl Needs {
    /// Reads the text of an option; `proposals` are the features known. `place` names the option.
    ///
    /// # Errors
    /// At the first need that is none, with its position.
    pub fn parse(place: &str, text: &str, proposals: &[&str]) -> Result<Needs, NeedError> {
        let mut needs = Vec::new();
        let mut at = 1;
        for part in text.split(',') {
            let lead = part.chars().take_while(|c| c.is_whitespace()).count();
            let position = format!("{place}, character {}", at + lead);
            needs.push(Need::parse(&position, part.trim(), proposals)?);
            at += part.chars().count() + 1;
        }
        Ok(Needs(needs))
    }
}

impl Need {
    /// Reads one need.
    ///
    /// # Errors
    /// When it is none.
    pub(super) fn parse(place: &str, text: &str, proposals: &[&str]) -> Result<Need, NeedError> {
        let error = |reason: String, remedy: String| NeedError {
            place: place.to_owned(),
            reason,
            remedy,
        };
        if let Some((name, limit)) = text.split_once('<') {
            let limit = limit.strip_prefix('=').unwrap_or(limit);
            return Need::below(place, name.trim(), limit.trim());
        }
        if text.contains('>') {
            return Err(error(
                format!("`{text}` asks for more of a cost"),
                "give an upper limit with <".to_owned(),
            ));
        }
        if let Some((topic, said)) = text.split_once('=') {
            return Need::says(place, topic.trim(), said.trim());
        }
        if Quantity::find(text).is_some() {
            return Err(error(
                format!("`{text}` has no limit"),
                format!("give one, as in {text}<{}", example(text)),
            ));
        }
        if PROPERTIES.contains(&text) || proposals.contains(&text) {
            return Ok(Need::Has {
                word: text.to_owned(),
            });
        }
        Err(error(
            match text.is_empty() {
                true => "there is an empty need".to_owned(),
                false => format!("there is no need `{text}`"),
            },
            format!(
                "use a limit such as startup<5ms, a fact such as licence=Apache, or one of {}, {}",
                PROPERTIES.join(", "),
                proposals.join(", ")
            ),
        ))
    }

    pub(super) fn below(place: &str, name: &str, limit: &str) -> Result<Need, NeedError> {
        let error = |reason: String, remedy: String| NeedError {
            place: place.to_owned(),
            reason,
            remedy,
        };
        let Some(quantity) = Quantity::find(name) else {
            let known: Vec<&str> = Quantity::ALL.iter().map(|known| known.word()).collect();
            return Err(error(
                format!("there is no quantity `{name}`"),
                format!("use one of {}", known.join(", ")),
            ));
        };
        let unit = quantity.unit();
        let remedy = || {
            let words: Vec<&str> = unit.words().iter().map(|(word, _)| *word).collect();
            format!(
                "give a number with one of {}, as in {name}<{}",
                words.join(", "),
                example(name)
            )
        };
        let split = limit
            .find(|c: char| !(c.is_ascii_digit() || c == '.'))
            .unwrap_or(limit.len());
        let (number, word) = limit.split_at(split);
        let scale = unit
            .words()
            .iter()
            .find(|(known, _)| *known == word.trim())
            .map(|(_, scale)| *scale);
        match (number.parse::<f64>(), scale) {
            (Ok(number), Some(scale)) if number > 0.0 && (number * scale).is_finite() => {
                Ok(Need::Below {
                    quantity,
                    limit: number * scale,
                })
            }
            (Ok(_), None) if word.trim().is_empty() => {
                Err(error(format!("the limit `{limit}` has no unit"), remedy()))
            }
            (Ok(_), None) => Err(error(
                format!("`{}` is no unit of {name}", word.trim()),
                remedy(),
            )),
            _ => Err(error(format!("`{limit}` is no limit above zero"), remedy())),
        }
    }

    pub(super) fn says(place: &str, topic: &str, text: &str) -> Result<Need, NeedError> {
        let error = |reason: String| NeedError {
            place: place.to_owned(),
            reason,
            remedy: format!("use one of {} with =TEXT", TOPICS.join(", ")),
        };
        if !TOPICS.contains(&topic) {
            return Err(error(format!("there is no fact `{topic}`")));
        }
        if text.is_empty() {
            return Err(error(format!("`{topic}=` says nothing")));
        }
        Ok(Need::Says {
            topic: topic.to_owned(),
            text: text.to_owned(),
        })
    }
}

fn example(word: &str) -> &'static str {
    match Quantity::find(word).map(Quantity::unit) {
        Some(Counted::Bytes) => "4MB",
        _ => "5ms",
    }
}

/// As the grammar writes it, so that it can be read again.
impl fmt::Display for Need {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Need::Below { quantity, limit } => {
                let words = quantity.unit().words();
                // The largest unit that leaves a whole digit; exact, since `{}` of a number is.
                let (word, scale) = words
                    .iter()
                    .filter(|(word, scale)| {
                        word.is_ascii() && *limit >= *scale && (limit / scale) * scale == *limit
                    })
                    .max_by(|a, b| a.1.total_cmp(&b.1))
                    .unwrap_or(&words[0]);
                write!(f, "{}<{}{word}", quantity.word(), limit / scale)
            }
            Need::Has { word } => f.write_str(word),
            Need::Says { topic, text } => write!(f, "{topic}={text}"),
        }
    }
}

/// As the grammar writes it.
impl fmt::Display for Needs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let texts: Vec<String> = self.0.iter().map(Need::to_string).collect();
        f.write_str(&texts.join(","))
    }
}
