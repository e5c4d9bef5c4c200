//! The field: which proxies meet with which filters, and what cannot take part.

use std::path::Path;

use host_core::Isolation;
use peers::{Filter, FilterKind, Missing, Program, ProxyKind, find, parts};
use reports::{Arm, LoadAbsence, LoadRow, ProxyFacts};
use workloads::Workload;

use super::generator::Check;
use super::plugin::Plugins;
use crate::error::Error;

/// The workload whose work every proxy can do by other means than plugins.
pub(crate) const ADD_HEADERS: &str = "add-headers";

/// A proxy with a filter, ready to be started.
#[derive(Debug, Clone)]
pub(crate) struct Contestant {
    pub(crate) row: LoadRow,
    pub(crate) kind: ProxyKind,
    pub(crate) program: Program,
    pub(crate) filter: Filter,
    /// What its answers are compared with.
    pub(crate) check: Check,
}

/// Who takes part.
#[derive(Debug, Default)]
pub(crate) struct Field {
    pub(crate) contestants: Vec<Contestant>,
    pub(crate) proxies: Vec<ProxyFacts>,
    pub(crate) unavailable: Vec<LoadAbsence>,
}

/// What was chosen.
pub(crate) struct Choice<'a> {
    /// Proxies; all without one.
    pub(crate) proxies: &'a [ProxyKind],
    /// Kinds of filters; all without one.
    pub(crate) filters: &'a [FilterKind],
    /// Runtimes for our own proxy.
    pub(crate) runtimes: &'a [String],
    /// What plugins do.
    pub(crate) workload: &'a Workload,
    /// Who shares a VM in our own proxy.
    pub(crate) isolation: Isolation,
    /// Folder for the plugins' files.
    pub(crate) folder: &'a Path,
}

impl Field {
    /// Finds who can take part.
    ///
    /// # Errors
    /// When a runtime is unknown, a file cannot be written, or nobody can.
    pub(crate) fn of(choice: &Choice<'_>) -> Result<Self, Error> {
        let own = std::env::current_exe().map_err(Error::Spawn)?;
        let plugins = Plugins::new(choice)?;
        let chosen = |kind: &ProxyKind| choice.proxies.is_empty() || choice.proxies.contains(kind);
        let mut field = Field::default();
        for kind in ProxyKind::ALL.into_iter().filter(chosen) {
            match find(kind, &own) {
                Ok(program) => field.add(kind, &program, choice, &plugins),
                Err(missing) => field.absent(kind.title().to_owned(), missing),
            }
        }
        match field.contestants.is_empty() {
            true => Err(Error::NoProxy(field.remedies())),
            false => Ok(field),
        }
    }

    fn add(&mut self, kind: ProxyKind, program: &Program, choice: &Choice<'_>, plugins: &Plugins) {
        self.proxies.push(ProxyFacts {
            proxy: kind.word().to_owned(),
            title: kind.title().to_owned(),
            version: program.version.clone(),
            sha256: program.sha256.clone(),
            parts: Vec::new(),
        });
        let place = self.proxies.len() - 1;
        // Without its bare row nobody could tell what a proxy's filter costs.
        let wanted = |filter: &FilterKind| {
            *filter == FilterKind::None
                || choice.filters.is_empty()
                || choice.filters.contains(filter)
        };
        for kind_of_filter in kind.filters().iter().copied().filter(wanted) {
            if let Err(missing) = program.has(kind, kind_of_filter) {
                self.absent(
                    format!("{kind} + {}", kind.mechanism(kind_of_filter)),
                    missing,
                );
                continue;
            }
            for (filter, mechanism) in self.filters(kind, kind_of_filter, choice, plugins) {
                let parts = parts(kind, &filter).into_iter();
                self.proxies[place]
                    .parts
                    .extend(parts.map(|part| (part.name, part.sha256)));
                self.contestants.push(Contestant {
                    row: LoadRow {
                        proxy: kind.word().to_owned(),
                        filter: kind_of_filter.word().to_owned(),
                        mechanism,
                        arm: Arm::Main,
                    },
                    kind,
                    program: program.clone(),
                    check: match kind_of_filter {
                        FilterKind::None => Check::Recorded,
                        _ => Check::Filtered,
                    },
                    filter,
                });
            }
        }
    }

    /// The filters of a kind, with what runs each: one for each runtime in our own proxy.
    fn filters(
        &mut self,
        kind: ProxyKind,
        filter: FilterKind,
        choice: &Choice<'_>,
        plugins: &Plugins,
    ) -> Vec<(Filter, String)> {
        let mechanism = kind.mechanism(filter).to_owned();
        let others = choice.workload.name == ADD_HEADERS;
        match filter {
            FilterKind::None => vec![(Filter::None, mechanism)],
            FilterKind::Lua if others => vec![(Filter::Lua, mechanism)],
            FilterKind::Native if others => vec![(Filter::Native, mechanism)],
            FilterKind::Lua | FilterKind::Native => Vec::new(),
            FilterKind::Wasm if kind == ProxyKind::Bench => {
                self.unavailable.extend(plugins.unavailable.iter().cloned());
                let each = plugins.by_runtime.iter().cloned();
                each.map(|plugin| (Filter::Wasm(plugin.clone()), plugin.runtime))
                    .collect()
            }
            FilterKind::Wasm => vec![(Filter::Wasm(plugins.anywhere.clone()), mechanism)],
        }
    }

    fn absent(&mut self, subject: String, missing: Missing) {
        self.unavailable.push(LoadAbsence {
            subject,
            reason: missing.reason,
            remedy: missing.remedy,
        });
    }

    fn remedies(&self) -> String {
        let remedies: Vec<&str> = self
            .unavailable
            .iter()
            .map(|absence| absence.remedy.as_str())
            .collect();
        remedies.join(", ")
    }
}
