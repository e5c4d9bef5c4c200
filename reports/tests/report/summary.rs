//! The verdict and the rankings, whichever way they are shown.

use reports::{Metric, ModeKind, Report, Word};

use crate::synthetic::Synthetic;
use crate::{group, report};

#[test]
fn the_usual_campaign_names_a_tie_and_who_follows() {
    let report = report("usual");
    let summary = report.summary();
    assert!(summary.headline.decided);
    let sentence = &summary.headline.sentence;
    assert!(
        sentence.contains("wasmtime/cranelift and wasmtime/cranelift-aot"),
        "{sentence}"
    );
    assert!(
        sentence.contains("both workloads; wasmer/cranelift"),
        "{sentence}"
    );
    assert_eq!(summary.headline.by_ranking.len(), 2);
    assert!(summary.headline.caution.contains("interpreter"));
}

#[test]
fn the_native_twin_is_a_yardstick_without_rank() {
    let report = report("usual");
    let group = group(report.summary(), "header-rewrite");
    let native = &group.cells[0];
    assert_eq!((native.kind, native.rank), (ModeKind::Native, None));
    assert_eq!(group.native.as_deref(), Some("native"));
    let best = group
        .cells
        .iter()
        .find(|cell| cell.rank == Some(1))
        .unwrap();
    let ratio = best.to_native[&Metric::CpuPerTransaction].ratio;
    assert!((ratio.estimate / (7.6 / 4.1) - 1.0).abs() < 0.02 && ratio.n == 8);
}

#[test]
fn few_blocks_and_a_drifting_control_are_undecided() {
    for kind in ["few", "drift"] {
        let report = report(kind);
        let summary = report.summary();
        assert!(!summary.headline.decided, "{kind}");
        assert!(summary.headline.sentence.starts_with("Undecided"), "{kind}");
        let words = summary
            .groups
            .iter()
            .flat_map(|group| &group.cells)
            .map(|cell| cell.word);
        assert!(
            words.into_iter().all(|word| word == Word::Undecided),
            "{kind}"
        );
    }
}

#[test]
fn one_workload_has_no_overall_ranking() {
    let report = report("drift");
    assert!(report.summary().overall.is_none() && report.summary().groups.len() == 1);
}

#[test]
fn without_cpu_times_wall_times_rank() {
    let mut made = Synthetic::usual(7);
    for trial in &mut made.trials {
        if let Some(measurement) = &mut trial.measurement {
            measurement.cpu_ns = 0;
        }
    }
    let report = Report::new(made.campaign, &made.trials);
    assert_eq!(report.summary().primary, Metric::WallPerTransaction);
    assert!(report.summary().headline.decided);
}
