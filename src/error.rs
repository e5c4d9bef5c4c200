//! How a command fails, and with which exit code.

use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use reports::{FailureKind, FolderError};
use workloads::WorkloadError;

use crate::trial::Failed;

/// How a command ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exit {
    /// All is well.
    Fine,
    /// A check failed.
    CheckFailed,
    /// Bad usage or input.
    BadInput,
    /// The environment cannot support a verdict.
    Environment,
    /// Ctrl-C.
    Interrupted,
}

impl Exit {
    /// The number.
    pub(crate) fn code(self) -> u8 {
        match self {
            Exit::Fine => 0,
            Exit::CheckFailed => 1,
            Exit::BadInput => 2,
            Exit::Environment => 3,
            Exit::Interrupted => 130,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        ExitCode::from(exit.code())
    }
}

/// The remedy where a plugin refuses to start.
pub(crate) const CORRECT_THE_PLUGIN: &str =
    "correct the plugin's configuration (--config), or the models that it loads (--model)";

/// Why a command could not do its work. Each text names what is wrong, and after its last
/// semicolon the remedy.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    #[error(transparent)]
    Workload(#[from] WorkloadError),
    #[error("no variant matches '{pattern}'; use {known}")]
    Variant { pattern: String, known: String },
    #[error("no variant is in a group '{group}'; use {known}")]
    VariantGroup { group: String, known: String },
    #[error("two workloads are named '{name}'; rename the one in the folder, or leave one out")]
    TwoWorkloads { name: String },
    #[error("{workload} is not available: {reason}; {remedy}")]
    NothingBuilt {
        workload: String,
        reason: String,
        remedy: String,
    },
    #[error(transparent)]
    Folder(#[from] FolderError),
    #[error(transparent)]
    Report(#[from] reports::ExportError),
    #[error(transparent)]
    Need(#[from] reports::NeedError),
    #[error("{}: {reason}; name a crate's folder, a .c, .cc, .zig or .ts file, or a .wasm module", path.display())]
    TuneSource { path: PathBuf, reason: String },
    #[error("{language} cannot be built here: {reason}; {remedy}")]
    NoCompiler {
        language: &'static str,
        reason: String,
        remedy: String,
    },
    #[error("the default cannot be tuned from: {0}; make it build and pass its check first")]
    TuneDefault(String),
    #[error("the default could not be tried: {0}; give more --budget")]
    TuneBudget(String),
    #[error("{}: no flame graph: {reason}; give the traffic more --time", path.display())]
    FlameGraph { path: PathBuf, reason: String },
    #[error("there is nothing to try: {0}")]
    NothingToTune(String),
    #[error("{0}; {remedy}", remedy = CORRECT_THE_PLUGIN)]
    PluginConfiguration(String),
    #[error(transparent)]
    Select(#[from] runtimes::SelectError),
    #[error(transparent)]
    EngineLibrary(#[from] runtimes::LibraryError),
    #[error(transparent)]
    Runtime(#[from] host_core::EngineError),
    #[error(transparent)]
    Config(#[from] bench_proxy::ConfigError),
    #[error(transparent)]
    Load(#[from] load::LoadError),
    #[error(transparent)]
    Serve(#[from] bench_proxy::StartError),
    #[error("{}: {source}", file.display())]
    Module {
        file: PathBuf,
        source: host_core::ModuleError,
    },
    #[error("{}: cannot {action}: {source}; {remedy}", path.display())]
    Io {
        path: PathBuf,
        action: &'static str,
        source: io::Error,
        remedy: &'static str,
    },
    #[error(
        "the trial's description on standard input is not valid: {0}; `trial` is for `run` to call, use that"
    )]
    Spec(String),
    #[error("cannot start a trial's process: {0}; check the limits on processes and memory")]
    Spawn(io::Error),
    #[error(
        "none of the runtimes asked for is available here; `pwbench list` says how to get them"
    )]
    NothingToRun,
    #[error("none of the proxies asked for is here; get one with {0}")]
    NoProxy(String),
    #[error("no row answers as it should: {0}; see `pwbench serve` for our own proxy")]
    NobodyPassed(String),
    #[error(
        "the configuration of {0} is not text, which proxies' own configurations cannot carry; choose another workload"
    )]
    BinaryConfiguration(String),
    #[error("the generator failed: {0}; try `pwbench generate` alone")]
    Generator(String),
    #[error("the upstream failed: {0}; try `pwbench upstream` alone")]
    Upstream(String),
    #[error("{}:{line}: {reason}; {remedy}", file.display())]
    Line {
        file: PathBuf,
        line: usize,
        reason: String,
        remedy: String,
    },
    #[error("{}: there is no history in this folder; give the folder that --history named", folder.display())]
    NoHistory { folder: PathBuf },
    #[error(
        "the campaigns ran on different machines: {difference}; measure both sides together on one of them"
    )]
    OtherMachine { difference: String },
    #[error("{}: there is no HTTP listener to put elsewhere; leave --listen out", file.display())]
    NoHttpListener { file: PathBuf },
    #[error("{0}")]
    Sides(String),
    #[error("{}: {reason}; {remedy}", file.display())]
    Base {
        file: PathBuf,
        reason: String,
        remedy: &'static str,
    },
    #[error("{runtime} is not available here: {reason}; {remedy}")]
    Missing {
        runtime: String,
        reason: String,
        remedy: String,
    },
    #[error("there is no engine `{name}`; known are {known}")]
    UnknownEngine { name: String, known: String },
    #[error("{}: {reason}", file.display())]
    Artifact { file: PathBuf, reason: String },
    #[error("{runtime} has no artifacts; those that do are {known}")]
    NoArtifacts { runtime: String, known: String },
    #[error(transparent)]
    Knobs(host_core::ParseKnobsError),
    #[error("knob interrupt has no effect where nothing is to be ended; give --deadline as well")]
    KnobWithoutDeadline,
    #[error("{0}")]
    Trial(Failed),
    #[error(
        "--threads {threads} is more than 4 for each of {cores} cores, which measures the scheduler; give at most {most}"
    )]
    TooManyThreads { threads: u32, most: u32, cores: u32 },
    #[error("`{name}` is not one runtime; name an engine with its mode, e.g. wasmtime/winch")]
    NoSingleRuntime { name: String },
    #[error("{name} of --versus takes no part; name it with --runtime too, or leave --runtime out")]
    PairTakesNoPart { name: String },
    #[error(transparent)]
    Merge(#[from] reports::MergeError),
    #[error(transparent)]
    Join(#[from] load::JoinError),
    #[error("{}: is no outcome of a generator ({reason}); give what `pwbench generate --format json` printed without --slo", file.display())]
    Outcome { file: PathBuf, reason: String },
    #[error(
        "{}: results of the kind `{kind}`; --versus and --beside are for campaigns of `pwbench run`, use --with for this one",
        folder.display()
    )]
    NotOfRun { folder: PathBuf, kind: String },
    #[error(
        "shard {shard} has nothing to measure: the plan has {rankings} rankings; give at most --shard {rankings}/{rankings}"
    )]
    EmptyShard {
        shard: reports::Shard,
        rankings: usize,
    },
    #[error("{name} is not in this campaign; measured or tried are {known}")]
    NotInCampaign { name: String, known: String },
    #[error(
        "results cannot be written as JSON: {0}; a number that is not finite has got into them"
    )]
    Json(#[from] serde_json::Error),
}

impl Error {
    /// An [`Error::Io`] for `path`.
    pub(crate) fn io(
        path: &Path,
        action: &'static str,
        remedy: &'static str,
    ) -> impl FnOnce(io::Error) -> Error {
        let path = path.to_path_buf();
        move |source| Error::Io {
            path,
            action,
            source,
            remedy,
        }
    }

    /// The exit code that goes with it.
    pub(crate) fn exit(&self) -> Exit {
        match self {
            Error::NothingToRun
            | Error::NoProxy(_)
            | Error::NothingBuilt { .. }
            | Error::Missing { .. }
            | Error::NoCompiler { .. }
            | Error::OtherMachine { .. }
            | Error::Spawn(_) => Exit::Environment,
            Error::Trial(Failed { kind, .. }) if *kind != FailureKind::Refused => Exit::CheckFailed,
            Error::NobodyPassed(_) | Error::Generator(_) | Error::Upstream(_) => Exit::CheckFailed,
            _ => Exit::BadInput,
        }
    }

    /// Writes `error: ...` and `help: ...` to standard error.
    pub(crate) fn print(&self) {
        let text = self.to_string();
        match split_remedy(&text) {
            (what, Some(remedy)) => eprintln!("error: {what}\nhelp: {remedy}"),
            (what, None) => eprintln!("error: {what}"),
        }
    }
}

/// Splits a text at its last semicolon into what is wrong and what to do.
pub(crate) fn split_remedy(text: &str) -> (&str, Option<&str>) {
    match text.rsplit_once("; ") {
        Some((what, remedy)) => (what, Some(remedy)),
        None => (text, None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_remedy_is_what_follows_the_last_semicolon() {
        assert_eq!(split_remedy("a; b; do c"), ("a; b", Some("do c")));
        assert_eq!(split_remedy("a"), ("a", None));
    }

    #[test]
    fn bad_files_exit_with_2_and_a_bare_machine_with_3() {
        let bad = Error::io(Path::new("x"), "read", "check it")(io::Error::other("no"));
        assert_eq!(bad.exit(), Exit::BadInput);
        assert_eq!(Error::NothingToRun.exit(), Exit::Environment);
    }
}
