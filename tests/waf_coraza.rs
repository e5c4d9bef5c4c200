//! The verdicts of waf-coraza's traffic, by the same firewall compiled for the host.

mod support;

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{BufRead as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;
use support::{folder, stderr, stdout, write};

/// Rules that the traffic is to set off, which docs/workloads.md names.
const FINDING: [u64; 8] = [
    934_100, 934_110, 934_130, 954_100, 954_120, 954_130, 955_110, 956_100,
];

fn workload() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("workloads/waf-coraza")
}

fn go(arguments: &[&str]) -> Option<Output> {
    Command::new("go")
        .args(arguments)
        .current_dir(workload().join("go"))
        .env("GOFLAGS", "-buildvcs=false -mod=readonly")
        .env("GOWORK", "off")
        .output()
        .ok()
}

/// The firewall as a program for the host, in `folder`; nothing where Go or the modules are not
/// to be had.
fn program(folder: &Path) -> Option<PathBuf> {
    let skipped = |why: &str| {
        // Past the harness, which hides what a passing test prints.
        let _ = writeln!(std::io::stderr(), "skipped: waf-coraza: {why}");
        None
    };
    let Some(download) = go(&["mod", "download"]) else {
        return skipped("no Go: https://go.dev/doc/install");
    };
    if !download.status.success() {
        return skipped("its modules are not here: cd workloads/waf-coraza/go && go mod download");
    }
    let file = folder.join("waf-coraza");
    let vet = go(&["vet", "."]).expect("Go");
    assert!(vet.status.success(), "{}", stderr(&vet));
    let build = go(&["build", "-o", &file.to_string_lossy(), "."]).expect("Go");
    assert!(build.status.success(), "{}", stderr(&build));
    Some(file)
}

fn judge(program: &Path, directives: &Path) -> Output {
    let traffic = File::open(workload().join("traffic.jsonl")).expect("traffic");
    let mut command = Command::new(program);
    command.arg(directives).stdin(traffic);
    command.output().expect("it runs")
}

#[test]
fn coraza_decides_as_the_traffics_author_expects_and_refuses_bad_directives() {
    let folder = folder();
    let Some(program) = program(folder.path()) else {
        return;
    };
    let output = judge(&program, &workload().join("directives.conf"));
    assert!(output.status.success(), "{}", stderr(&output));
    let parse = |line: &str| serde_json::from_str::<Value>(line).expect("JSON");
    let text = stdout(&output);
    let verdicts: Vec<Value> = text.lines().map(parse).collect();
    let traffic = std::fs::read(workload().join("traffic.jsonl")).expect("traffic");
    let mut found = BTreeSet::new();
    let mut count = 0;
    for (line, verdict) in traffic.lines().zip(&verdicts) {
        let exchange = parse(&line.expect("a line"));
        let expected = &exchange["expect"]["local_response"];
        let headers = expected["headers"].as_array();
        let rule = headers.and_then(|headers| {
            let header = headers.iter().find(|header| header[0] == "x-waf-rule")?;
            header[1].as_str()?.parse::<u64>().ok()
        });
        assert_eq!(verdict["id"], exchange["id"]);
        assert_eq!(verdict["rule"], rule.unwrap_or(0), "{verdict}");
        assert_eq!(
            verdict["status"].as_u64(),
            expected["status"].as_u64().or(Some(0)),
            "{verdict}"
        );
        if rule.is_some() {
            let rules = verdict["matched"]
                .as_array()
                .expect("the rules that found something");
            found.extend(rules.iter().filter_map(Value::as_u64));
        }
        count += 1;
    }
    assert_eq!((count, verdicts.len()), (300, 300));
    for rule in FINDING {
        assert!(
            found.contains(&rule),
            "no attack sets off {rule}: {found:?}"
        );
    }
    for (directives, told) in [
        ("SecRule ARGS \"@nosuch a\" \"id:1,deny\"", "nosuch"),
        (
            "SecRule ARGS \"@rx (\" \"id:1,deny\"",
            "error parsing regexp",
        ),
        ("SecRule ARGS \"@rx a", "expected terminating quote"),
        ("SecRuleEngine Perhaps", "Perhaps"),
        ("Include @nowhere.conf", "nowhere.conf"),
    ] {
        write(folder.path(), "bad.conf", directives);
        let output = judge(&program, &folder.path().join("bad.conf"));
        assert_eq!(
            output.status.code(),
            Some(2),
            "{directives}: {}",
            stdout(&output)
        );
        let text = stderr(&output);
        assert!(
            text.contains("bad.conf: ") && text.contains(told),
            "{directives}: {text}"
        );
    }
}
