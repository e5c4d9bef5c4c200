//! Factors: what can be set, and to which levels.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;

/// Where a factor is set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Layer {
    /// The compiler of the plugin's source.
    Build,
    /// `wasm-opt`, over the module.
    WasmOpt,
    /// The engine that runs the module.
    Engine,
}

/// Something that can be set.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Factor {
    /// Its name, e.g. `opt-level`.
    pub name: String,
    /// Where it is set.
    pub layer: Layer,
    /// What it is unless it is set, for people.
    pub default: String,
    /// Levels to try beside the default.
    pub levels: Vec<String>,
    /// Whether its levels are measured but never chosen, because they are a matter of
    /// safety and not of speed.
    pub only_told: bool,
}

/// Which levels are not the default: factor and level.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Choice(pub BTreeMap<String, String>);

impl Choice {
    /// The choice that differs from the default in one factor.
    pub fn single(factor: &str, level: &str) -> Choice {
        Choice::default().with(factor, level)
    }

    /// The same with one factor set.
    #[must_use]
    pub fn with(mut self, factor: &str, level: &str) -> Choice {
        self.0.insert(factor.to_owned(), level.to_owned());
        self
    }

    /// The same with one factor at its default.
    #[must_use]
    pub fn without(mut self, factor: &str) -> Choice {
        self.0.remove(factor);
        self
    }

    /// The level of a factor, where it is not the default.
    pub fn level(&self, factor: &str) -> Option<&str> {
        self.0.get(factor).map(String::as_str)
    }

    /// Whether nothing is changed.
    pub fn is_default(&self) -> bool {
        self.0.is_empty()
    }

    /// The part of the choice that these factors make up.
    #[must_use]
    pub fn part(&self, factors: &[Factor], layer: Layer) -> Choice {
        let of = |name: &String| {
            factors
                .iter()
                .any(|factor| factor.layer == layer && factor.name == *name)
        };
        let levels = self.0.iter().filter(|(name, _)| of(name));
        Choice(levels.map(|(a, b)| (a.clone(), b.clone())).collect())
    }
}

/// `default`, or the levels as `opt-level=s lto=fat`.
impl fmt::Display for Choice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_default() {
            return f.write_str("default");
        }
        let levels: Vec<String> = self
            .0
            .iter()
            .map(|(factor, level)| format!("{factor}={level}"))
            .collect();
        f.write_str(&levels.join(" "))
    }
}
