//! `pwbench run` and `pwbench report` on what is built in.

mod support;

use std::fs;

use support::{campaign, campaign_json, expect_exit, folder, json, run, stdout, trials};

#[test]
fn a_small_campaign_leaves_all_its_files() {
    let folder = folder();
    let arguments = [
        "run",
        "--runtime",
        "wasmi/*,native",
        "--workload",
        "header-rewrite",
        "--blocks",
        "2",
        "--seed",
        "7",
    ];
    let output = run(folder.path(), &arguments);
    expect_exit(&output, 0);
    let campaign = campaign(&folder.path().join("results"));
    for file in [
        "trials.jsonl",
        "campaign.json",
        "report.html",
        "report.md",
        "report.csv",
        "summary.json",
    ] {
        assert!(
            fs::metadata(campaign.join(file)).is_ok_and(|file| file.len() > 0),
            "{file}"
        );
    }
    let text = stdout(&output);
    assert!(
        text.contains("wasmi/eager") && text.contains("report.html"),
        "{text}"
    );
    assert!(
        !campaign.join("artifacts").exists(),
        "what serves the children only is taken away"
    );

    let trials = trials(&campaign);
    let measured: Vec<_> = trials
        .iter()
        .filter(|trial| trial["block"].as_u64() > Some(0))
        .collect();
    // Two blocks of three cells and the control.
    assert_eq!(measured.len(), 8, "{trials:?}");
    for trial in &measured {
        assert_eq!(trial["status"], "ok", "{trial}");
        assert!(
            trial["measurement"]["transactions"].as_u64() >= Some(240),
            "{trial}"
        );
        assert!(trial["measurement"]["cpu_ns"].as_u64() > Some(0), "{trial}");
    }
    let controls = measured
        .iter()
        .filter(|trial| trial["cell"]["arm"] == "control")
        .count();
    assert_eq!(controls, 2);
    let order = |block: u64| -> Vec<String> {
        let block = measured
            .iter()
            .filter(|trial| trial["block"].as_u64() == Some(block));
        block.map(|trial| trial["cell"].to_string()).collect()
    };
    let reversed: Vec<_> = order(1).into_iter().rev().collect();
    assert_eq!(reversed, order(2));

    let json = campaign_json(&campaign);
    assert_eq!(
        (
            json["blocks_planned"].as_u64(),
            json["blocks_complete"].as_u64()
        ),
        (Some(2), Some(2))
    );
    assert_eq!(json["seed"].as_u64(), Some(7));
    assert_eq!(json["interrupted"], false);
    assert_eq!(json["runtimes"].as_array().map(Vec::len), Some(3));
    assert!(json["wall"]["in_trials_measured_ns"].as_u64() > Some(0));
}

#[test]
fn all_runtimes_agree_on_outcomes_and_traces_in_the_check_pass() {
    let folder = folder();
    let arguments = [
        "run",
        "--workload",
        "prime-check",
        "--blocks",
        "1",
        "--runtime",
        "wasmtime/cranelift*,wasmer/singlepass-aot,native",
    ];
    let output = run(folder.path(), &arguments);
    expect_exit(&output, 0);
    let trials = trials(&campaign(&folder.path().join("results")));
    let checks: Vec<_> = trials.iter().filter(|trial| trial["block"] == 0).collect();
    assert_eq!(checks.len(), 4, "{checks:?}");
    let trace = &checks[0]["check"]["trace_sha256"];
    for trial in &checks {
        let check = &trial["check"];
        assert_eq!(check["matched"], check["exchanges"], "{trial}");
        assert_eq!(check["expectation"], "given", "{trial}");
        assert_eq!(&check["trace_sha256"], trace, "{trial}");
        let counted = check["instructions"].as_u64() > Some(0);
        assert_eq!(
            counted,
            trial["cell"]["runtime"] == "wasmtime/cranelift",
            "{trial}"
        );
    }
}

#[test]
fn the_summary_goes_to_standard_output_and_the_report_can_be_written_again() {
    let folder = folder();
    let arguments = [
        "run",
        "--runtime",
        "wasmi/eager",
        "--workload",
        "header-rewrite",
        "--blocks",
        "1",
        "--no-report",
        "--format",
        "json",
        "--output",
        "elsewhere",
        "--isolation",
        "request",
    ];
    let output = run(folder.path(), &arguments);
    expect_exit(&output, 0);
    let summary = json(&output);
    assert_eq!(summary["groups"][0]["isolation"], "request", "{summary}");
    let campaign = campaign(&folder.path().join("elsewhere"));
    assert!(!campaign.join("report.html").exists());
    let output = run(folder.path(), &["report", &campaign.to_string_lossy()]);
    expect_exit(&output, 0);
    assert!(campaign.join("report.html").exists());
}

#[test]
fn a_named_pair_is_measured_alone_and_answered_in_every_report() {
    let folder = folder();
    let arguments = [
        "run",
        "--versus",
        "wasmi/lazy,wasmtime/winch-aot",
        "--workload",
        "header-rewrite",
        "--blocks",
        "2",
    ];
    let output = run(folder.path(), &arguments);
    expect_exit(&output, 0);
    let text = stdout(&output);
    assert!(
        text.contains("wasmi/lazy against wasmtime/winch-aot"),
        "{text}"
    );
    assert!(
        text.contains("bounds checks (explicit checks against guard pages)"),
        "{text}"
    );
    let campaign = campaign(&folder.path().join("results"));
    assert_eq!(
        campaign_json(&campaign)["runtimes"]
            .as_array()
            .map(Vec::len),
        Some(2),
        "nothing else was measured"
    );
    let output = run(
        folder.path(),
        &[
            "report",
            &campaign.to_string_lossy(),
            "--versus",
            "wasmtime/winch-aot,wasmi/lazy",
            "--format",
            "json",
        ],
    );
    expect_exit(&output, 0);
    let pairs = json(&output)["pairs"].clone();
    assert_eq!(pairs.as_array().map(Vec::len), Some(2), "{pairs}");
    let ratio = |pair: usize| pairs[pair]["answers"][0]["comparison"]["estimate"].as_f64();
    let product = ratio(0).zip(ratio(1)).map(|(there, back)| there * back);
    assert!(
        product.is_some_and(|product| (product - 1.0).abs() < 1e-9),
        "{pairs}"
    );
    // Two blocks are no ground for a word.
    assert_eq!(pairs[0]["answers"][0]["comparison"]["word"], "undecided");
    let output = run(
        folder.path(),
        &[
            "report",
            &campaign.to_string_lossy(),
            "--versus",
            "native,wasmi/lazy",
        ],
    );
    expect_exit(&output, 2);
    assert!(support::stderr(&output).contains("native is not in this campaign"));
}

#[test]
fn a_pair_must_be_two_single_runtimes_that_take_part() {
    let folder = folder();
    for (arguments, words) in [
        (
            &["run", "--versus", "wasmi,wasmtime/winch"][..],
            "not one runtime",
        ),
        (&["run", "--versus", "wasmi/lasy,native"], "did you mean"),
        (&["run", "--versus", "wasmi/lazy"], "two different runtimes"),
        (
            &[
                "run",
                "--versus",
                "wasmi/lazy,native",
                "--runtime",
                "wasmtime",
            ],
            "takes no part",
        ),
    ] {
        let output = run(folder.path(), arguments);
        expect_exit(&output, 2);
        let text = support::stderr(&output);
        assert!(text.contains(words), "{words}: {text}");
    }
    assert!(!folder.path().join("results").exists());
}

#[test]
fn a_folder_without_a_campaign_is_bad_input() {
    let folder = folder();
    let output = run(folder.path(), &["report", "."]);
    expect_exit(&output, 2);
}

#[test]
fn unknown_names_are_bad_input_that_lists_the_known_ones() {
    let folder = folder();
    for arguments in [
        ["run", "--runtime", "wasmtime/craneleft"],
        ["run", "--workload", "prime-chek"],
    ] {
        let output = run(folder.path(), &arguments);
        expect_exit(&output, 2);
        let text = support::stderr(&output);
        assert!(
            text.contains("wasmtime/cranelift") || text.contains("prime-check"),
            "{text}"
        );
    }
    expect_exit(&run(folder.path(), &["run", "--isolation", "sometimes"]), 2);
    assert!(
        !folder.path().join("results").exists(),
        "nothing is written before the input is known to be good"
    );
}
