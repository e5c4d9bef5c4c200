//! How one runtime's time is shared between its search and the confirmation.

use std::time::Duration;

use reports::{Search, Spent, Traffic};

use crate::tuning::measuring::{CONFIRM_TARGET, SEARCH_TARGET};

/// The most of the time that is kept for the confirmation.
const MOST_KEPT: f64 = 0.5;

/// What there is time for, from what checks and trials have taken so far. Times are since the
/// race began.
#[derive(Debug, Clone)]
pub(super) struct Timetable {
    share: Duration,
    /// Contestants of a confirmation at most: the default twice, and a winner of each objective.
    finalists: u32,
    check: Duration,
    search_trial: Duration,
    confirm_trial: Duration,
}

impl Timetable {
    /// For a race with so much time and so many objectives.
    pub(super) fn new(share: Duration, objectives: usize) -> Self {
        Self {
            share,
            finalists: 2 + u32::try_from(objectives).unwrap_or(u32::MAX - 2),
            check: Duration::ZERO,
            search_trial: Duration::ZERO,
            confirm_trial: Duration::ZERO,
        }
    }

    /// Hears what a check took.
    pub(super) fn checked(&mut self, time: Duration) {
        learn(&mut self.check, time);
    }

    /// Hears what a trial took.
    pub(super) fn tried(&mut self, traffic: Traffic, time: Duration) {
        match traffic {
            Traffic::Search => {
                learn(&mut self.search_trial, time);
                // Those of the confirmation measure for longer.
                learn(
                    &mut self.confirm_trial,
                    time + (CONFIRM_TARGET - SEARCH_TARGET),
                );
            }
            Traffic::HeldOut => learn(&mut self.confirm_trial, time),
        }
    }

    /// How the time stands.
    pub(super) fn spent(&self, elapsed: Duration) -> Spent {
        let step = self.check.max(self.search_trial);
        let search = self.end(Traffic::Search).as_secs_f64();
        let block = (self.confirm_trial * self.finalists).max(self.check);
        Spent {
            search: match search > 0.0 {
                true => (elapsed + step).as_secs_f64() / search,
                false => 1.0,
            },
            over: elapsed + block > self.share,
        }
    }

    /// Whether no further check or trial over this traffic would end in time and leave so many
    /// trials theirs: what is ready shall be measured before more is made ready.
    pub(super) fn is_late(&self, elapsed: Duration, traffic: Traffic, waiting: usize) -> bool {
        let waiting = u32::try_from(waiting).unwrap_or(u32::MAX);
        // Before the first trial, a check tells best what one takes.
        let trial = match (traffic, self.search_trial) {
            (Traffic::HeldOut, _) => self.confirm_trial,
            (Traffic::Search, Duration::ZERO) => self.check,
            (Traffic::Search, known) => known,
        };
        let then = elapsed + trial * waiting;
        match traffic {
            Traffic::Search => self.spent(then).search >= 1.0,
            Traffic::HeldOut => then + self.confirm_trial.max(self.check) > self.share,
        }
    }

    /// When what is done over this traffic must have ended.
    pub(super) fn end(&self, traffic: Traffic) -> Duration {
        match traffic {
            Traffic::Search => self.share - self.kept(),
            Traffic::HeldOut => self.share,
        }
    }

    /// The time that the confirmation needs at least.
    fn kept(&self) -> Duration {
        let each = self.check + self.confirm_trial * Search::FEWEST_CONFIRMING;
        (each * self.finalists).min(self.share.mul_f64(MOST_KEPT))
    }
}

/// Longer times are believed at once and shorter ones by and by, so that little is begun that
/// does not end in time.
fn learn(known: &mut Duration, time: Duration) {
    *known = time.max((*known * 7 + time) / 8);
}

#[cfg(test)]
mod tests {
    use super::*;
    use reports::{Factor, Layer, Quantity, Step};
    use std::collections::{BTreeMap, BTreeSet};

    /// What a simulated campaign came to.
    struct Ended {
        elapsed: Duration,
        /// Trials of the winner over held-out traffic.
        heard: usize,
        search: Search,
    }

    fn factors() -> Vec<Factor> {
        let factor = |name: &str| Factor {
            name: name.to_owned(),
            layer: Layer::Engine,
            default: "off".to_owned(),
            levels: vec!["on".to_owned(), "more".to_owned()],
            only_told: false,
        };
        ["a", "b", "c", "d"].map(factor).to_vec()
    }

    /// Runs a race as the campaign does, on a clock that only checks and trials move.
    fn race(share: Duration, check: Duration, trial: Duration) -> Ended {
        let mut search = Search::new(factors(), vec![Quantity::P50], 7);
        let mut timetable = Timetable::new(share, 1);
        let mut elapsed = Duration::ZERO;
        let mut ready = BTreeSet::new();
        let mut heard = 0;
        let mut number = 0;
        while let Step::Measure {
            block,
            contestants,
            traffic,
        } = search.next(timetable.spent(elapsed))
        {
            let held_out = traffic == Traffic::HeldOut;
            for index in &contestants {
                let own = contestants
                    .iter()
                    .filter(|own| ready.contains(&(**own, held_out)));
                if timetable.is_late(elapsed, traffic, own.count()) {
                    break;
                }
                if ready.insert((*index, held_out)) {
                    elapsed += check;
                    timetable.checked(check);
                }
            }
            for index in contestants {
                if !ready.contains(&(index, held_out)) {
                    continue;
                }
                if timetable.is_late(elapsed, traffic, 0) {
                    break;
                }
                number += 1;
                // Now and then one takes a little longer.
                let took = match number % 5 {
                    0 => trial.mul_f64(1.2),
                    _ => trial,
                };
                elapsed += took;
                timetable.tried(traffic, took);
                let choice = &search.contestants()[index].choice;
                let helps = choice.level("a") == Some("on");
                let value = if helps { 80.0 } else { 100.0 } + f64::from(number % 3) * 0.1;
                let values = BTreeMap::from([(Quantity::P50, value)]);
                search.record(index, block, traffic, &values);
                heard += usize::from(held_out && index > 1);
            }
        }
        Ended {
            elapsed,
            heard,
            search,
        }
    }

    const TRIAL: Duration = Duration::from_millis(200);

    #[test]
    fn whatever_the_time_it_is_not_passed_by_more_than_a_trial() {
        for seconds in [0, 1, 2, 3, 5, 8, 13, 30, 60, 120] {
            for check in [50, 400, 1_500] {
                let check = Duration::from_millis(check);
                let share = Duration::from_secs(seconds);
                let ended = race(share, check, TRIAL);
                let most = share + check.max(TRIAL.mul_f64(1.2));
                assert!(
                    ended.elapsed <= most,
                    "{seconds} s, {check:?}: {:?}",
                    ended.elapsed
                );
            }
        }
    }

    #[test]
    fn a_winner_is_confirmed_in_the_time_that_was_kept_for_it() {
        for seconds in [20, 30, 60] {
            let ended = race(Duration::from_secs(seconds), TRIAL, TRIAL);
            let winner = ended.search.winners()[&Quantity::P50];
            let choice = &ended.search.contestants()[winner].choice;
            assert_eq!(choice.level("a"), Some("on"), "{seconds} s");
            assert!(ended.heard >= 6, "{seconds} s: {} trials", ended.heard);
            let (against, ..) = ended
                .search
                .confirmation(winner, Quantity::P50)
                .expect("heard");
            assert!(against.n >= 6 && (against.ratio - 0.8).abs() < 0.01);
        }
    }

    #[test]
    fn what_there_is_time_to_check_there_is_time_to_measure() {
        // Ten checks alone would take all of the search's time.
        let check = Duration::from_millis(900);
        let ended = race(Duration::from_secs(16), check, TRIAL);
        let measured = ended.search.contestants().iter();
        let measured = measured.filter(|one| one.value(Quantity::P50).is_some());
        assert!(measured.count() >= 4);
    }

    #[test]
    fn without_room_nothing_is_begun() {
        let ended = race(Duration::ZERO, TRIAL, TRIAL);
        assert_eq!(ended.elapsed, Duration::ZERO);
        assert!(ended.search.is_cut_short() && ended.search.winners().is_empty());
    }
}
