//! One side against a ceiling.

use reports::{Figure, Question, Word};

use crate::judging::judged;
use crate::machine::Machine;

/// Whether CPU time lies above a ceiling; the synthetic base takes 10,000 ns a transaction.
fn ceiling(cell: usize, most: f64) -> Question {
    Question {
        cell,
        figure: Figure::Cpu,
        band: 0.0,
        decides: true,
        ceiling: Some(most),
    }
}

#[test]
fn a_ceiling_that_is_far_off_is_decided_both_ways_and_a_broken_one_confirmed() {
    // The machine's weather scatters by a fifth from block to block.
    let mut machine = Machine::new(12, 0.014);
    let below = judged(&mut machine, &[1.0], 1.0, &|cell| ceiling(cell, 20_000.0));
    assert_eq!(below.answers()[0].word, Word::Faster);
    let above = judged(&mut machine, &[1.0], 1.0, &|cell| ceiling(cell, 5_000.0));
    let answer = &above.answers()[0];
    assert_eq!(answer.word, Word::Slower);
    assert!(answer.confirmation.expect("heard").confirmed);
    assert!((answer.ratio.expect("values").estimate - 2.0).abs() < 0.3);
}

/// How many families of so many cells, each on its ceiling but for the slices that something else
/// hits, have one that is said to lie above.
fn broken(machine: &mut Machine, families: usize, cells: usize) -> usize {
    let on_it = |cell| ceiling(cell, 10_100.0);
    let breaks = |_: &usize| {
        let judge = judged(machine, &vec![1.0; cells], 1.0, &on_it);
        let answers = judge.answers();
        answers.iter().any(|answer| answer.word == Word::Slower)
    };
    (0..families).filter(breaks).count()
}

#[test]
fn a_side_that_lies_on_its_ceiling_seldom_breaks_it() {
    let comparisons = 200;
    let broken = broken(&mut Machine::new(13, 0.014), comparisons, 1);
    // 2.5 % at most before a confirmation, and four standard errors.
    assert!(broken <= 13, "{broken} of {comparisons}");
}

#[test]
fn ceilings_on_many_cells_are_one_family_and_a_failed_control_forbids_them_too() {
    let mut machine = Machine::new(14, 0.014);
    let families = 60;
    let broken = broken(&mut machine, families, 8);
    assert!(broken <= 9, "{broken} of {families}");
    let unsteady = judged(&mut machine, &[1.0], 1.1, &|cell| ceiling(cell, 5_000.0));
    assert_eq!(unsteady.answers()[0].word, Word::Undecided);
    assert!(unsteady.objection().is_some());
}
