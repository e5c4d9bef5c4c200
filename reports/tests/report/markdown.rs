//! The Markdown file.

use reports::{Exporter as _, Markdown, Report};

use crate::synthetic::Synthetic;
use crate::{KINDS, group, report};

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
