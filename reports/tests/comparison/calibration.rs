//! What a calibration counts.

use reports::{Calibration, CalibrationRecord, Judge, Others, SamplePlan, Sitting, Stage, Word};

use crate::judging::question;
use crate::machine::Machine;

/// A record of a calibration with this word.
fn record(number: u32, injected: f64, word: Word, sittings: &[Sitting]) -> CalibrationRecord {
    let mut judge = Judge::new(vec![question(0)], SamplePlan::default(), 7);
    judge.look(2, true, sittings);
    CalibrationRecord {
        number,
        guest: "synthetic".to_owned(),
        injected,
        instructions: Some(1.0 + injected),
        word,
        untrusted: false,
        unconfirmed_word: word,
        answer: judge.answers()[0].clone(),
        others: Others::judge(sittings, 7),
        sittings: sittings.len() as u32,
        seconds: 5.0,
        load: Some(1.0),
        started_unix_ms: 0,
    }
}

#[test]
fn a_calibration_counts_what_each_method_said() {
    let mut machine = Machine::new(9, 0.005);
    let mut sittings = |ratio: f64| -> Vec<Sitting> {
        (1..=16)
            .map(|block| machine.sit(0, Stage::Main, block, [1.0, 1.0, ratio]))
            .collect()
    };
    let (same, slow) = (sittings(1.0), sittings(1.5));
    let records = [
        record(0, 0.0, Word::Same, &same),
        record(1, 0.0, Word::Slower, &same),
        record(2, 0.5, Word::Slower, &slow),
    ];
    let found = Calibration::of(&records);
    assert_eq!(found.rows.len(), 2);
    let [none, half] = [&found.rows[0], &found.rows[1]];
    assert_eq!((none.n, none.slower.hits, none.same.hits), (2, 1, 1));
    assert_eq!((half.slower.hits, half.slower.trials), (1, 1));
    // Half as much again is more than any method overlooks, paired or not.
    for [slower, _] in [half.criterion, half.welch_slices, half.welch_processes] {
        assert_eq!(slower.hits, 1, "{half:?}");
    }
    assert_eq!(none.criterion[0].hits, 0);
    assert_eq!(half.instructions, Some(1.5));
    let document = found.document();
    assert!(
        document.headline.contains("false alarms 50.0 %"),
        "{}",
        document.headline
    );
    assert!(document.markdown().contains("+50 %"));
}
