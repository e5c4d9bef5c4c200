//! The firewall's configurations, good and bad, as a person gives them.

mod support;

use std::fs;
use std::path::Path;

use support::{campaign, expect_exit, folder, json, run, stderr, trials, write};

const REQUESTS: &str = concat!(
    r#"{"id":"plain","request":{"method":"GET","path":"/?q=desk+lamp"},"expect":{"forwarded":{"request_headers":[],"response_status":200,"response_headers":[]}}}"#,
    "\n",
    r#"{"id":"attack","request":{"method":"GET","path":"/?q=evil"},"expect":{"local_response":{"status":403,"headers":[["content-type","text/plain"],["x-waf-rule","7"]],"body":"Blocked by rule 7.\n"}}}"#,
    "\n",
);
const RULES: &str = r#"SecRule ARGS "@streq evil" "id:7,phase:1,deny,msg:'Evil'""#;

fn module(folder: &Path) -> String {
    let file = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/workloads/prebuilt/waf-modsec.wasm"
    );
    write(folder, "waf.wasm", fs::read(file).expect("the module"))
}

/// `pwbench run` with these rules on two runtimes.
fn run_with(folder: &Path, rules: impl AsRef<[u8]>) -> std::process::Output {
    let module = module(folder);
    let rules = write(folder, "rules.conf", rules);
    let requests = write(folder, "requests.jsonl", REQUESTS);
    let arguments = [
        "run",
        "--module",
        &module,
        "--config",
        &rules,
        "--requests",
        &requests,
        "--runtime",
        "wasmi/lazy,wasmtime/winch",
        "--blocks",
        "1",
    ];
    run(folder, &arguments)
}

#[test]
fn a_persons_own_rules_decide() {
    let folder = folder();
    let output = run_with(folder.path(), RULES);
    expect_exit(&output, 0);
    let trials = trials(&campaign(&folder.path().join("results")));
    let checks: Vec<_> = trials.iter().filter(|trial| trial["block"] == 0).collect();
    assert_eq!(checks.len(), 2);
    for check in checks {
        assert_eq!(check["check"]["matched"], 2, "{check}");
    }
}

#[test]
fn a_mistake_in_the_rules_is_told_with_its_line_and_exit_code_2() {
    for (mistake, told) in [
        (
            "SecRule ARGS \"@rx a\" \"id:8,deny",
            "configuration:3: a \" is not closed",
        ),
        (
            "SecRule ARGS \"@nosuch a\" \"id:8,deny\"",
            "configuration:3: unknown operator: @nosuch",
        ),
        (
            "SecRule ARGS \"@rx (\" \"id:8,deny\"",
            "configuration:3: the pattern is not supported",
        ),
        (
            "SecRule ARGS \"@rx a(?=b)\" \"id:8,deny\"",
            "configuration:3: the pattern is not supported",
        ),
        ("SecAuditEngine On", "configuration:3: SecAuditEngine"),
        ("\u{1b}[31mred", "configuration:3: '"),
    ] {
        let folder = folder();
        let output = run_with(folder.path(), format!("# Rules\n{RULES}\n{mistake}\n"));
        expect_exit(&output, 2);
        let text = stderr(&output);
        assert!(
            text.contains("error: the plugin refused its configuration: "),
            "{text}"
        );
        assert!(text.contains(told), "{told} is not in {text}");
        assert!(text.contains("help: correct"), "{text}");
        assert!(!text.contains('\u{1b}'), "{text}");
    }
}

#[test]
fn no_rules_and_bytes_that_are_no_text_are_refused() {
    for (rules, told) in [
        (&b""[..], "configuration:1: it is empty"),
        (
            &b"SecMarker A\nSecMarker \xff\n"[..],
            "configuration:2: not UTF-8",
        ),
    ] {
        let folder = folder();
        let output = run_with(folder.path(), rules);
        expect_exit(&output, 2);
        assert!(stderr(&output).contains(told), "{}", stderr(&output));
    }
}

#[test]
fn false_positives_and_missed_attacks_are_counted() {
    let folder = folder();
    let path = folder.path();
    let module = module(path);
    write(path, "requests.jsonl", REQUESTS);
    // Stops the harmless request, and lets the other one pass.
    write(path, "wrong.conf", RULES.replace("evil\"", "desk lamp\""));
    write(path, "rules.conf", RULES);
    let verify = |rules: &str| {
        let arguments = [
            "verify",
            "--no-conformance",
            "--module",
            &module,
            "--config",
            rules,
            "--requests",
            "requests.jsonl",
            "--runtime",
            "wasmtime/winch",
            "--format",
            "json",
        ];
        run(path, &arguments)
    };
    let counts = |output: &std::process::Output| {
        let verdicts = &json(output)["checks"][0]["verdicts"];
        let count = |name: &str| verdicts[name].as_u64().expect("a count");
        [
            "harmless",
            "false_positives",
            "attacks",
            "missed",
            "answered_otherwise",
        ]
        .map(count)
    };
    let right = verify("rules.conf");
    expect_exit(&right, 0);
    assert_eq!(counts(&right), [1, 0, 1, 0, 0]);
    let wrong = verify("wrong.conf");
    expect_exit(&wrong, 1);
    assert_eq!(counts(&wrong), [1, 1, 1, 1, 0]);
}

#[test]
fn rules_that_are_left_out_are_counted_in_a_note() {
    let folder = folder();
    let beyond = "SecRule FILES_SIZES \"@gt 1\" \"id:8,phase:2,deny\"";
    let rules = format!("#@unsupported leave-out\n{RULES}\n{beyond}\n");
    let output = run_with(folder.path(), &rules);
    expect_exit(&output, 0);
    let text = stderr(&output);
    let notes: Vec<_> = text
        .lines()
        .filter(|line| line.starts_with("note: "))
        .collect();
    // Two runtimes, one plugin.
    assert_eq!(notes.len(), 1, "{text}");
    assert!(notes[0].contains("a warning when it started: "), "{text}");
    for part in [
        "FILES_SIZES",
        "; in the end: 1 rules loaded, 1 directives left out",
    ] {
        assert!(notes[0].contains(part), "{part} is not in {text}");
    }
}
