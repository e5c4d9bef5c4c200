//! The Markdown file.

use reports::{Exporter as _, Markdown, Report};

use crate::synthetic::{Synthetic, truths};
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

#[test]
fn all_rankings_stand_side_by_side_with_a_row_for_each_runtime() {
    let report = report("usual");
    let page = Markdown.export(report.summary()).unwrap();
    let table = page.split("## Side by side").nth(1).expect("the table");
    let table: Vec<&str> = table
        .lines()
        .skip_while(|line| !line.starts_with('|'))
        .take_while(|line| line.starts_with('|'))
        .collect();
    let heading = table[0];
    assert!(
        heading.contains("header-rewrite") && heading.contains("prime-check"),
        "{heading}"
    );
    let runtimes = |name: &str| group(report.summary(), name).measured().count();
    assert_eq!(table.len(), 2 + runtimes("header-rewrite"));
    // The costs are those of the rankings.
    let median = |name: &str| {
        let summary = report.summary();
        let group = group(summary, name);
        let mut cells = group.measured();
        let cell = cells.find(|cell| cell.cell.runtime == "wasmi/lazy");
        cell.expect("measured").metrics[&summary.primary].median / 1e3
    };
    let row = table.iter().find(|line| line.starts_with("| wasmi/lazy |"));
    let shown: Vec<f64> = row
        .expect("a row")
        .split('|')
        .filter_map(|cell| cell.trim().replace(',', "").parse().ok())
        .collect();
    for (shown, name) in shown.iter().zip(["header-rewrite", "prime-check"]) {
        assert!((shown / median(name) - 1.0).abs() < 0.01, "{shown}");
    }
    assert_eq!(shown.len(), 2);
}

#[test]
fn one_ranking_alone_has_nothing_beside_it() {
    let page = Markdown.export(report("drift").summary()).unwrap();
    assert!(!page.contains("Side by side"));
}

#[test]
fn variants_of_a_workload_stand_beside_each_other_on_each_runtime() {
    let mut made = Synthetic::usual(7);
    let page = Markdown
        .export(Report::new(made.campaign.clone(), &made.trials).summary())
        .unwrap();
    assert!(!page.contains("Languages and builds"), "{page}");
    // What was measured as another workload is another language now, 4.5 times as dear.
    made.campaign.workloads[0].variant = "rust".into();
    made.campaign.workloads[0].language = "Rust".into();
    made.campaign.workloads[1].name = "header-rewrite".into();
    made.campaign.workloads[1].variant = "go".into();
    made.campaign.workloads[1].language = "Go".into();
    for trial in &mut made.trials {
        let variant = match trial.cell.workload.as_str() {
            "header-rewrite" => "rust",
            _ => "go",
        };
        trial.cell.variant = variant.into();
        trial.cell.workload = "header-rewrite".into();
    }
    let page = Markdown
        .export(Report::new(made.campaign, &made.trials).summary())
        .unwrap();
    // Runtime, variant, language, cost, and the ratio to the first variant.
    let rows: Vec<Vec<&str>> = page
        .lines()
        .map(|line| line.split('|').map(str::trim).collect())
        .filter(|cells: &Vec<&str>| cells.len() > 6 && cells[1] == "wasmtime/winch")
        .collect();
    let ratio = |language: &str| -> f64 {
        let row = rows.iter().find(|cells| cells[3] == language);
        let row = row.unwrap_or_else(|| panic!("no row of {language} in {page}"));
        row[5].parse().expect("a ratio")
    };
    assert_eq!(ratio("Rust"), 1.0);
    assert!((4.0..5.0).contains(&ratio("Go")), "{page}");
    let heading = page
        .lines()
        .find(|line| line.starts_with("| Runtime | Variant |"));
    let columns: Vec<&str> = heading
        .expect("a heading")
        .split('|')
        .map(str::trim)
        .collect();
    for (column, beginning) in columns[3..].iter().zip([
        "Language",
        "CPU",
        "×",
        "p50",
        "Start-up",
        "First VM",
        "Module",
        "Host calls",
    ]) {
        assert!(column.starts_with(beginning), "{column}, not {beginning}");
    }
    let rust = rows.iter().find(|cells| cells[3] == "Rust").expect("a row");
    // 9.1 ms to compile, 9.4 million bytes of a first VM and 148,212 of module, in MiB and KiB.
    assert!(number(rust[7]) > 9.1, "{rust:?}");
    assert!((8.9..9.1).contains(&number(rust[8])), "{rust:?}");
    assert_eq!(rust[9], "145", "{rust:?}");
    assert!(number(rust[10]) > 0.0, "{rust:?}");
}

fn number(cell: &str) -> f64 {
    cell.replace(',', "").parse().expect("a number")
}

#[test]
fn more_variants_than_anybody_reads_are_left_to_the_table_of_all_cells() {
    let few = Synthetic::new(&truths(), &["header-rewrite"]);
    let mut made = few;
    made.measure(&truths(), 1, 1.0);
    let (info, trials) = (made.campaign.workloads[0].clone(), made.trials.clone());
    for number in 1..=60 {
        let mut info = info.clone();
        info.variant = format!("v{number}");
        made.trials.extend(trials.iter().cloned().map(|mut trial| {
            trial.cell.variant.clone_from(&info.variant);
            trial
        }));
        made.campaign.workloads.push(info);
    }
    let page = Markdown
        .export(Report::new(made.campaign, &made.trials).summary())
        .unwrap();
    let (_, section) = page.split_once("Languages and builds").expect("a section");
    let told = "610 rows are more than anybody reads: the table of all cells has them";
    assert!(section.trim_start().starts_with(told), "{section}");
}

/// Runtimes on the first front of this title.
fn on_front(title: &str) -> Vec<String> {
    let page = Markdown.export(report("usual").summary()).unwrap();
    let table = page
        .split(&format!("<summary>{title}</summary>"))
        .nth(1)
        .expect("the table");
    let rows = table
        .lines()
        .skip_while(|line| !line.starts_with('|'))
        .skip(2);
    rows.take_while(|line| line.starts_with('|'))
        .filter(|line| line.ends_with("| yes |"))
        .filter_map(|line| line.split('|').nth(1))
        .map(|name| name.trim().to_owned())
        .collect()
}

#[test]
fn the_front_holds_who_is_beaten_in_cost_or_start_up_by_nobody() {
    // The native twin beats both and takes no part.
    assert_eq!(
        on_front("Cost against start-up"),
        ["wasmtime/cranelift", "wasmtime/cranelift-aot"]
    );
    for title in ["Cost against size", "Start-up against memory"] {
        let front = on_front(title);
        assert!(!front.is_empty(), "{title}");
        assert!(!front.contains(&"native".to_owned()), "{title}: {front:?}");
    }
}
