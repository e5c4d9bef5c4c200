//! The file as it is written.

use std::collections::BTreeMap;
use std::path::PathBuf;

use reports::Figure;
use serde::Deserialize;
use toml::Spanned;

/// The file as it is written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Written {
    pub(super) plugin: WrittenPlugin,
    pub(super) base: Spanned<WrittenBase>,
    #[serde(default)]
    pub(super) measure: WrittenMeasure,
    #[serde(default)]
    pub(super) limits: BTreeMap<Figure, Spanned<String>>,
    #[serde(default)]
    pub(super) ceilings: BTreeMap<Figure, Spanned<WrittenAmount>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct WrittenPlugin {
    pub(super) module: Spanned<PathBuf>,
    pub(super) config: Option<Spanned<PathBuf>>,
    pub(super) requests: Spanned<PathBuf>,
    #[serde(default)]
    pub(super) root_id: String,
    #[serde(default)]
    pub(super) models: BTreeMap<String, Spanned<PathBuf>>,
    #[serde(default = "yes")]
    pub(super) same_outcomes: bool,
}

fn yes() -> bool {
    true
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct WrittenBase {
    pub(super) file: Option<Spanned<PathBuf>>,
    pub(super) git: Option<String>,
    pub(super) build: Option<String>,
    pub(super) path: Option<PathBuf>,
    pub(super) pwbench: Option<Spanned<PathBuf>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct WrittenMeasure {
    #[serde(default)]
    pub(super) runtimes: Vec<Spanned<String>>,
    #[serde(default = "usual_seconds")]
    pub(super) seconds: Spanned<u64>,
}

impl Default for WrittenMeasure {
    fn default() -> Self {
        Self {
            runtimes: Vec::new(),
            seconds: usual_seconds(),
        }
    }
}

fn usual_seconds() -> Spanned<u64> {
    Spanned::new(0..0, 20)
}

#[derive(Deserialize)]
#[serde(untagged)]
pub(super) enum WrittenAmount {
    Whole(u64),
    Text(String),
}
