//! One runtime's contest: contestants are prepared and measured, block by block.

use reports::{Choice, Step, Traffic};

use super::campaign::Campaign;
use super::race::{Race, key};
use crate::experiment::Stop;
use crate::tuning::builds::Built;
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
}
