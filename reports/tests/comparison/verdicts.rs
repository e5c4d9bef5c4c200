//! One side against another.

use reports::{Figure, Judge, SamplePlan, Sitting, Spending, Stage, Word, exact_ratio};

use crate::judging::{compare, question};
use crate::machine::Machine;

fn word(machine: &mut Machine, ratio: f64) -> Word {
    compare(machine, &[ratio], 1.0).answers()[0].word
}

#[test]
fn a_thing_is_never_called_slower_than_itself() {
    let mut machine = Machine::new(1, 0.014);
    let words: Vec<Word> = (0..300).map(|_| word(&mut machine, 1.0)).collect();
    let count = |wanted| words.iter().filter(|word| **word == wanted).count();
    assert_eq!(count(Word::Slower) + count(Word::Faster), 0);
    assert!(
        count(Word::Same) >= 150,
        "{} called the same",
        count(Word::Same)
    );
}

#[test]
fn differences_beyond_the_band_are_found() {
    for (ratio, wanted) in [
        (1.03, Word::Slower),
        (1.05, Word::Slower),
        (0.95, Word::Faster),
    ] {
        let mut machine = Machine::new(2, 0.014);
        let found = (0..60)
            .filter(|_| word(&mut machine, ratio) == wanted)
            .count();
        assert!(found >= 57, "{ratio}: {found} of 60");
    }
}

#[test]
fn the_error_over_many_cells_is_that_of_one_family() {
    // Eight cells with nothing beyond the band; some exactly on its edge, the worst case.
    let ratios = [1.01, 1.0, 1.01, 1.0, 1.01, 1.0, 1.01, 1.01];
    let mut machine = Machine::new(3, 0.014);
    let families = 100;
    let wrong = (0..families)
        .filter(|_| {
            let judge = compare(&mut machine, &ratios, 1.0);
            judge
                .answers()
                .iter()
                .any(|answer| answer.word == Word::Slower)
        })
        .count();
    // 5 % of 100, and four standard errors.
    assert!(wrong <= 13, "{wrong} of {families}");
}

#[test]
fn intervals_cover_the_truth_at_all_looks_at_once() {
    let plan = SamplePlan::default();
    let spending = plan.spending();
    let (seeds, truth) = (400, 1.02_f64);
    let mut covered = 0;
    for seed in 0..seeds {
        let mut machine = Machine::new(seed, 0.014);
        let logs: Vec<f64> = (1..=plan.most())
            .map(|block| {
                let sitting = machine.sit(0, Stage::Main, block, [1.0, 1.0, truth]);
                sitting.contrast(Figure::Cpu).expect("slices").new
            })
            .collect();
        covered += u32::from(plan.looks.iter().enumerate().all(|(look, blocks)| {
            let level = 1.0 - spending.alpha(look);
            let own = logs[..*blocks as usize].to_vec();
            exact_ratio(own, level, 0.01, 7).is_some_and(|ratio| ratio.interval.contains(truth))
        }));
    }
    let share = f64::from(covered) / seeds as f64;
    // Four standard errors of a share near 0.95 over 400 seeds are 0.044.
    assert!(share >= 0.906, "{share}");
}

#[test]
fn looking_at_every_block_would_raise_alarms_that_the_plan_does_not() {
    // Without a spending rule a comparison that looks at each block at the 5 % level errs far
    // more often than in 5 %; with it, at most so.
    let seeds = 300;
    let looks: Vec<u32> = (6..=48).collect();
    let shares: Vec<f64> = looks.iter().map(|n| f64::from(*n) / 48.0).collect();
    let spending = Spending::new(0.05, &shares);
    let (mut peeking, mut spent) = (0, 0);
    for seed in 0..seeds {
        let mut machine = Machine::new(seed, 0.014);
        let logs: Vec<f64> = (0..48).map(|_| 0.02 * machine.normal()).collect();
        let errs = |level: &dyn Fn(usize) -> f64| {
            looks.iter().enumerate().any(|(look, n)| {
                let own = logs[..*n as usize].to_vec();
                exact_ratio(own, level(look), 0.0, 7).is_some_and(|r| !r.interval.contains(1.0))
            })
        };
        peeking += u32::from(errs(&|_| 0.95));
        spent += u32::from(errs(&|look| 1.0 - spending.alpha(look)));
    }
    assert!(peeking > 60, "{peeking} of {seeds} by peeking");
    assert!(spent <= 32, "{spent} of {seeds} with the rule");
}

#[test]
fn a_control_that_differs_from_itself_forbids_every_verdict() {
    let mut machine = Machine::new(5, 0.01);
    let judge = compare(&mut machine, &[1.2], 1.1);
    assert_eq!(judge.answers()[0].word, Word::Undecided);
    let objection = judge.objection().expect("an objection");
    assert!(objection.contains("measured twice"), "{objection}");
}

#[test]
fn what_fresh_processes_do_not_find_again_is_not_slower() {
    let plan = SamplePlan::default();
    let mut machine = Machine::new(6, 0.01);
    let mut judge = Judge::new(vec![question(0)], plan.clone(), 7);
    let mut sittings: Vec<Sitting> = (1..=plan.most())
        .map(|block| machine.sit(0, Stage::Main, block, [1.0, 1.0, 1.05]))
        .collect();
    judge.look(2, true, &sittings);
    assert_eq!(judge.answers()[0].word, Word::Slower);
    assert!(judge.needs_confirmation(0));
    sittings.extend(
        (1..=plan.confirmation)
            .map(|block| machine.sit(0, Stage::Confirmation, block, [1.0, 1.0, 1.0])),
    );
    judge.confirm(&sittings);
    let answer = &judge.answers()[0];
    assert_eq!(answer.word, Word::Undecided);
    assert!(!answer.confirmation.expect("heard").confirmed);
}
