//! One runtime's contest: contestants are prepared and measured, block by block.

use std::time::Instant;

use reports::{Choice, Step, Traffic};

use super::campaign::Campaign;
use super::race::{Race, key};
use crate::experiment::Stop;
use crate::tuning::builds::{Built, Unbuilt};
use crate::tuning::knobs;
use crate::tuning::materials::Part;

/// Failures of its trials after which a candidate is out.
const STRIKES: u32 = 2;

impl Campaign<'_> {
    pub(super) async fn compete(&mut self, race: &mut Race) -> Result<(), Stop> {
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
            self.prepare_all(race, &contestants, traffic).await?;
            self.measure_all(race, block, &contestants, traffic).await?;
            if race.search.contestants()[0].has_failed() {
                return Ok(());
            }
        }
    }

    /// Prepares those that are not ready yet, while there is time.
    async fn prepare_all(
        &mut self,
        race: &mut Race,
        contestants: &[usize],
        traffic: Traffic,
    ) -> Result<(), Stop> {
        let part = part(traffic);
        let new = contestants.iter().copied();
        let new: Vec<usize> = new
            .filter(|index| !race.ready.contains_key(&key(*index, part)))
            .collect();
        if !new.is_empty() {
            self.progress.stage("checking", new.len());
        }
        for index in new {
            let ready = |index: &&usize| race.ready.contains_key(&key(**index, part));
            let waiting = contestants.iter().filter(ready).count();
            if race.is_late(traffic, waiting) {
                break;
            }
            self.progress.trial(&race.label(index), None);
            if let Err(unfit) = self.prepare(race, index, traffic).await? {
                match unfit {
                    Unbuilt::Failed(reason) => race.search.fail(index, reason),
                    Unbuilt::Late => race.search.leave_out(index),
                }
            }
            self.progress.ended();
        }
        Ok(())
    }

    /// Measures each once, while there is time.
    async fn measure_all(
        &mut self,
        race: &mut Race,
        block: u32,
        contestants: &[usize],
        traffic: Traffic,
    ) -> Result<(), Stop> {
        let order = race.order(block, contestants, part(traffic));
        self.progress.stage("racing", order.len());
        for index in order {
            if race.is_late(traffic, 0) {
                break;
            }
            let left = self.arguments.budget.saturating_sub(self.begin.elapsed());
            self.progress.trial(&race.label(index), Some(left));
            self.trial(race, index, block, traffic).await?;
            self.progress.ended();
        }
        Ok(())
    }

    /// Builds and checks a contestant. The inner error is why it takes no further part.
    async fn prepare(
        &mut self,
        race: &mut Race,
        index: usize,
        traffic: Traffic,
    ) -> Result<Result<(), Unbuilt>, Stop> {
        let (part, until) = (part(traffic), race.until(traffic));
        let choice = race.search.contestants()[index].choice.clone();
        let control = race.search.contestants()[index].control;
        let built = match self.builds.get(&choice, until).await? {
            Ok(built) => built,
            Err(Unbuilt::Failed(reason)) => {
                return Ok(Err(Unbuilt::Failed(format!("not built: {reason}"))));
            }
            Err(late) => return Ok(Err(late)),
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
                return Ok(Ok(()));
            }
            race.seen
                .push((built.sha256.clone(), opening.clone(), index));
        }
        if let Err(unfit) = self.fits_all(&built, until).await? {
            return Ok(Err(unfit));
        }
        let start = Instant::now();
        let checked = self.measuring.check(&built, &opening, part, until).await?;
        race.timetable.checked(start.elapsed());
        Ok(match checked {
            Ok(ready) => {
                race.ready.insert(key(index, part), ready);
                Ok(())
            }
            Err(_) if Instant::now() >= until => Err(Unbuilt::Late),
            Err(failed) => Err(Unbuilt::Failed(failed.to_string())),
        })
    }

    /// Whether every runtime of the campaign does with the module what the default does.
    async fn fits_all(
        &mut self,
        built: &Built,
        until: Instant,
    ) -> Result<Result<(), Unbuilt>, Stop> {
        if let Some(known) = self.fit.get(&built.sha256) {
            return Ok(known.clone().map_err(Unbuilt::Failed));
        }
        let mut fits = Ok(());
        for entry in self.runtimes.clone() {
            let opening = knobs::opening(entry, &Choice::default(), self.arguments.deadline);
            let checked = self
                .measuring
                .check(built, &opening, Part::Search, until)
                .await?;
            if Instant::now() >= until {
                return Ok(Err(Unbuilt::Late));
            }
            if let Err(failed) = checked {
                fits = Err(format!("on {}: {failed}", entry.id));
                break;
            }
        }
        self.fit.insert(built.sha256.clone(), fits.clone());
        Ok(fits.map_err(Unbuilt::Failed))
    }

    async fn trial(
        &mut self,
        race: &mut Race,
        index: usize,
        block: u32,
        traffic: Traffic,
    ) -> Result<(), Stop> {
        let (part, until) = (part(traffic), race.until(traffic));
        let Some(ready) = race.ready.get(&key(index, part)) else {
            return Ok(());
        };
        let start = Instant::now();
        let measured = self.measuring.measure(ready, part, until).await?;
        race.timetable.tried(traffic, start.elapsed());
        match measured {
            Ok(values) => race.search.record(index, block, traffic, &values),
            // It was not slow: the time was up.
            Err(_) if Instant::now() >= until => {}
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
}

fn part(traffic: Traffic) -> Part {
    match traffic {
        Traffic::Search => Part::Search,
        Traffic::HeldOut => Part::HeldOut,
    }
}
