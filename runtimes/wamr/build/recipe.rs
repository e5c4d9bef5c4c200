//! What a variant is made of: native/variants.json, which scripts/engines/wamr reads too.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

/// The parts of one variant for the target that cargo builds for.
pub(crate) struct Recipe {
    parts: Vec<Value>,
}

impl Recipe {
    pub(crate) fn read(path: &Path, variant: &str) -> Result<Self, String> {
        let text =
            fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
        let recipe: Value =
            serde_json::from_str(&text).map_err(|error| format!("{}: {error}", path.display()))?;
        let target = |name: &str| env::var(format!("CARGO_CFG_TARGET_{name}")).unwrap_or_default();
        let (system, processor) = (target("OS"), target("ARCH"));
        let supported = |group: &str, name: &str| {
            let found = recipe[group].get(name).cloned();
            found.ok_or_else(|| format!("{name} is none of the {group} it is built for here"))
        };
        let mut parts = vec![supported("systems", &system)?];
        let processor = supported("processors", &processor)?;
        for part in recipe["variants"][variant].as_array().into_iter().flatten() {
            let name = part.as_str().unwrap_or_default();
            parts.push(recipe["parts"][name].clone());
            parts.extend(processor.get(name).cloned());
        }
        Ok(Self { parts })
    }

    /// The source files under `root`.
    pub(crate) fn sources(&self, root: &Path) -> Result<Vec<PathBuf>, String> {
        let without: Vec<PathBuf> = self.all("without").map(|file| root.join(file)).collect();
        let mut files = Vec::new();
        for pattern in self.all("sources") {
            files.extend(matching(&root.join(pattern))?);
        }
        files.retain(|file| !without.contains(file));
        Ok(files)
    }

    pub(crate) fn includes(&self) -> impl Iterator<Item = &str> {
        self.all("includes")
    }

    pub(crate) fn defines(&self) -> impl Iterator<Item = &str> {
        self.all("defines")
    }

    /// Definitions, after all others, for one source file under `root`: those of its folder.
    pub(crate) fn alone(&self, root: &Path, file: &Path) -> Vec<&str> {
        let folder = file
            .parent()
            .and_then(|folder| folder.strip_prefix(root).ok());
        let name = folder.and_then(Path::to_str).unwrap_or_default();
        self.parts
            .iter()
            .filter_map(|part| part["alone"][name].as_array())
            .flatten()
            .filter_map(Value::as_str)
            .collect()
    }

    fn all<'a>(&'a self, list: &'a str) -> impl Iterator<Item = &'a str> {
        self.parts
            .iter()
            .filter_map(move |part| part[list].as_array())
            .flatten()
            .filter_map(Value::as_str)
    }
}

/// The file, or with `*.extension` as its name the files of that extension, in order.
fn matching(pattern: &Path) -> Result<Vec<PathBuf>, String> {
    let name = pattern.file_name().and_then(|name| name.to_str());
    let Some(extension) = name.and_then(|name| name.strip_prefix("*.")) else {
        return Ok(vec![pattern.to_path_buf()]);
    };
    let folder = pattern.parent().unwrap_or(pattern);
    let entries = fs::read_dir(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let mut files: Vec<PathBuf> = entries
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.extension().is_some_and(|found| found == extension))
        .collect();
    files.sort();
    Ok(files)
}
