//! Reports of synthetic campaigns: what they say, and that they hold together.

mod synthetic;

use proptest::prelude::*;
use reports::{
    Campaign, CampaignFolder, Exporter, Html, Latency, Markdown, Measurement, Metric, ModeKind,
    Report, Startup, Summary, TrialRecord, Word, exporters,
};
use std::fs;
use std::io::Write as _;
use synthetic::{MARKUP, Synthetic, by_name};

const KINDS: [&str; 7] = [
    "usual",
    "accidents",
    "many",
    "few",
    "empty",
    "drift",
    "markup",
];

fn report(kind: &str) -> Report {
    let made = by_name(kind).unwrap();
    Report::new(made.campaign, &made.trials)
}

fn group<'a>(summary: &'a Summary, workload: &str) -> &'a reports::Group {
    summary
        .groups
        .iter()
        .find(|group| group.workload == workload)
        .unwrap()
}

#[test]
fn every_campaign_becomes_a_page_that_needs_no_network_and_runs_no_script() {
    for kind in KINDS {
        let page = Html.export(report(kind).summary()).unwrap();
        for forbidden in [
            "<script", "http://", "https://", "src=", "@import", "<link", "#0102",
        ] {
            assert!(!page.contains(forbidden), "{kind} holds {forbidden}");
        }
        assert_eq!(
            page.matches("<svg").count(),
            page.matches("role=\"img\" aria-label=").count()
        );
        assert_eq!(
            page.matches("<table>").count(),
            page.matches("</table>").count()
        );
    }
}

#[test]
fn every_chart_is_drawn_for_wide_and_narrow_pages() {
    let page = Html.export(report("usual").summary()).unwrap();
    assert_eq!(page.matches("<figure>").count(), 12);
    assert_eq!(page.matches("<svg").count(), 24);
}

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
fn a_runtime_with_other_host_calls_is_pointed_out() {
    let mut made = Synthetic::usual(7);
    for trial in made
        .trials
        .iter_mut()
        .filter(|trial| trial.cell.runtime == "wasmi/lazy")
    {
        if let Some(check) = &mut trial.check {
            check.trace_sha256 = "ff".repeat(32);
        }
    }
    let page = Markdown
        .export(Report::new(made.campaign, &made.trials).summary())
        .unwrap();
    assert!(page.contains("host calls of wasmi/lazy differ"), "{page}");
}

#[test]
fn an_interrupted_campaign_says_so() {
    let mut made = Synthetic::usual(7);
    made.campaign.interrupted = true;
    made.campaign.blocks_planned = 20;
    let page = Markdown
        .export(Report::new(made.campaign, &made.trials).summary())
        .unwrap();
    assert!(page.contains("interrupted after 7 of 20 blocks"));
}

#[test]
fn one_workload_has_no_overall_ranking() {
    let report = report("drift");
    assert!(report.summary().overall.is_none() && report.summary().groups.len() == 1);
}

#[test]
fn the_break_even_names_the_quickest_starter_first_and_the_fastest_last() {
    let report = report("usual");
    let stretches = &group(report.summary(), "header-rewrite").break_even;
    assert_eq!(stretches.first().unwrap().runtime, "wasmtime/cranelift-aot");
    assert_eq!(stretches.last().unwrap().runtime, "wasmtime/cranelift");
    // 61.3 ms of start-up against 4.1 ms, 7.6 µs a request against 121 µs.
    let page = Markdown.export(report.summary()).unwrap();
    let row = page
        .lines()
        .find(|line| line.starts_with("| wasmi/lazy | 4."))
        .unwrap();
    let request = row
        .rsplit("from request ")
        .next()
        .unwrap()
        .trim_end_matches(" |");
    let request: f64 = request.parse().unwrap();
    assert!((430.0..570.0).contains(&request), "{row}");
}

#[test]
fn markdown_rows_have_as_many_cells_as_their_heading() {
    for kind in KINDS {
        let page = Markdown.export(report(kind).summary()).unwrap();
        let mut width = None;
        for line in page.lines() {
            let cells = line
                .replace("\\\\", "")
                .replace("\\|", "")
                .matches('|')
                .count();
            if !line.starts_with('|') {
                width = None;
                continue;
            }
            assert_eq!(cells, *width.get_or_insert(cells), "{kind}: {line}");
        }
        assert!(!page.contains("<script"), "{kind}");
    }
}

#[test]
fn csv_has_one_whole_row_for_every_cell() {
    for kind in KINDS {
        let report = report(kind);
        let text = reports::Csv.export(report.summary()).unwrap();
        let mut reader = csv::Reader::from_reader(text.as_bytes());
        assert_eq!(reader.headers().unwrap().len(), 71);
        let rows: Vec<_> = reader.records().map(Result::unwrap).collect();
        let cells: usize = report
            .summary()
            .groups
            .iter()
            .map(|group| group.cells.len())
            .sum();
        assert_eq!(rows.len(), cells, "{kind}");
        if kind == "markup" {
            assert!(rows.iter().any(|row| &row[4] == MARKUP));
        }
    }
}

#[test]
fn the_terminal_table_fits_and_carries_no_escape_sequence() {
    for kind in KINDS {
        for width in [60, 80, 120, 200] {
            let text = report(kind).terminal_table(width);
            assert!(!text.contains('\u{1b}'), "{kind}");
            let table = text
                .lines()
                .filter(|line| line.starts_with('─') || line.contains("  "));
            let widest = table.map(|line| line.chars().count()).max().unwrap_or(0);
            assert!(widest <= usize::from(width), "{kind} at {width}: {widest}");
        }
    }
}

#[test]
fn equal_campaigns_give_equal_files() {
    for exporter in exporters() {
        let once = exporter.export(report("accidents").summary()).unwrap();
        let again = exporter.export(report("accidents").summary()).unwrap();
        assert_eq!(once, again, "{}", exporter.file_name());
    }
}

#[test]
fn a_folder_becomes_its_reports_even_with_a_torn_line() {
    let dir = tempfile::tempdir().unwrap();
    let made = by_name("usual").unwrap();
    let mut folder = CampaignFolder::create(dir.path()).unwrap();
    made.trials
        .iter()
        .for_each(|trial| folder.append(trial).unwrap());
    folder.write_campaign(&made.campaign).unwrap();
    let trials = dir.path().join(CampaignFolder::TRIALS);
    fs::OpenOptions::new()
        .append(true)
        .open(trials)
        .unwrap()
        .write_all(b"{\"bl")
        .unwrap();
    let report = Report::from_folder(&CampaignFolder::open(dir.path()).unwrap()).unwrap();
    assert!(
        report
            .summary()
            .warnings
            .iter()
            .any(|warning| warning.contains("cut off"))
    );
    let paths = report.write_all(dir.path()).unwrap();
    let names: Vec<_> = paths.iter().map(|path| path.file_name().unwrap()).collect();
    assert_eq!(
        names,
        ["report.html", "report.md", "report.csv", "summary.json"]
    );
    assert!(
        paths
            .iter()
            .all(|path| fs::metadata(path).unwrap().len() > 1_000)
    );
    let json = fs::read_to_string(&paths[3]).unwrap();
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json["primary"], "cpu_per_transaction");
    assert_eq!(json["groups"][0]["cells"][0]["to_best"]["p99"]["n"], 8);
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

fn odd_number() -> impl Strategy<Value = u64> {
    prop_oneof![
        Just(0),
        Just(1),
        Just(u64::MAX),
        any::<u64>(),
        1_u64..1_000_000
    ]
}

prop_compose! {
    fn odd_trial()(
        numbers in prop::collection::vec(odd_number(), 12),
        block in 0_u32..9,
        runtime in 0_usize..5,
        control in any::<bool>(),
        maybe in any::<bool>(),
    ) -> TrialRecord {
        let names = ["native", "a/llvm", "b/eager", "", "=c/\u{0}"];
        let cell = synthetic::cell(names[runtime], "w");
        let cell = if control { cell.control_arm() } else { cell };
        let mut trial = TrialRecord::ok("odd", block, 0, cell);
        let startup = Startup {
            compile_ns: maybe.then_some(numbers[4]),
            instantiate_ns: numbers[5],
            start_ns: numbers[6],
            first_request_ns: numbers[7],
            ..Startup::default()
        };
        let mut measurement = Measurement {
            transactions: numbers[0],
            wall_ns: numbers[2],
            cpu_ns: numbers[3],
            startup,
            ..Measurement::default()
        };
        measurement.memory.rss_first_vm_bytes = numbers[8];
        measurement.memory.rss_per_vm_bytes = numbers[9];
        measurement.memory.further_vms = numbers[10] as u32;
        trial.measurement = Some(measurement);
        trial
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn whatever_was_measured_a_report_comes_out(
        trials in prop::collection::vec(odd_trial(), 0..40),
    ) {
        let report = Report::new(Campaign::default(), &trials);
        for exporter in exporters() {
            prop_assert!(exporter.export(report.summary()).is_ok());
        }
        report.terminal_table(80);
    }
}
