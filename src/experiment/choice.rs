//! Which workloads and variants were asked for.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use workloads::{Listed, Variant};

use crate::cli::Selection;
use crate::error::Error;
use crate::trial::Source;

/// Where each chosen workload comes from, with the variant to measure.
///
/// # Errors
/// When a workload, a variant or a group is unknown, or a folder is not what it should be.
pub(crate) fn sources(selection: &Selection) -> Result<Vec<Source>, Error> {
    let plugin = &selection.plugin;
    if let (Some(module), Some(requests)) = (&plugin.module, &plugin.requests) {
        return Ok(vec![Source::Files {
            module: module.clone(),
            config: plugin.config.clone(),
            requests: requests.clone(),
            native_twin: selection.native_twin.clone(),
            root_id: plugin.root_id.clone(),
            models: selection.models.clone(),
        }]);
    }
    let mut all = Vec::new();
    for folder in &selection.folders {
        all.push(Candidates::of_folder(folder)?);
    }
    let mut names: Vec<&str> = Vec::new();
    for name in selection.workloads.iter().map(String::as_str) {
        // A name given twice would make two cells of one name.
        if !names.contains(&name) {
            names.push(name);
        }
    }
    if names.is_empty() && all.is_empty() {
        names = workloads::names().collect();
    }
    for name in names {
        let own = all.iter().find(|candidates| candidates.name == name);
        if own.is_some() {
            return Err(Error::TwoWorkloads {
                name: name.to_owned(),
            });
        }
        all.push(Candidates::built_in(name)?);
    }
    choose(&all, selection)
}

/// A workload with the variants that may be chosen from.
struct Candidates {
    name: String,
    folder: Option<PathBuf>,
    variants: Vec<Variant>,
}

impl Candidates {
    fn built_in(name: &str) -> Result<Self, Error> {
        Ok(Self {
            name: name.to_owned(),
            folder: None,
            variants: workloads::variants(name)?,
        })
    }

    fn of_folder(folder: &Path) -> Result<Self, Error> {
        let listed = Listed::from_folder(folder)?;
        // Children run in this folder too, but a report should name the place.
        let folder = folder.canonicalize().map_err(Error::io(
            folder,
            "find",
            "check the path and its permissions",
        ))?;
        Ok(Self {
            name: listed.name,
            folder: Some(folder),
            variants: listed.variants,
        })
    }

    fn source(&self, variant: Option<&str>) -> Source {
        let variant = variant.map(str::to_owned);
        match &self.folder {
            Some(folder) => Source::Folder {
                folder: folder.clone(),
                variant,
            },
            None => Source::BuiltIn {
                name: self.name.clone(),
                variant,
            },
        }
    }
}

/// The variants that were asked for, or the default one of each workload.
fn choose(all: &[Candidates], selection: &Selection) -> Result<Vec<Source>, Error> {
    let (patterns, groups) = (&selection.variants, &selection.groups);
    if patterns.is_empty() && groups.is_empty() {
        return Ok(all.iter().map(|one| one.source(None)).collect());
    }
    let each = || {
        all.iter()
            .flat_map(|one| one.variants.iter().map(move |v| (one, v)))
    };
    let named =
        |pattern: &String, variant: &Variant| runtimes::matches_text(pattern, &variant.name);
    for pattern in patterns {
        if !each().any(|(_, variant)| named(pattern, variant)) {
            let known = each().map(|(one, variant)| format!("{} ({})", variant.name, one.name));
            return Err(Error::Variant {
                pattern: pattern.clone(),
                known: known.collect::<Vec<_>>().join(", "),
            });
        }
    }
    for group in groups {
        if !each().any(|(_, variant)| variant.groups.contains(group)) {
            let known: BTreeSet<&str> = each()
                .flat_map(|(_, variant)| variant.groups.iter().map(String::as_str))
                .collect();
            return Err(Error::VariantGroup {
                group: group.clone(),
                known: known.into_iter().collect::<Vec<_>>().join(", "),
            });
        }
    }
    let chosen = |variant: &Variant| {
        patterns.iter().any(|pattern| named(pattern, variant))
            || groups.iter().any(|group| variant.groups.contains(group))
    };
    Ok(each()
        .filter(|(_, variant)| chosen(variant))
        .map(|(one, variant)| one.source(Some(&variant.name)))
        .collect())
}
