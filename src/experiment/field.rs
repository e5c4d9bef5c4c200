//! The field: which runtimes meet which workloads.

use std::path::PathBuf;
use std::time::Duration;

use host_core::Knobs;
use reports::{Cell, Shard, Unavailable};
use runtimes::{Availability, RuntimeEntry};
use workloads::{NativeTwin, Workload, WorkloadError};

use super::choice::sources;
use crate::artifact::{ArtifactFile, hexadecimal};
use crate::cli::Selection;
use crate::error::Error;
use crate::trial::Source;

use super::sharding;

/// What to do about an artifact that is not the right one.
const AGAIN: &str =
    "compile it again with `pwbench compile`, with the same --deadline and --knob, or none";

/// Runtimes and workloads that take part, and what cannot.
pub(crate) struct Field {
    /// Runtimes that are available here, in the catalogue's order.
    pub(crate) runtimes: Vec<&'static RuntimeEntry>,
    /// Workloads, with where they come from.
    pub(crate) workloads: Vec<(Source, Workload)>,
    /// What cannot take part.
    pub(crate) unavailable: Vec<Unavailable>,
    /// Artifacts that were given; all others are made.
    artifacts: Vec<ArtifactFile>,
    /// Knobs that were turned, of every runtime that takes part.
    pub(crate) knobs: Knobs,
}

/// A runtime with a workload.
#[derive(Clone)]
pub(crate) struct Entrant {
    /// The cell, main arm.
    pub(crate) cell: Cell,
    /// The runtime.
    pub(crate) runtime: &'static RuntimeEntry,
    /// Where the workload comes from.
    pub(crate) source: Source,
    /// The artifact that was given for it.
    pub(crate) artifact: Option<PathBuf>,
}

impl Field {
    /// Reads what was selected.
    ///
    /// # Errors
    /// When a name is unknown or a file is not what it should be.
    pub(crate) fn of(selection: &Selection) -> Result<Self, Error> {
        let mut unavailable = Vec::new();
        let mut available = Vec::new();
        let knobs = selection.knobs()?;
        for entry in runtimes::select(&selection.runtimes)? {
            match entry.availability() {
                Availability::Available => match knobs.fit(&entry.id, entry.knobs) {
                    Ok(()) => available.push(entry),
                    Err(lacks) => unavailable.push(Unavailable {
                        runtime: entry.id.clone(),
                        workload: None,
                        reason: lacks.to_string(),
                        remedy: "leave --knob out to measure it as it usually runs".to_owned(),
                    }),
                },
                Availability::Unavailable { reason, remedy } => unavailable.push(Unavailable {
                    runtime: entry.id.clone(),
                    workload: None,
                    reason,
                    remedy,
                }),
            }
        }
        let mut workloads = Vec::new();
        for source in sources(selection)? {
            let workload = match source.load() {
                Ok(workload) => workload,
                Err(error) => {
                    unavailable.push(not_built(error)?);
                    continue;
                }
            };
            match missing_backend(&workload) {
                None => workloads.push((source, workload)),
                Some(missing) => unavailable.push(missing),
            }
        }
        if workloads.is_empty()
            && let Some(missing) = unavailable.last()
        {
            return Err(Error::NothingBuilt {
                workload: missing.workload.clone().unwrap_or_default(),
                reason: missing.reason.clone(),
                remedy: missing.remedy.clone(),
            });
        }
        let mut field = Field {
            runtimes: available,
            workloads,
            unavailable,
            artifacts: Vec::new(),
            knobs,
        };
        field.note_missing_twins();
        if field.entrants("thread").is_empty() {
            return Err(Error::NothingToRun);
        }
        Ok(field)
    }

    /// Takes artifacts that a person made before, for cells under `deadline`.
    ///
    /// # Errors
    /// When one is no whole artifact, does not load here, or no cell has use for it.
    pub(crate) fn take_artifacts(
        &mut self,
        paths: &[PathBuf],
        deadline: Option<Duration>,
    ) -> Result<(), Error> {
        for path in paths {
            let artifact = ArtifactFile::read(path)?;
            let refused = |reason: String| Error::Artifact {
                file: path.clone(),
                reason,
            };
            let runtime = artifact
                .runtime(deadline, self.knobs)
                .map_err(|reason| refused(format!("{reason}; {AGAIN}")))?;
            if !self.runtimes.iter().any(|entry| entry.id == runtime.id) {
                return Err(refused(format!(
                    "it is for {}, which takes no part; name it with --runtime too",
                    runtime.id
                )));
            }
            let module = hexadecimal(&artifact.label.module);
            let known = |(_, workload): &(Source, Workload)| workload.module_sha256 == module;
            if !self.workloads.iter().any(known) {
                return Err(refused(format!(
                    "it was compiled from another module, with SHA-256 {module}; {AGAIN}"
                )));
            }
            let same = |known: &ArtifactFile| {
                known.label.maker.runtime == runtime.id
                    && known.label.module == artifact.label.module
            };
            if self.artifacts.iter().any(same) {
                return Err(refused(format!(
                    "it is the second artifact of this module for {}; leave one out",
                    runtime.id
                )));
            }
            self.artifacts.push(artifact);
        }
        Ok(())
    }

    /// Keeps the rankings that fall to a shard. A ranking, a workload with its variant, is
    /// never split: its runtimes are compared within blocks, which one machine must measure.
    ///
    /// # Errors
    /// When there are fewer rankings than shards and none is left for this one.
    pub(crate) fn take_shard(&mut self, shard: Shard, seed: u64) -> Result<(), Error> {
        let key = |workload: &Workload| (workload.name.clone(), workload.variant.clone());
        let all: Vec<_> = self.workloads.iter().map(|(_, own)| key(own)).collect();
        let own = sharding::dealt(&all, shard, seed);
        if own.is_empty() {
            return Err(Error::EmptyShard {
                shard,
                rankings: all.len(),
            });
        }
        self.workloads
            .retain(|(_, workload)| own.contains(&key(workload)));
        // Rows name a workload, or a workload and its variant.
        let is_own = |name: &str| {
            let name = name.split(' ').next();
            own.iter().any(|(workload, _)| Some(&**workload) == name)
        };
        self.unavailable
            .retain(|row| row.workload.as_deref().is_none_or(is_own));
        Ok(())
    }

    /// The artifact that was given for a runtime with a workload.
    fn given(&self, runtime: &RuntimeEntry, workload: &Workload) -> Option<PathBuf> {
        let fits = |artifact: &&ArtifactFile| {
            artifact.label.maker.runtime == runtime.id
                && hexadecimal(&artifact.label.module) == workload.module_sha256
        };
        Some(self.artifacts.iter().find(fits)?.path.clone())
    }

    /// Every runtime with every workload that it can be asked to run, in order.
    pub(crate) fn entrants(&self, isolation: &str) -> Vec<Entrant> {
        let mut entrants = Vec::new();
        for (source, workload) in &self.workloads {
            for runtime in &self.runtimes {
                if runtime.id == crate::NATIVE && missing_twin(workload).is_some() {
                    continue;
                }
                let cell = Cell {
                    workload: workload.name.clone(),
                    runtime: runtime.id.clone(),
                    variant: workload.variant.clone(),
                    isolation: isolation.to_owned(),
                    threads: 1,
                    arm: reports::Arm::Main,
                };
                entrants.push(Entrant {
                    cell,
                    runtime,
                    source: source.clone(),
                    artifact: self.given(runtime, workload),
                });
            }
        }
        entrants
    }

    fn note_missing_twins(&mut self) {
        if !self
            .runtimes
            .iter()
            .any(|runtime| runtime.id == crate::NATIVE)
        {
            return;
        }
        let mut told: Vec<(&str, &str)> = Vec::new();
        for (_, workload) in &self.workloads {
            if let Some((reason, remedy)) = missing_twin(workload)
                && !told.contains(&(&workload.name, reason))
            {
                told.push((&workload.name, reason));
                self.unavailable.push(Unavailable {
                    runtime: crate::NATIVE.to_owned(),
                    workload: Some(workload.name.clone()),
                    reason: reason.to_owned(),
                    remedy: remedy.to_owned(),
                });
            }
        }
    }
}

/// The row of a variant whose module has to be built first; any other error is one.
fn not_built(error: WorkloadError) -> Result<Unavailable, Error> {
    match error {
        WorkloadError::NotBuilt {
            workload,
            variant,
            reason,
            remedy,
        } => Ok(Unavailable {
            runtime: String::new(),
            workload: Some(format!("{workload} {variant}")),
            reason,
            remedy,
        }),
        other => Err(other.into()),
    }
}

/// The backend of wasi-nn that the variant asks for, where it is not to be had here.
fn missing_backend(workload: &Workload) -> Option<Unavailable> {
    let name = workload.inference.as_deref()?;
    let (reason, remedy) = match name.parse::<inference::Kind>() {
        Ok(kind) => kind
            .open()
            .err()
            .map(|missing| (missing.reason, missing.remedy))?,
        Err(unknown) => (unknown.to_string(), "correct workload.toml".to_owned()),
    };
    Some(Unavailable {
        runtime: name.to_owned(),
        workload: Some(format!("{} {}", workload.name, workload.variant)),
        reason,
        remedy,
    })
}

fn missing_twin(workload: &Workload) -> Option<(&str, &str)> {
    match &workload.twin {
        NativeTwin::Available { .. } => None,
        NativeTwin::Unavailable { reason, remedy } => Some((reason, remedy)),
    }
}
