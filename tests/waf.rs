//! The firewall's configurations, good and bad, as a person gives them.

mod support;

use std::fs;
use std::path::Path;

use support::{campaign, expect_exit, folder, run, stderr, trials, write};

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
