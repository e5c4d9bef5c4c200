//! All runtimes, one after the other.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use rand::SeedableRng as _;
use rand::rngs::StdRng;
use reports::{Choice, Layer, MissingLevel, Search, Tuning};
use runtimes::RuntimeEntry;

use super::choice::allowed;
use super::race::Race;
use super::timetable::Timetable;
use crate::cli::TuneArgs;
use crate::error::Error;
use crate::experiment::{Progress, Stop};
use crate::tuning::builds::{Builds, Unbuilt};
use crate::tuning::knobs;
use crate::tuning::materials::Options;
use crate::tuning::measuring::Measuring;

/// Share of the time that modules of single levels may take to build.
const BUILD_SHARE: f64 = 0.4;

/// Everything that is the same for all runtimes.
pub(super) struct Campaign<'a> {
    pub(super) arguments: &'a TuneArgs,
    pub(super) progress: &'a Progress,
    pub(super) measuring: Measuring<'a>,
    pub(super) builds: Builds,
    /// With what a person measures again.
    pub(super) options: Options,
    pub(super) folder: PathBuf,
    pub(super) runtimes: Vec<&'static RuntimeEntry>,
    pub(super) tuning: Tuning,
    pub(super) begin: Instant,
    /// Modules that were checked on every runtime, by digest.
    pub(super) fit: BTreeMap<String, Result<(), String>>,
    pub(super) books: fs::File,
}

impl Campaign<'_> {
    pub(super) async fn run(&mut self, seed: u64) -> Result<(), Stop> {
        let end = self.begin + self.arguments.budget;
        let default = match self.builds.get(&Choice::default(), end).await? {
            Ok(built) => built,
            Err(Unbuilt::Failed(reason)) => return Err(Error::TuneDefault(reason).into()),
            Err(Unbuilt::Late) => return Err(self.late("its build").into()),
        };
        let first = self.runtimes[0];
        let set = self.measuring.set_reference(&default, &first.id, end);
        match set.await? {
            Ok(()) => {}
            Err(_) if Instant::now() >= end => return Err(self.late("its check").into()),
            Err(failed) => return Err(Error::TuneDefault(failed.to_string()).into()),
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

    fn late(&self, what: &str) -> Error {
        let budget = self.arguments.budget.as_secs_f64();
        Error::TuneBudget(format!("{what} did not end within {budget} s"))
    }

    /// Makes the modules of all single levels, in as much time as there is for that.
    async fn build_singles(&mut self) -> Result<(), Stop> {
        let factors = self.builds.factors.clone();
        let levels: usize = factors.iter().map(|factor| factor.levels.len()).sum();
        self.progress.stage("building", levels);
        let until = self.begin + self.arguments.budget.mul_f64(BUILD_SHARE);
        // The first level of every factor, then the second: when the time is short, each factor
        // has been tried.
        let most = factors.iter().map(|factor| factor.levels.len()).max();
        for turn in 0..most.unwrap_or(0) {
            for factor in &factors {
                let Some(level) = factor.levels.get(turn) else {
                    continue;
                };
                self.progress
                    .trial(&format!("{}={level}", factor.name), None);
                // A module that cannot be built is told of when its turn in a race comes, and
                // one that there was no time for is not made.
                let single = Choice::single(&factor.name, level);
                let _ = self.builds.get(&single, until).await?;
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
            timetable: Timetable::new(share, self.arguments.objectives.len()),
        })
    }
}
