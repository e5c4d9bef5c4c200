//! The field: which runtimes meet which workloads.

use reports::{Cell, Unavailable};
use runtimes::{Availability, RuntimeEntry};
use workloads::{NativeTwin, Workload};

use crate::cli::Selection;
use crate::error::Error;
use crate::trial::Source;

/// Runtimes and workloads that take part, and what cannot.
pub(crate) struct Field {
    /// Runtimes that are available here, in the catalogue's order.
    pub(crate) runtimes: Vec<&'static RuntimeEntry>,
    /// Workloads, with where they come from.
    pub(crate) workloads: Vec<(Source, Workload)>,
    /// What cannot take part.
    pub(crate) unavailable: Vec<Unavailable>,
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
}

impl Field {
    /// Reads what was selected.
    ///
    /// # Errors
    /// When a name is unknown or a file is not what it should be.
    pub(crate) fn of(selection: &Selection) -> Result<Self, Error> {
        let mut unavailable = Vec::new();
        let mut available = Vec::new();
        for entry in runtimes::select(&selection.runtimes)? {
            match entry.availability() {
                Availability::Available => available.push(entry),
                Availability::Unavailable { reason, remedy } => unavailable.push(Unavailable {
                    runtime: entry.id.clone(),
                    workload: None,
                    reason,
                    remedy,
                }),
            }
        }
        let mut workloads = Vec::new();
        for source in sources(selection) {
            let workload = source.load()?;
            workloads.push((source, workload));
        }
        let mut field = Field {
            runtimes: available,
            workloads,
            unavailable,
        };
        field.note_missing_twins();
        if field.entrants("thread").is_empty() {
            return Err(Error::NothingToRun);
        }
        Ok(field)
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
        for (_, workload) in &self.workloads {
            if let Some((reason, remedy)) = missing_twin(workload) {
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

fn missing_twin(workload: &Workload) -> Option<(&str, &str)> {
    match &workload.twin {
        NativeTwin::Available { .. } => None,
        NativeTwin::Unavailable { reason, remedy } => Some((reason, remedy)),
    }
}

fn sources(selection: &Selection) -> Vec<Source> {
    if let (Some(module), Some(requests)) = (&selection.module, &selection.requests) {
        return vec![Source::Files {
            module: module.clone(),
            config: selection.config.clone(),
            requests: requests.clone(),
            native_twin: selection.native_twin.clone(),
            root_id: selection.root_id.clone(),
        }];
    }
    let named = |name: &str| Source::BuiltIn {
        name: name.to_owned(),
    };
    match selection.workloads.as_slice() {
        [] => workloads::names().map(named).collect(),
        names => {
            // A name given twice would make two cells of one name.
            let mut once: Vec<Source> = Vec::new();
            for source in names.iter().map(|name| named(name)) {
                if !once.contains(&source) {
                    once.push(source);
                }
            }
            once
        }
    }
}
