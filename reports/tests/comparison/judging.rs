//! Whole comparisons on the synthetic machine, as the program runs them.

use reports::{Figure, Judge, Question, SamplePlan, Stage};

use crate::machine::Machine;

pub(crate) fn question(cell: usize) -> Question {
    Question {
        cell,
        figure: Figure::Cpu,
        band: 0.01,
        decides: true,
        ceiling: None,
    }
}

/// Runs a comparison of cells with these ratios as the program does.
pub(crate) fn compare(machine: &mut Machine, ratios: &[f64], control: f64) -> Judge {
    judged(machine, ratios, control, &question)
}

/// As [`compare`], with other questions.
pub(crate) fn judged(
    machine: &mut Machine,
    ratios: &[f64],
    control: f64,
    question: &dyn Fn(usize) -> Question,
) -> Judge {
    let plan = SamplePlan::default();
    let questions = (0..ratios.len()).map(question).collect();
    let mut judge = Judge::new(questions, plan.clone(), 7);
    let mut sittings = Vec::new();
    let mut block = 0;
    for (look, upto) in plan.looks.iter().enumerate() {
        while block < *upto {
            block += 1;
            for (cell, ratio) in ratios.iter().enumerate() {
                if judge.is_open(cell) {
                    sittings.push(machine.sit(cell, Stage::Main, block, [1.0, control, *ratio]));
                }
            }
        }
        judge.look(look, look + 1 == plan.looks.len(), &sittings);
    }
    for block in 1..=plan.confirmation {
        for (cell, ratio) in ratios.iter().enumerate() {
            if judge.needs_confirmation(cell) {
                let costs = [1.0, control, *ratio];
                sittings.push(machine.sit(cell, Stage::Confirmation, block, costs));
            }
        }
    }
    judge.confirm(&sittings);
    judge
}
