//! What went wrong, and what is withheld for it.

use reports::{Latency, Report};

use crate::synthetic::Synthetic;
use crate::{group, report};

#[test]
fn accidents_become_rows_and_wrong_outcomes_withhold_times() {
    let report = report("accidents");
    let summary = report.summary();
    let kinds: Vec<&str> = summary
        .failures
        .iter()
        .map(|failure| failure.kind.word())
        .collect();
    for kind in ["crash", "timeout", "trap", "refused", "mismatch"] {
        assert!(kinds.contains(&kind), "{kind}");
    }
    let hung = summary
        .failures
        .iter()
        .find(|failure| failure.kind.word() == "timeout")
        .unwrap();
    assert_eq!(hung.blocks, vec![3, 5]);
    let group = group(summary, "prime-check");
    let wrong = group
        .cells
        .iter()
        .find(|cell| cell.cell.runtime == "wasmedge/aot")
        .unwrap();
    assert!(wrong.withheld.is_some() && wrong.rank.is_none());
    let overall = summary.overall.as_ref().unwrap();
    assert_eq!(overall.left_out, vec!["wamr/fast-jit", "wasmedge/aot"]);
}

#[test]
fn times_with_wrong_outcomes_are_shown_nowhere_in_the_ranking() {
    let mut made = Synthetic::usual(7);
    for trial in made
        .trials
        .iter_mut()
        .filter(|trial| trial.cell.runtime == "wasmi/eager")
    {
        if let Some(check) = &mut trial.check {
            check.matched = 1;
        }
    }
    let report = Report::new(made.campaign, &made.trials);
    for group in &report.summary().groups {
        assert!(
            group
                .measured()
                .all(|cell| cell.cell.runtime != "wasmi/eager")
        );
        assert!(
            group
                .break_even
                .iter()
                .all(|stretch| stretch.runtime != "wasmi/eager")
        );
    }
}

#[test]
fn unreadable_latencies_are_warned_of_and_the_rest_is_kept() {
    let mut made = Synthetic::usual(7);
    let broken: Latency = serde_json::from_str("\"AAAA\"").unwrap();
    made.trials
        .iter_mut()
        .filter_map(|trial| trial.measurement.as_mut())
        .for_each(|m| {
            m.latency = broken.clone();
        });
    let report = Report::new(made.campaign, &made.trials);
    assert!(!report.summary().warnings.is_empty());
    assert!(
        report
            .summary()
            .groups
            .iter()
            .flat_map(|g| &g.cells)
            .all(|c| c.latency.is_none())
    );
    assert!(report.summary().headline.decided);
}
