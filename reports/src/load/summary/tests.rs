//! Synthetic rounds with known answers.

use super::*;
use crate::load::LoadMetric;
use crate::model::{Arm, Latency};
use crate::statistics::Word;
use hdrhistogram::Histogram;

const OPEN: LoadDemand = LoadDemand::Open(1_000.0);

fn row(proxy: &str, filter: &str) -> LoadRow {
    LoadRow {
        proxy: proxy.into(),
        filter: filter.into(),
        mechanism: filter.into(),
        arm: Arm::Main,
    }
}

/// A round that cost so many microseconds of CPU for each of 1,000 requests.
fn round(block: u32, row: &LoadRow, demand: LoadDemand, cpu_us: f64) -> Round {
    let mut histogram = Histogram::<u64>::new(3).expect("a histogram");
    for us in 1..=1_000 {
        histogram.record(us * 1_000).expect("in range");
    }
    let latency = Latency::from_histogram(&histogram).expect("written");
    Round {
        block,
        row: row.clone(),
        demand,
        good: 1_000,
        throughput: 1e6 / cpu_us,
        proxy_cpu_ns: (cpu_us * 1e6) as u64,
        corrected: if demand == LoadDemand::Closed {
            Latency::default()
        } else {
            latency.clone()
        },
        uncorrected: latency,
        ..Round::default()
    }
}

/// Eight blocks that a busy machine slows by up to half, each wholly.
fn campaign(costs: &[(LoadRow, f64)]) -> (LoadCampaign, Vec<Round>) {
    let mut rows: Vec<LoadRow> = costs.iter().map(|(row, _)| row.clone()).collect();
    rows.push(rows[0].control());
    let mut rounds = Vec::new();
    for block in 1..=8 {
        let weather = 1.0 + f64::from(block % 4) / 6.0;
        for demand in [LoadDemand::Closed, OPEN] {
            for (row, cost) in costs {
                rounds.push(round(block, row, demand, cost * weather));
            }
            rounds.push(round(
                block,
                &rows[rows.len() - 1],
                demand,
                costs[0].1 * weather,
            ));
        }
    }
    let campaign = LoadCampaign {
        rows,
        seed: 5,
        ..LoadCampaign::default()
    };
    (campaign, rounds)
}

#[test]
fn a_filters_cost_is_found_under_a_machine_that_changes() {
    let (campaign, rounds) = campaign(&[
        (row("a", "none"), 10.0),
        (row("a", "wasm"), 11.0),
        (row("b", "none"), 40.0),
        (row("b", "wasm"), 44.0),
    ]);
    let summary = LoadSummary::new(campaign, &rounds);
    assert_eq!(summary.trust.objection, None);
    assert_eq!((summary.accepted, summary.rejected), (rounds.len(), 0));
    assert_eq!(summary.phases.len(), 2);
    let phase = summary.primary().expect("a phase");
    assert_eq!(phase.demand, LoadDemand::Closed);
    let cost = |index: usize| phase.rows[index].to_bare[&LoadMetric::Cpu];
    for index in [1, 3] {
        assert!(
            (cost(index).ratio.estimate - 1.1).abs() < 1e-3,
            "{:?}",
            cost(index)
        );
        assert_eq!(cost(index).word, Word::Slower);
    }
    // In microseconds the machine's slowness does not cancel, only most of it.
    assert!(
        (1.0..1.5).contains(&cost(1).difference.estimate),
        "{:?}",
        cost(1)
    );
    assert!(
        (4.0..6.0).contains(&cost(3).difference.estimate),
        "{:?}",
        cost(3)
    );
    assert!(phase.rows[0].to_bare.is_empty() && phase.rows[2].to_bare.is_empty());
    let pair = phase.pairs.iter().find(|(a, b, _)| (*a, *b) == (1, 3));
    let (.., beside) = pair.expect("compared");
    assert!((beside.ratio.estimate - 0.25).abs() < 1e-3, "{beside:?}");
    assert_eq!(beside.word, Word::Faster);
}

#[test]
fn latencies_are_merged_as_counts_and_rare_ones_need_many() {
    let (campaign, rounds) = campaign(&[(row("a", "none"), 10.0)]);
    let summary = LoadSummary::new(campaign, &rounds);
    let closed = &summary.phases[0].rows[0];
    let open = summary.phases[1].rows[0].latency.as_ref().expect("latency");
    assert_eq!(closed.latency, None);
    assert_eq!(open.count, 8_000);
    assert!((495.0..505.0).contains(&open.p50_us), "{open:?}");
    assert!((985.0..995.0).contains(&open.p99_us), "{open:?}");
    assert_eq!(open.p999_us, None);
}

#[test]
fn a_control_that_differs_takes_all_verdicts_away() {
    let (campaign, mut rounds) = campaign(&[(row("a", "none"), 10.0), (row("a", "wasm"), 20.0)]);
    for round in rounds.iter_mut().filter(|round| round.row.is_control()) {
        round.proxy_cpu_ns = round.proxy_cpu_ns * 108 / 100;
    }
    let summary = LoadSummary::new(campaign, &rounds);
    let objection = summary.trust.objection.as_deref().expect("an objection");
    assert!(objection.contains("differs from itself"), "{objection}");
    let cost = summary.phases[0].rows[1].to_bare[&LoadMetric::Cpu];
    assert_eq!(cost.word, Word::Undecided);
    assert!((cost.ratio.estimate - 2.0).abs() < 1e-3);
}

#[test]
fn rounds_that_were_kept_on_a_busy_machine_get_no_verdict() {
    let (mut campaign, rounds) = campaign(&[(row("a", "none"), 10.0), (row("a", "wasm"), 20.0)]);
    campaign.plan.keep_all = true;
    let summary = LoadSummary::new(campaign, &rounds);
    assert!(summary.trust.objection.is_some());
    let cost = summary.phases[0].rows[1].to_bare[&LoadMetric::Cpu];
    assert_eq!(cost.word, Word::Undecided);
}

#[test]
fn rejected_and_failed_rounds_are_counted_and_not_used() {
    let (campaign, mut rounds) = campaign(&[(row("a", "none"), 10.0), (row("a", "wasm"), 12.0)]);
    let wasm = row("a", "wasm");
    let mut late = round(1, &wasm, LoadDemand::Closed, 900.0);
    late.status = RoundStatus::Rejected("it waited for its core".into());
    let mut broken = round(2, &wasm, LoadDemand::Closed, 900.0);
    broken.status = RoundStatus::Failed("it ended".into());
    rounds.extend([late, broken.clone(), broken]);
    let summary = LoadSummary::new(campaign, &rounds);
    assert_eq!(summary.rejected, 1);
    assert_eq!(summary.failures, ["a + wasm: it ended"]);
    let phase = &summary.phases[0];
    assert_eq!((phase.rows[1].blocks, phase.rows[1].rejected), (8, 1));
    assert!(phase.rows[1].cpu_us < 20.0);
}

#[test]
fn a_row_without_its_bare_proxy_has_no_cost_and_without_rounds_is_left_out() {
    let (mut campaign, mut rounds) = campaign(&[(row("a", "wasm"), 10.0)]);
    campaign.rows.push(row("b", "none"));
    let mut refused = round(1, &row("b", "none"), LoadDemand::Closed, 1.0);
    refused.status = RoundStatus::Failed("no".into());
    rounds.push(refused);
    let summary = LoadSummary::new(campaign, &rounds);
    assert_eq!(summary.phases[0].rows.len(), 1);
    assert!(summary.phases[0].rows[0].to_bare.is_empty());
    let nothing = LoadSummary::new(LoadCampaign::default(), &[]);
    assert!(nothing.primary().is_none() && nothing.trust.objection.is_some());
    serde_json::to_string(&nothing).expect("JSON");
}

#[test]
fn the_page_the_terminal_and_the_table_name_every_row() {
    let (mut campaign, rounds) = campaign(&[
        (row("a", "none"), 10.0),
        (row("a", "wasm"), 11.0),
        (row("b", "none"), 40.0),
        (row("b", "lua"), 44.0),
    ]);
    campaign.id = "x-load".into();
    campaign.plan.rates = vec![1_000.0];
    let report = crate::LoadReport::new(campaign, &rounds);
    let document = report.document();
    let texts = [
        document.html().expect("a page"),
        document.markdown(),
        document.terminal(120),
    ];
    for text in texts {
        for label in ["a + wasm", "b + lua", "1,000 requests/s"] {
            assert!(text.contains(label), "{label}: {text}");
        }
    }
    assert!(
        document.decided && document.headline.starts_with("a + wasm adds 1."),
        "{}",
        document.headline
    );
    let folder = tempfile::tempdir().expect("a folder");
    report.write(folder.path()).expect("written");
    let csv = std::fs::read_to_string(folder.path().join("report.csv")).expect("read");
    let lines: Vec<&str> = csv.lines().collect();
    assert_eq!(lines.len(), 1 + 2 * 4, "{csv}");
    assert!(
        lines[0].contains("cpu_added_us") && lines[2].contains("slower"),
        "{csv}"
    );
}

/// Searches on the grid of rates, over eight blocks.
fn searches(rates: &[(LoadRow, f64)]) -> (LoadCampaign, Vec<Round>) {
    let mut rows: Vec<LoadRow> = rates.iter().map(|(row, _)| row.clone()).collect();
    rows.push(rows[0].control());
    let mut rounds = Vec::new();
    for block in 1..=8 {
        let control = (rows[rows.len() - 1].clone(), rates[0].1);
        for (row, rate) in rates.iter().chain([&control]) {
            let mut round = round(block, row, LoadDemand::Search, 10.0);
            // Every fourth search ends a step of the grid lower.
            let step = u32::from(block % 4 == 0);
            round.throughput = rate / 2_f64.powf(f64::from(step) / 16.0);
            rounds.push(round);
        }
    }
    let mut campaign = LoadCampaign {
        rows,
        seed: 5,
        ..LoadCampaign::default()
    };
    campaign.plan.objective = Some("p99=5ms".into());
    (campaign, rounds)
}

#[test]
fn a_search_alone_is_judged_by_its_rates() {
    let (campaign, rounds) =
        searches(&[(row("a", "none"), 20_000.0), (row("a", "wasm"), 16_000.0)]);
    let summary = LoadSummary::new(campaign, &rounds);
    assert_eq!(summary.trust.objection, None);
    let controlled: Vec<LoadMetric> = summary.trust.controls.iter().map(|c| c.metric).collect();
    assert_eq!(controlled, [LoadMetric::Pace, LoadMetric::Cpu]);
    let phase = summary.primary().expect("a phase");
    assert_eq!(phase.demand, LoadDemand::Search);
    let beside = phase.rows[1].to_bare[&LoadMetric::Pace];
    assert!((beside.ratio.estimate - 1.25).abs() < 1e-9, "{beside:?}");
    assert_eq!(beside.word, Word::Slower);
    assert_eq!(phase.rows[1].throughput, 16_000.0);
    let (.., pair) = &phase.pairs[0];
    assert!((pair.ratio.estimate - 0.8).abs() < 1e-9, "{pair:?}");
    let report = crate::LoadReport::new(summary.campaign.clone(), &rounds);
    let document = report.document();
    assert_eq!(
        document.headline,
        "a + wasm keeps p99=5ms up to 16,000 requests/s, 0.80× (0.80 to 0.80) of what the same proxy keeps without a filter."
    );
    assert!(document.decided, "{}", document.certainty);
    let page = document.markdown();
    assert!(page.contains("on a grid 4.4 % apart"), "{page}");
}

#[test]
fn a_control_that_keeps_another_rate_takes_verdicts_away() {
    let (campaign, mut rounds) =
        searches(&[(row("a", "none"), 20_000.0), (row("a", "wasm"), 16_000.0)]);
    for round in rounds.iter_mut().filter(|round| round.row.is_control()) {
        round.throughput *= 1.2;
    }
    let summary = LoadSummary::new(campaign, &rounds);
    let objection = summary.trust.objection.as_deref().expect("an objection");
    assert!(objection.contains("time between answers"), "{objection}");
}

#[test]
fn a_rate_that_the_generator_bounds_is_called_a_least_one() {
    let (campaign, mut rounds) = searches(&[(row("a", "none"), 20_000.0)]);
    rounds.iter_mut().for_each(|round| round.bounded = true);
    let report = crate::LoadReport::new(campaign, &rounds);
    assert_eq!(
        report.document().headline,
        "a keeps p99=5ms up to at least 20,000 requests/s."
    );
}
