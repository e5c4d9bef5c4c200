//! From the command line to the cells of a comparison.

use std::path::{Path, PathBuf};

use runtimes::Availability;

use super::{Pairing, Side};
use crate::cli::CompareArgs;
use crate::error::Error;
use crate::trial::{Source, Subject};

/// Where nothing else is asked for: compiled code, and processes that start at once.
pub(crate) const USUAL_RUNTIME: &str = "wasmtime/cranelift-aot";

/// What is compared.
pub(crate) struct Matter {
    /// Names of the sides.
    pub(crate) base: String,
    pub(crate) new: String,
    pub(crate) pairings: Vec<Pairing>,
    /// Whether "slower" is a regression: the new side is to take the base's place.
    pub(crate) replaces: bool,
}

impl Matter {
    /// Reads what the two sides are.
    ///
    /// # Errors
    /// When there are not two of exactly one thing, or one of them is not to be had.
    pub(crate) fn of(arguments: &CompareArgs) -> Result<Self, Error> {
        if arguments.requests.is_some() && arguments.module.is_empty() {
            return Err(Error::Sides(
                "--requests is traffic for --module or --proxy-config; give one of them".to_owned(),
            ));
        }
        for (option, given) in [
            ("--module", arguments.module.len()),
            ("--config", arguments.config.len()),
            ("--pwbench", arguments.pwbench.len()),
        ] {
            if given > 2 || (option == "--pwbench" && given == 1) {
                return Err(Error::Sides(format!(
                    "{option} is given {given} times; give it twice, first the base, then the new one"
                )));
            }
        }
        let doubled: Vec<&str> = [
            ("--module", arguments.module.len()),
            ("--config", arguments.config.len()),
            ("--pwbench", arguments.pwbench.len()),
        ]
        .into_iter()
        .filter(|(_, given)| *given == 2)
        .map(|(option, _)| option)
        .collect();
        // A module comes with its configuration.
        match doubled[..] {
            [] => Self::of_runtimes(arguments),
            ["--module"] | ["--module", "--config"] => {
                let names = arguments.module.iter().map(|path| shown(path)).collect();
                Self::of_inputs(arguments, names)
            }
            ["--config"] => {
                let names = arguments.config.iter().map(|path| shown(path)).collect();
                Self::of_inputs(arguments, names)
            }
            ["--pwbench"] => {
                let names = arguments.pwbench.iter().map(|path| shown(path)).collect();
                Self::of_inputs(arguments, names)
            }
            _ => Err(Error::Sides(format!(
                "{} are both given twice, and a difference could come from either; \
                 let one of them differ at a time",
                doubled.join(" and ")
            ))),
        }
    }

    /// Two runtimes on every workload.
    fn of_runtimes(arguments: &CompareArgs) -> Result<Self, Error> {
        let [base, new] = &arguments.runtime[..] else {
            return Err(Error::Sides(
                "there are no two sides; give --module, --config, --runtime, --pwbench or \
                 --proxy-config twice, \
                 or two folders of campaigns"
                    .to_owned(),
            ));
        };
        let (base, new) = (runtime(base)?, runtime(new)?);
        let pairings = workloads(arguments, 0)?
            .into_iter()
            .map(|(name, source, module_bytes)| {
                let side = |runtime: &str| side(None, runtime, source.clone(), module_bytes);
                Pairing {
                    label: name,
                    base: side(&base),
                    new: side(&new),
                }
            })
            .collect();
        Ok(Self {
            base,
            new,
            pairings,
            replaces: false,
        })
    }

    /// Two modules, configurations or builds on every runtime.
    fn of_inputs(arguments: &CompareArgs, names: Vec<String>) -> Result<Self, Error> {
        let usual = [USUAL_RUNTIME.to_owned()];
        let runtimes = match arguments.runtime.is_empty() {
            true => &usual[..],
            false => &arguments.runtime,
        };
        let (old, new) = (workloads(arguments, 0)?, workloads(arguments, 1)?);
        let program = |index: usize| arguments.pwbench.get(index).map(|path| program(path));
        let (old_program, new_program) = (program(0).transpose()?, program(1).transpose()?);
        let mut pairings = Vec::new();
        for name in runtimes {
            let runtime = runtime(name)?;
            for (base, new) in old.iter().zip(&new) {
                let side = |program: &Option<PathBuf>, workload: &(String, Source, u64)| {
                    side(program.clone(), &runtime, workload.1.clone(), workload.2)
                };
                pairings.push(Pairing {
                    label: format!("{} · {runtime}", new.0),
                    base: side(&old_program, base),
                    new: side(&new_program, new),
                });
            }
        }
        let mut names = names.into_iter();
        Ok(Self {
            base: names.next().unwrap_or_default(),
            new: names.next().unwrap_or_default(),
            pairings,
            replaces: true,
        })
    }
}

/// The workloads of a side: name, where it comes from, size of the module.
fn workloads(arguments: &CompareArgs, side: usize) -> Result<Vec<(String, Source, u64)>, Error> {
    let pick = |paths: &[PathBuf]| paths.get(side).or(paths.last()).cloned();
    let sources: Vec<Source> = match (pick(&arguments.module), &arguments.requests) {
        (Some(module), Some(requests)) => vec![Source::Files {
            module,
            config: pick(&arguments.config),
            requests: requests.clone(),
            native_twin: None,
            root_id: arguments.root_id.clone(),
            models: Vec::new(),
        }],
        _ => arguments
            .workload
            .iter()
            .map(|name| Source::BuiltIn {
                name: name.clone(),
                variant: None,
            })
            .collect(),
    };
    let read = |source: Source| {
        let workload = source.load()?;
        Ok((workload.name, source, workload.module.len() as u64))
    };
    sources.into_iter().map(read).collect()
}

/// The id of exactly one runtime that is available here.
pub(crate) fn runtime(name: &str) -> Result<String, Error> {
    let Some(entry) = runtimes::find(name) else {
        // Patterns and engines name several; the error for anything else tells the nearest.
        runtimes::select(&[name.to_owned()])?;
        return Err(Error::NoSingleRuntime {
            name: name.to_owned(),
        });
    };
    match entry.availability() {
        Availability::Available => Ok(entry.id.clone()),
        Availability::Unavailable { reason, remedy } => Err(Error::Missing {
            runtime: entry.id.clone(),
            reason,
            remedy,
        }),
    }
}

/// A program by a path that does not depend on where a child runs.
pub(crate) fn program(path: &Path) -> Result<PathBuf, Error> {
    path.canonicalize().map_err(Error::io(
        path,
        "find the program",
        "give the path of a build of pwbench",
    ))
}

pub(crate) fn side(
    program: Option<PathBuf>,
    runtime: &str,
    workload: Source,
    module_bytes: u64,
) -> Side {
    Side {
        program,
        subject: Subject {
            runtime: runtime.to_owned(),
            workload,
            artifact: None,
            isolation: "thread".to_owned(),
            deadline_ms: None,
            knobs: Default::default(),
            symbols: Default::default(),
        },
        module_bytes,
    }
}

fn shown(path: &Path) -> String {
    path.display().to_string()
}
