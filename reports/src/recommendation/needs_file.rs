//! Needs in a file.
//!
//! ```toml
//! has = ["simd", "deadline"]
//! [below]
//! startup = "5ms"
//! [says]
//! licence = "Apache"
//! ```

use super::need::{Need, NeedError, Needs};
use serde::Deserialize;
use std::collections::BTreeMap;

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct File {
    has: Vec<String>,
    below: BTreeMap<String, String>,
    says: BTreeMap<String, String>,
}

impl Needs {
    /// Reads the text of a TOML file; `file` names it in errors.
    ///
    /// # Errors
    /// When it is no such file, with the line or the field.
    pub fn parse_file(file: &str, text: &str, proposals: &[&str]) -> Result<Needs, NeedError> {
        let read: File = toml::from_str(text).map_err(|error| {
            let line = error
                .span()
                .map(|span| text[..span.start.min(text.len())].matches('\n').count() + 1);
            NeedError {
                place: match line {
                    Some(line) => format!("{file}, line {line}"),
                    None => file.to_owned(),
                },
                reason: error.message().to_owned(),
                remedy: "give `has` (a list), [below] and [says] (tables of texts)".to_owned(),
            }
        })?;
        let mut needs = Vec::new();
        for (name, limit) in &read.below {
            needs.push(Need::below(
                &format!("{file}, below.{name}"),
                name,
                limit.trim(),
            )?);
        }
        for (index, word) in read.has.iter().enumerate() {
            let place = format!("{file}, has[{index}]");
            needs.push(Need::parse(&place, word.trim(), proposals)?);
        }
        for (topic, said) in &read.says {
            needs.push(Need::says(
                &format!("{file}, says.{topic}"),
                topic,
                said.trim(),
            )?);
        }
        if needs.is_empty() {
            return Err(NeedError {
                place: file.to_owned(),
                reason: "there is no need in it".to_owned(),
                remedy: "give `has`, [below] or [says]".to_owned(),
            });
        }
        Ok(Needs(needs))
    }
}
