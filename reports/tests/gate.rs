//! What the gate makes of a comparison, and how it tells.

use reports::{
    Answer, ComparedCell, ComparisonReport, Control, Count, Figure, GateOutcome, GateReport,
    GateStatus, Interval, PairedRatio, Question, Word,
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
    GateReport::of(comparison, &[], &limits, &BTreeMap::new())
}

#[test]
fn each_status_follows_from_its_word() {
    let status = |answer: Answer| report(answer, (50.0, 50.0)).rows[0].status;
    assert_eq!(status(answer(Word::Slower, 1.05, 0.01)), GateStatus::Failed);
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

#[test]
fn markdown_and_junit_hold_whatever_a_name_holds() {
    let report = report(answer(Word::Slower, 1.05, 0.01), (50.0, 50.0));
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
    let report = report(answer(Word::Slower, 1.05, 0.01), (50.0, 50.0));
    let text = serde_json::to_string(&report).expect("JSON");
    let back: GateReport = serde_json::from_str(&text).expect("a report");
    assert_eq!(back, report);
}
