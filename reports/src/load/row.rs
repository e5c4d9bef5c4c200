//! Rows: a proxy with a filter.

use crate::model::Arm;
use serde::{Deserialize, Serialize};

/// Word of rows without a filter, with which the others of their proxy are compared.
const NONE: &str = "none";

/// A proxy with a filter.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(default)]
pub struct LoadRow {
    /// The proxy: bench, envoy, nginx, ats, mosn.
    pub proxy: String,
    /// The kind of filter: none, wasm, lua, native.
    pub filter: String,
    /// What runs it: a runtime's id for our own proxy, else as people call it.
    pub mechanism: String,
    /// Main, or the A/A control.
    pub arm: Arm,
}

impl LoadRow {
    /// Its name in reports.
    pub fn label(&self) -> String {
        let control = match self.arm {
            Arm::Main => "",
            Arm::Control => " (A/A control)",
        };
        match self.is_bare() {
            true => format!("{}{control}", self.proxy),
            false => format!("{} + {}{control}", self.proxy, self.mechanism),
        }
    }

    /// Whether it has no filter.
    pub fn is_bare(&self) -> bool {
        self.filter == NONE
    }

    /// Whether it is the A/A control of another row.
    pub fn is_control(&self) -> bool {
        self.arm == Arm::Control
    }

    /// The same row under another name.
    #[must_use]
    pub fn control(&self) -> LoadRow {
        LoadRow {
            arm: Arm::Control,
            ..self.clone()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_name_proxy_mechanism_and_control() {
        let row = LoadRow {
            proxy: "nginx".into(),
            filter: "lua".into(),
            mechanism: "LuaJIT".into(),
            arm: Arm::Main,
        };
        assert_eq!(row.label(), "nginx + LuaJIT");
        assert_eq!(row.control().label(), "nginx + LuaJIT (A/A control)");
        let bare = LoadRow {
            filter: "none".into(),
            ..row
        };
        assert_eq!(bare.label(), "nginx");
    }
}
