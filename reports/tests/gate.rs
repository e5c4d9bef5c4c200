//! What the gate makes of a comparison, and how it tells.

use reports::{
    Answer, ComparedCell, ComparisonReport, Confirmation, Control, Count, Figure, GateOutcome,
    GateReport, GateStatus, Interval, PairedRatio, Question, Word,
};
use std::collections::BTreeMap;

fn ratio(estimate: f64, half: f64) -> PairedRatio {
    PairedRatio {
        estimate,
        interval: Interval {
            low: estimate - half,
            high: estimate + half,
        },
        exact: None,
        p: 0.001,
        n: 32,
    }
}

fn answer(word: Word, estimate: f64, half: f64) -> Answer {
    Answer {
        question: Question {
            cell: 0,
            figure: Figure::Cpu,
            band: 0.01,
            decides: true,
            ceiling: None,
        },
        word,
        ratio: Some(ratio(estimate, half)),
        level: 0.95,
        p_adjusted: 0.001,
        control: Some(Control::of(ratio(1.0, 0.005), 0.01)),
        confirmation: None,
        look: 1,
        base: Some(10_000.0),
        new: Some(10_000.0 * estimate),
    }
}

/// A "slower" that fresh processes have found again.
fn slower() -> Answer {
    Answer {
        confirmation: Some(Confirmation {
            ratio: ratio(1.05, 0.01),
            confirmed: true,
        }),
        ..answer(Word::Slower, 1.05, 0.01)
    }
}

fn report(answer: Answer, calls: (f64, f64)) -> GateReport {
    let comparison = ComparisonReport {
        base: "old <b>|x".to_owned(),
        new: "new".to_owned(),
        cells: vec![ComparedCell {
            label: "a \"cell\" & more".to_owned(),
            answers: vec![answer],
            counts: vec![Count {
                figure: Figure::HostCalls,
                base: calls.0,
                new: calls.1,
            }],
            ..ComparedCell::default()
        }],
        ..ComparisonReport::default()
    };
    let limits = BTreeMap::from([(Figure::Cpu, 0.01), (Figure::HostCalls, 0.0)]);
    GateReport::of(comparison, &limits, &BTreeMap::new())
}

#[test]
fn each_status_follows_from_its_word() {
    let status = |answer: Answer| report(answer, (50.0, 50.0)).rows[0].status;
    assert_eq!(status(slower()), GateStatus::Failed);
    // Nobody has looked a second time.
    assert_eq!(
        status(answer(Word::Slower, 1.05, 0.01)),
        GateStatus::Undecided
    );
    assert_eq!(status(answer(Word::Same, 1.0, 0.005)), GateStatus::Passed);
    assert_eq!(status(answer(Word::Faster, 0.9, 0.01)), GateStatus::Passed);
    assert_eq!(
        status(answer(Word::Undecided, 1.02, 0.03)),
        GateStatus::Undecided
    );
    // Nobody can say whether it got faster, but it certainly did not get too slow.
    assert_eq!(
        status(answer(Word::Undecided, 0.985, 0.02)),
        GateStatus::Passed
    );
    let untrusted = Answer {
        control: Some(Control::of(ratio(1.1, 0.01), 0.01)),
        ..answer(Word::Undecided, 1.05, 0.01)
    };
    assert_eq!(status(untrusted), GateStatus::Untrusted);
}

#[test]
fn one_host_call_more_breaks_a_limit_of_nothing() {
    let sound = report(answer(Word::Same, 1.0, 0.005), (50.0, 50.0));
    assert_eq!(sound.outcome, GateOutcome::Passed);
    let broken = report(answer(Word::Same, 1.0, 0.005), (50.0, 51.0));
    assert_eq!(broken.outcome, GateOutcome::Failed);
    assert_eq!(broken.rows[1].status, GateStatus::Failed);
}

/// A comparison whose A/A control failed.
fn objected(answer: Answer, calls: (f64, f64)) -> ComparisonReport {
    let mut comparison = report(answer, calls).comparison;
    comparison.object(Some("it differed from itself".to_owned()));
    comparison
}

#[test]
fn under_a_failed_control_no_sampled_word_stands_and_only_what_is_counted_can_break() {
    let limits = BTreeMap::from([(Figure::Cpu, 0.01), (Figure::HostCalls, 0.0)]);
    let none = BTreeMap::new();
    let sampled = objected(slower(), (50.0, 50.0));
    assert_eq!(sampled.cells[0].answers[0].word, Word::Undecided);
    let held = GateReport::of(sampled, &limits, &none);
    assert_eq!(
        (held.outcome, held.rows[0].status),
        (GateOutcome::Untrusted, GateStatus::Untrusted)
    );
    let counted = GateReport::of(objected(slower(), (50.0, 51.0)), &limits, &none);
    assert_eq!(counted.outcome, GateOutcome::Failed);
    let mut failed = objected(slower(), (50.0, 50.0));
    failed.cells[0].failure = Some("another answer".to_owned());
    assert_eq!(
        GateReport::of(failed, &limits, &none).outcome,
        GateOutcome::Failed
    );
}

#[test]
fn a_ceiling_is_judged_by_its_own_question_and_not_by_that_of_a_limit() {
    let ceiling = |answer: Answer| Answer {
        question: Question {
            band: 0.0,
            ceiling: Some(9_000.0),
            ..answer.question
        },
        ..answer
    };
    let mut comparison = report(answer(Word::Same, 1.0, 0.005), (50.0, 50.0)).comparison;
    comparison.cells[0].answers.push(ceiling(slower()));
    let limits = BTreeMap::from([(Figure::Cpu, 0.01)]);
    let ceilings = BTreeMap::from([(Figure::Cpu, 9_000.0)]);
    let statuses = |comparison: &ComparisonReport| {
        let held = GateReport::of(comparison.clone(), &limits, &ceilings);
        held.rows.iter().map(|row| row.status).collect::<Vec<_>>()
    };
    assert_eq!(
        statuses(&comparison),
        [GateStatus::Passed, GateStatus::Failed]
    );
    comparison.cells[0].answers[1] = ceiling(answer(Word::Slower, 1.05, 0.01));
    assert_eq!(
        statuses(&comparison),
        [GateStatus::Passed, GateStatus::Undecided]
    );
    // A history keeps the ratio to the base, whichever was asked first.
    comparison.cells[0].answers.reverse();
    let entry = &reports::HistoryEntry::of(&comparison, "c")[0];
    assert_eq!(entry.figures[&Figure::Cpu].ratio, Some(1.0));
}

#[test]
fn markdown_and_junit_hold_whatever_a_name_holds() {
    let report = report(slower(), (50.0, 50.0));
    let markdown = report.markdown();
    assert!(markdown.contains("1 of 2 limits are broken"), "{markdown}");
    assert!(
        markdown.contains("old \\<b\\>\\|x") && !markdown.contains("<b>"),
        "{markdown}"
    );
    let junit = report.junit();
    assert!(
        junit.contains("tests=\"2\" failures=\"1\" errors=\"0\" skipped=\"0\""),
        "{junit}"
    );
    assert!(junit.contains("a &quot;cell&quot; &amp; more"), "{junit}");
    assert_eq!(
        junit.matches("<testcase").count(),
        junit.matches("</testcase>").count()
    );
}

#[test]
fn a_report_is_read_back_as_it_was_written() {
    let report = report(slower(), (50.0, 50.0));
    let text = serde_json::to_string(&report).expect("JSON");
    let back: GateReport = serde_json::from_str(&text).expect("a report");
    assert_eq!(back, report);
}
