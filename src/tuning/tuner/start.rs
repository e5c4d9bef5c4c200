//! From the command line to a campaign, and to its end.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::time::Instant;

use reports::{CampaignFolder, MissingLevel, TUNE_KIND, Tuning};

use super::campaign::Campaign;
use super::choice::{allowed, available, built_in};
use crate::cli::TuneArgs;
use crate::error::Error;
use crate::experiment::{Interrupt, Progress, Runner, Stop, unix_ms};
use crate::machine;
use crate::tuning::builds::Builds;
use crate::tuning::compilers;
use crate::tuning::materials::{Materials, Options};
use crate::tuning::measuring::Measuring;
use crate::tuning::source::Source;
use crate::tuning::wasm_opt::{self, WasmOpt};

/// A campaign that has ended.
pub(crate) struct Tuned {
    pub(crate) folder: PathBuf,
    pub(crate) tuning: Tuning,
}

/// Tunes. Ctrl-C ends it early, with what was found.
pub(crate) async fn tune(
    arguments: &TuneArgs,
    runner: &Runner,
    interrupt: &Interrupt,
    progress: &Progress,
    seed: u64,
) -> Result<Tuned, Error> {
    let begin = Instant::now();
    let built_in = built_in(arguments)?;
    let source = match (&arguments.source, &built_in) {
        (Some(path), _) => Source::detect(path)?,
        (None, Some(workload)) => Source::Module(workload.module.to_vec()),
        (None, None) => return Err(Error::NothingToRun),
    };
    let mut missing = Vec::new();
    let runtimes = available(&arguments.runtimes, &mut missing)?;
    let compiler = match compilers::compiler(&source, &arguments.build_arguments) {
        None => None,
        Some(Ok(compiler)) => Some(compiler),
        Some(Err(lacking)) => {
            return Err(Error::NoCompiler {
                language: source.language(),
                reason: lacking.reason,
                remedy: lacking.remedy,
            });
        }
    };
    let wasm_opt = match WasmOpt::find() {
        Ok(found) => Some(found),
        Err(lacking) => {
            missing.push(MissingLevel {
                runtime: String::new(),
                factor: wasm_opt::FACTOR.to_owned(),
                reason: lacking.reason,
                remedy: lacking.remedy,
            });
            None
        }
    };
    let work = tempfile::tempdir().map_err(Error::io(
        &std::env::temp_dir(),
        "make a folder",
        "set TMPDIR to a folder that is writable",
    ))?;
    let materials = Materials::new(arguments, built_in.as_ref(), work.path())?;
    let (id, folder) = make_folder(arguments)?;
    let language = source.language();
    let given = match source {
        Source::Module(bytes) => Some(bytes),
        _ => None,
    };
    let versions: Vec<String> = wasm_opt.iter().map(|found| found.version.clone()).collect();
    let mut builds = Builds::new(
        compiler,
        wasm_opt,
        given,
        work.path().to_path_buf(),
        interrupt.clone(),
    );
    builds.keep(|layer| allowed(arguments, layer));
    let tuning = Tuning {
        kind: TUNE_KIND.to_owned(),
        id,
        subject: match (&arguments.source, &built_in) {
            (Some(path), _) => path.display().to_string(),
            (None, Some(workload)) => format!("{} {}", workload.name, workload.variant),
            (None, None) => String::new(),
        },
        language: [language.to_owned(), versions.join(" ")]
            .join(" ")
            .trim()
            .to_owned(),
        workload: materials.name.clone(),
        exchanges: materials.exchanges,
        objectives: arguments.objectives.clone(),
        budget_seconds: arguments.budget.as_secs_f64(),
        started_unix_ms: unix_ms(),
        pwbench_version: machine::version(),
        command_line: std::env::args().collect(),
        seed,
        machine: machine::fingerprint(),
        missing,
        cautions: materials.cautions.clone(),
        ..Tuning::default()
    };
    tuning.write_campaign(&folder)?;
    let options = match &arguments.requests {
        Some(requests) => Options {
            requests: requests.clone(),
            config: arguments.config.clone(),
            root_id: arguments.root_id.clone(),
            models: arguments.models.clone(),
        },
        None => materials.keep(&folder.join("workload"))?,
    };
    let books = folder.join("candidates.jsonl");
    let books = fs::File::create(&books).map_err(Error::io(
        &books,
        "write",
        "check space and permissions",
    ))?;
    let mut campaign = Campaign {
        arguments,
        progress,
        measuring: Measuring {
            runner,
            materials: &materials,
            folder: work.path(),
        },
        builds,
        options,
        folder,
        runtimes,
        tuning,
        begin,
        fit: BTreeMap::new(),
        books,
    };
    let ended = campaign.run(seed).await;
    progress.finish();
    match ended {
        Ok(()) => {}
        Err(Stop::Interrupted) => campaign.tuning.interrupted = true,
        Err(Stop::Error(error)) => return Err(*error),
    }
    campaign.tuning.join_fronts();
    campaign.tuning.seconds = begin.elapsed().as_secs_f64();
    campaign.keep_modules()?;
    campaign.tuning.write_campaign(&campaign.folder)?;
    campaign.tuning.write_all(&campaign.folder)?;
    Ok(Tuned {
        folder: campaign.folder,
        tuning: campaign.tuning,
    })
}

/// A folder named after the moment; a second campaign within a second gets a number.
fn make_folder(arguments: &TuneArgs) -> Result<(String, PathBuf), Error> {
    let moment = jiff::Timestamp::now().strftime("%Y%m%d-%H%M%S").to_string();
    for number in 1.. {
        let id = match number {
            1 => format!("{moment}-tune"),
            _ => format!("{moment}-tune-{number}"),
        };
        let path = arguments.output.join(&id);
        if !path.exists() {
            let folder = CampaignFolder::create(path)?;
            return Ok((id, folder.path().to_path_buf()));
        }
    }
    unreachable!("there are more numbers than folders")
}
