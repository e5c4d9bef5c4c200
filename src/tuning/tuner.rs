//! The campaign: what the search asks for is made, checked and measured.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write as _;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use rand::SeedableRng as _;
use rand::rngs::StdRng;
use rand::seq::SliceRandom as _;
use reports::{
    CampaignFolder, CandidateRow, Choice, Copyable, Factor, Fate, Layer, MissingLevel,
    RuntimeTuning, Search, Step, TUNE_KIND, Traffic, Tuning,
};
use runtimes::{Availability, RuntimeEntry};
use workloads::Workload;

use super::builds::{Builds, Built};
use super::compilers;
use super::knobs::{self, Opening};
use super::materials::{Materials, Part};
use super::measuring::{Measuring, Ready};
use super::source::Source;
use super::wasm_opt::WasmOpt;
use crate::cli::{TuneArgs, TunedLayer};
use crate::error::Error;
use crate::experiment::{Interrupt, Progress, Runner, Stop, unix_ms};
use crate::machine;

/// Failures of its trials after which a candidate is out.
const STRIKES: u32 = 2;
/// Share of the time that modules of single levels may take to build.
const BUILD_SHARE: f64 = 0.4;

/// A campaign that has ended.
pub(crate) struct Tuned {
    pub(crate) folder: PathBuf,
    pub(crate) tuning: Tuning,
}

/// Everything that is the same for all runtimes.
struct Campaign<'a> {
    arguments: &'a TuneArgs,
    progress: &'a Progress,
    measuring: Measuring<'a>,
    builds: Builds,
    folder: PathBuf,
    runtimes: Vec<&'static RuntimeEntry>,
    tuning: Tuning,
    begin: Instant,
    /// Modules that were checked on every runtime, by digest.
    fit: BTreeMap<String, Result<(), String>>,
    books: fs::File,
}

/// One runtime's part of the campaign.
struct Race {
    entry: &'static RuntimeEntry,
    factors: Vec<Factor>,
    search: Search,
    ready: BTreeMap<(usize, bool), Ready>,
    /// What was prepared, by module and opening, with the choice it was prepared for.
    seen: Vec<(String, Opening, usize)>,
    strikes: BTreeMap<usize, u32>,
    written: Vec<bool>,
    order: Vec<usize>,
    random: StdRng,
    begin: Instant,
    share: Duration,
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
                factor: super::wasm_opt::FACTOR.to_owned(),
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
    campaign.tuning.seconds = begin.elapsed().as_secs_f64();
    campaign.keep_modules()?;
    campaign.tuning.write_campaign(&campaign.folder)?;
    campaign.tuning.write_all(&campaign.folder)?;
    Ok(Tuned {
        folder: campaign.folder,
        tuning: campaign.tuning,
    })
}

fn built_in(arguments: &TuneArgs) -> Result<Option<Workload>, Error> {
    let Some(name) = &arguments.workload else {
        return Ok(None);
    };
    Ok(Some(match &arguments.variant {
        Some(variant) => workloads::find_variant(name, variant)?,
        None => workloads::find(name)?,
    }))
}

fn available(
    patterns: &[String],
    missing: &mut Vec<MissingLevel>,
) -> Result<Vec<&'static RuntimeEntry>, Error> {
    let mut here = Vec::new();
    for entry in runtimes::select(patterns)? {
        match entry.availability() {
            // It runs no module.
            _ if entry.id == crate::NATIVE => {}
            Availability::Available => here.push(entry),
            Availability::Unavailable { reason, remedy } => missing.push(MissingLevel {
                runtime: entry.id.clone(),
                factor: "runtime".to_owned(),
                reason,
                remedy,
            }),
        }
    }
    match here.is_empty() {
        true => Err(Error::NothingToRun),
        false => Ok(here),
    }
}

fn allowed(arguments: &TuneArgs, layer: Layer) -> bool {
    let wanted = match layer {
        Layer::Build => TunedLayer::Build,
        Layer::WasmOpt => TunedLayer::WasmOpt,
        Layer::Engine => TunedLayer::Engine,
    };
    arguments.layers.is_empty() || arguments.layers.contains(&wanted)
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

impl Campaign<'_> {
    async fn run(&mut self, seed: u64) -> Result<(), Stop> {
        let default = match self.builds.get(&Choice::default()).await? {
            Ok(built) => built,
            Err(reason) => return Err(Error::TuneDefault(reason).into()),
        };
        let first = self.runtimes[0];
        if let Err(failed) = self.measuring.set_reference(&default, &first.id).await? {
            return Err(Error::TuneDefault(failed.to_string()).into());
        }
        self.build_singles().await?;
        for (index, entry) in self.runtimes.clone().into_iter().enumerate() {
            let left = self.arguments.budget.saturating_sub(self.begin.elapsed());
            let others = u32::try_from(self.runtimes.len() - index).unwrap_or(1);
            let mut race = self.race(entry, left / others, seed)?;
            let ended = self.compete(&mut race).await;
            self.finish(&race)?;
            ended?;
        }
        Ok(())
    }

    /// Makes the modules of all single levels, in as much time as there is for that.
    async fn build_singles(&mut self) -> Result<(), Stop> {
        let factors = self.builds.factors.clone();
        let levels: usize = factors.iter().map(|factor| factor.levels.len()).sum();
        self.progress.stage("building", levels);
        for factor in &factors {
            for level in &factor.levels {
                let spent =
                    self.begin.elapsed().as_secs_f64() / self.arguments.budget.as_secs_f64();
                if spent < BUILD_SHARE {
                    self.progress
                        .trial(&format!("{}={level}", factor.name), None);
                    // A module that cannot be built is told of when its turn in a race comes.
                    let _ = self
                        .builds
                        .get(&Choice::single(&factor.name, level))
                        .await?;
                }
                self.progress.ended();
            }
        }
        Ok(())
    }

    fn race(
        &mut self,
        entry: &'static RuntimeEntry,
        share: Duration,
        seed: u64,
    ) -> Result<Race, Error> {
        let mut factors = self.builds.factors.clone();
        let mut late = false;
        // What there was no time to build is not tried.
        for factor in &mut factors {
            let (built, unbuilt): (Vec<String>, Vec<String>) = factor
                .levels
                .drain(..)
                .partition(|level| self.builds.is_made(&Choice::single(&factor.name, level)));
            factor.levels = built;
            for level in unbuilt {
                late = true;
                let missing = MissingLevel {
                    runtime: String::new(),
                    factor: format!("{}={level}", factor.name),
                    reason: "there was no time to build it".to_owned(),
                    remedy: "give more --budget".to_owned(),
                };
                if !self.tuning.missing.contains(&missing) {
                    self.tuning.missing.push(missing);
                }
            }
        }
        if allowed(self.arguments, Layer::Engine) {
            factors.extend(knobs::factors(entry, self.arguments.deadline));
        }
        factors.retain(|factor| !factor.levels.is_empty());
        if factors.is_empty() {
            return Err(Error::NothingToTune(if late {
                "no build was made in its share of the time; give more --budget".to_owned()
            } else {
                format!(
                    "{} has no knobs, and nothing else may be changed; allow another --layer",
                    entry.id
                )
            }));
        }
        let search = Search::new(factors.clone(), self.arguments.objectives.clone(), seed);
        Ok(Race {
            entry,
            factors,
            search,
            ready: BTreeMap::new(),
            seen: Vec::new(),
            strikes: BTreeMap::new(),
            written: Vec::new(),
            order: Vec::new(),
            random: StdRng::seed_from_u64(seed),
            begin: Instant::now(),
            share,
        })
    }

    async fn compete(&mut self, race: &mut Race) -> Result<(), Stop> {
        loop {
            let spent = race.spent();
            let step = race.search.next(spent);
            self.note(race)?;
            let Step::Measure {
                block,
                contestants,
                traffic,
            } = step
            else {
                return Ok(());
            };
            let part = match traffic {
                Traffic::Search => Part::Search,
                Traffic::HeldOut => Part::HeldOut,
            };
            let new = contestants
                .iter()
                .filter(|index| !race.ready.contains_key(&key(**index, part)))
                .count();
            if new > 0 {
                self.progress.stage("checking", new);
            }
            for index in &contestants {
                if !race.ready.contains_key(&key(*index, part)) {
                    let label = race.label(*index);
                    self.progress.trial(&label, None);
                    self.prepare(race, *index, part).await?;
                    self.progress.ended();
                }
            }
            let order = race.order(block, &contestants, part);
            self.progress.stage("racing", order.len());
            for index in order {
                let left = self.arguments.budget.saturating_sub(self.begin.elapsed());
                self.progress.trial(&race.label(index), Some(left));
                self.trial(race, index, block, part, traffic).await?;
                self.progress.ended();
            }
            if race.search.contestants()[0].has_failed() {
                return Ok(());
            }
        }
    }

    /// Builds and checks a contestant; takes it out of the race when that fails.
    async fn prepare(&mut self, race: &mut Race, index: usize, part: Part) -> Result<(), Stop> {
        let choice = race.search.contestants()[index].choice.clone();
        let control = race.search.contestants()[index].control;
        let built = match self.builds.get(&choice).await? {
            Ok(built) => built,
            Err(reason) => {
                race.search.fail(index, format!("not built: {reason}"));
                return Ok(());
            }
        };
        let opening = knobs::opening(race.entry, &choice, self.arguments.deadline);
        if part == Part::Search && !control {
            let same = race
                .seen
                .iter()
                .find(|(sha256, known, _)| *sha256 == built.sha256 && *known == opening);
            if let Some((_, _, other)) = same {
                let other = race.search.contestants()[*other].choice.clone();
                race.search.same_bytes(index, other);
                return Ok(());
            }
            race.seen
                .push((built.sha256.clone(), opening.clone(), index));
        }
        if let Err(reason) = self.fits_all(&built).await? {
            race.search.fail(index, reason);
            return Ok(());
        }
        match self.measuring.check(&built, &opening, part).await? {
            Ok(ready) => {
                race.ready.insert(key(index, part), ready);
            }
            Err(failed) => race.search.fail(index, failed.to_string()),
        }
        Ok(())
    }

    /// Whether every runtime of the campaign does with the module what the default does.
    async fn fits_all(&mut self, built: &Built) -> Result<Result<(), String>, Stop> {
        if let Some(known) = self.fit.get(&built.sha256) {
            return Ok(known.clone());
        }
        let mut fits = Ok(());
        for entry in self.runtimes.clone() {
            let opening = knobs::opening(entry, &Choice::default(), self.arguments.deadline);
            if let Err(failed) = self.measuring.check(built, &opening, Part::Search).await? {
                fits = Err(format!("on {}: {failed}", entry.id));
                break;
            }
        }
        self.fit.insert(built.sha256.clone(), fits.clone());
        Ok(fits)
    }

    async fn trial(
        &mut self,
        race: &mut Race,
        index: usize,
        block: u32,
        part: Part,
        traffic: Traffic,
    ) -> Result<(), Stop> {
        let Some(ready) = race.ready.get(&key(index, part)) else {
            return Ok(());
        };
        match self.measuring.measure(ready, part).await? {
            Ok(values) => race.search.record(index, block, traffic, &values),
            Err(failed) => {
                let strikes = race.strikes.entry(index).or_default();
                *strikes += 1;
                if *strikes >= STRIKES {
                    race.search.fail(index, failed.to_string());
                }
            }
        }
        Ok(())
    }

    /// Writes the lines of the candidates that have ended.
    fn note(&mut self, race: &mut Race) -> Result<(), Error> {
        self.write_rows(race, |fate| *fate != Fate::Racing)
    }

    fn write_rows(&mut self, race: &mut Race, ended: impl Fn(&Fate) -> bool) -> Result<(), Error> {
        let contestants = race.search.contestants();
        race.written.resize(contestants.len(), false);
        for (number, one) in contestants.iter().enumerate() {
            // What is settled may come back when what helped is put together.
            let written = std::mem::replace(&mut race.written[number], ended(&one.fate));
            if written || !ended(&one.fate) {
                continue;
            }
            let row = CandidateRow::of(number, &race.entry.id, one, &race.search);
            let mut line = serde_json::to_string(&row)?;
            line.push('\n');
            let path = self.folder.join("candidates.jsonl");
            self.books.write_all(line.as_bytes()).map_err(Error::io(
                &path,
                "append a candidate",
                "check space and permissions",
            ))?;
        }
        Ok(())
    }

    /// Books a runtime's part, however far it came.
    fn finish(&mut self, race: &Race) -> Result<(), Error> {
        let copy = |choice: &Choice| self.copy(race.entry, choice);
        let runtime = RuntimeTuning::of(&race.entry.id, &race.factors, &race.search, copy);
        for row in &runtime.candidates {
            if row.fate == Fate::Racing {
                let mut line = serde_json::to_string(row)?;
                line.push('\n');
                let path = self.folder.join("candidates.jsonl");
                self.books.write_all(line.as_bytes()).map_err(Error::io(
                    &path,
                    "append a candidate",
                    "check space and permissions",
                ))?;
            }
        }
        let failed = runtime.candidates.first().map(|row| &row.fate);
        if let Some(Fate::Failed { reason }) = failed {
            self.tuning.cautions.push(format!(
                "{}: the default itself failed: {reason}",
                race.entry.id
            ));
        }
        self.tuning.runtimes.push(runtime);
        Ok(())
    }

    fn copy(&self, entry: &RuntimeEntry, choice: &Choice) -> Copyable {
        let mut copy = self.builds.copy(choice);
        let opening = knobs::opening(entry, choice, self.arguments.deadline);
        let rest = match (&self.arguments.requests, &self.arguments.config) {
            (Some(requests), Some(config)) => format!(
                "--module plugin.wasm --config {} --requests {}",
                config.display(),
                requests.display()
            ),
            (Some(requests), None) => {
                format!("--module plugin.wasm --requests {}", requests.display())
            }
            (None, _) => "--module plugin.wasm --requests traffic.jsonl".to_owned(),
        };
        copy.measure = format!("pwbench run {} {rest}", opening.options());
        let knobs: Vec<String> = opening
            .knobs
            .iter()
            .map(|(knob, value)| format!("{knob}={value}"))
            .collect();
        if !knobs.is_empty() || opening.runtime != entry.id {
            let what = [vec![opening.runtime.clone()], knobs].concat().join(" ");
            copy.configuration
                .push(("the engine's configuration".to_owned(), what));
        }
        copy
    }

    /// Keeps the modules of the default and of the winners.
    fn keep_modules(&mut self) -> Result<(), Error> {
        let folder = self.folder.join("modules");
        fs::create_dir_all(&folder).map_err(Error::io(
            &folder,
            "make the folder",
            "check space and permissions",
        ))?;
        self.builds
            .keep_module(&Choice::default(), &folder.join("default.wasm"))?;
        for runtime in &mut self.tuning.runtimes {
            for one in &mut runtime.confirmations {
                if one.candidate.is_none() {
                    continue;
                }
                let engine = runtime.runtime.replace('/', "-");
                let name = format!("modules/{engine}-{}.wasm", one.objective.word());
                if self
                    .builds
                    .keep_module(&one.choice, &self.folder.join(&name))?
                {
                    one.copy.module = name;
                }
            }
        }
        Ok(())
    }
}

impl Race {
    fn spent(&self) -> f64 {
        let share = self.share.as_secs_f64();
        match share > 0.0 {
            true => self.begin.elapsed().as_secs_f64() / share,
            false => 1.0,
        }
    }

    fn label(&self, index: usize) -> String {
        let one = &self.search.contestants()[index];
        let stage = format!("{:?}", self.search.stage()).to_lowercase();
        let name = match one.control {
            true => "default, again".to_owned(),
            false => one.choice.to_string(),
        };
        format!("{} {stage}: {name}", self.entry.id)
    }

    /// Odd blocks are shuffled, even ones go backwards, so that what drifts falls on all alike.
    fn order(&mut self, block: u32, contestants: &[usize], part: Part) -> Vec<usize> {
        let known = |index: &usize| contestants.contains(index);
        let same = self.order.iter().filter(|index| known(index)).count() == contestants.len();
        if block.is_multiple_of(2) && same {
            self.order.retain(|index| known(index));
            self.order.reverse();
        } else {
            self.order = contestants.to_vec();
            self.order.shuffle(&mut self.random);
        }
        let ready = |index: &&usize| self.ready.contains_key(&key(**index, part));
        self.order.iter().filter(ready).copied().collect()
    }
}

fn key(index: usize, part: Part) -> (usize, bool) {
    (index, part == Part::HeldOut)
}
