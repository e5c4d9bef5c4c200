//! Unlike modes: in the table, in the verdict's words and in what a reader is warned of.

use reports::{Aspect, BoundsMethod, Compilation, Exporter as _, Html, Markdown, Report};

use crate::group;
use crate::synthetic::Synthetic;

/// The usual campaign with the classes of a real manifest: wasmi checks bounds explicitly,
/// and wasmer is driven through the C interface.
fn classed() -> Report {
    let mut made = Synthetic::usual(8);
    for row in &mut made.campaign.runtimes {
        row.interface = "its own".to_owned();
        row.bounds_method = BoundsMethod::GuardPages;
        row.compilation = match row.mode.ends_with("-aot") {
            true => Compilation::Before,
            false => Compilation::AtStart,
        };
        match row.engine.as_str() {
            "wasmi" => row.bounds_method = BoundsMethod::Explicit,
            "wasmer" => row.interface = "wasm-c-api".to_owned(),
            _ => {}
        }
    }
    Report::new(made.campaign, &made.trials)
}

#[test]
fn every_row_names_in_what_it_is_not_like_the_best() {
    let report = classed();
    let group = group(report.summary(), "header-rewrite");
    assert_eq!(group.best.as_deref(), Some("wasmtime/cranelift"));
    let aspects = |runtime: &str| {
        let cell = group.cells.iter().find(|cell| cell.cell.runtime == runtime);
        let unlike = &cell.unwrap().unlike_best;
        unlike.iter().map(|one| one.aspect).collect::<Vec<_>>()
    };
    assert_eq!(aspects("wasmtime/cranelift"), []);
    assert_eq!(
        aspects("wasmtime/cranelift-aot"),
        [Aspect::Kind, Aspect::Compilation]
    );
    assert_eq!(aspects("wasmi/eager"), [Aspect::Kind, Aspect::Bounds]);
    assert_eq!(aspects("wasmer/cranelift"), [Aspect::Interface]);
    let page = Markdown.export(report.summary()).unwrap();
    let row = page.lines().find(|line| line.contains("| wasmi/eager |"));
    assert!(row.unwrap().contains("kind and bounds checks"), "{row:?}");
}

#[test]
fn the_verdict_says_so_in_words_in_every_format() {
    let report = classed();
    let headline = &report.summary().headline;
    assert!(
        headline.sentence.contains("though unlike it in interface"),
        "{}",
        headline.sentence
    );
    for words in [
        "bounds checks explicit checks (wasmtime/cranelift: guard pages) in wasmi/eager and wasmi/lazy",
        "interface wasm-c-api (wasmtime/cranelift: its own) in wasmer/cranelift",
    ] {
        assert!(headline.caution.contains(words), "{}", headline.caution);
    }
    let page = Html.export(report.summary()).unwrap();
    assert!(page.contains("in wasmi/eager and wasmi/lazy"));
    assert!(report.terminal_table(120).contains("Unlike the best: "));
}

#[test]
fn a_manifest_of_an_older_version_warns_of_kinds_only() {
    let made = Synthetic::usual(8);
    let report = Report::new(made.campaign, &made.trials);
    let caution = &report.summary().headline.caution;
    assert!(caution.contains("interpreter") && !caution.contains("Unlike the best"));
}
