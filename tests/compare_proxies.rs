//! `pwbench compare` on two configurations of the proxy.

mod support;

use std::path::Path;
use std::process::Output;

use support::{TRAFFIC, expect_exit, filter, folder, json, run, stderr, write};

fn configuration(filters: &str) -> String {
    format!(
        "admin: {{ address: \"127.0.0.1:9901\" }}
listeners:
- name: web
  address: \"127.0.0.1:80\"
  routes: [{{ match: {{ prefix: / }}, route: {{ cluster: up }} }}]
{filters}clusters:
- {{ name: up, endpoints: [\"192.0.2.1:443\"] }}
"
    )
}

fn plugin(file: &str) -> String {
    format!(
        "  http_filters:
  - {{ name: f, vm_config: {{ runtime: wasmi/eager, code: {{ local: {{ filename: {file} }} }} }} }}
"
    )
}

fn compare(folder: &Path, further: &[&str]) -> Output {
    let mut arguments = vec![
        "compare",
        "--proxy-config",
        "old.yaml",
        "--proxy-config",
        "new.yaml",
        "--requests",
        "traffic.jsonl",
        "--format",
        "json",
    ];
    arguments.extend(further);
    run(folder, &arguments)
}

#[test]
fn two_configurations_are_loaded_in_turn_and_judged() {
    let folder = folder();
    write(folder.path(), "traffic.jsonl", TRAFFIC);
    write(folder.path(), "old.yaml", configuration(""));
    // A filter that counts for as long as the proxy needs for many requests.
    let busy = filter(
        "(local $left i32) (local.set $left (i32.const 20000))
         (loop $step (br_if $step (local.tee $left (i32.sub (local.get $left) (i32.const 1)))))
         i32.const 0",
    );
    write(folder.path(), "busy.wasm", busy);
    write(
        folder.path(),
        "new.yaml",
        configuration(&plugin("busy.wasm")),
    );
    let output = compare(folder.path(), &["--blocks", "6", "--seed", "3"]);
    let comparison = json(&output);
    let cell = &comparison["cells"][0];
    assert_eq!(cell["failure"], serde_json::Value::Null, "{cell:#}");
    // Six blocks, and those of the confirmation.
    assert!(cell["sittings"].as_u64() >= Some(6), "{cell:#}");
    let answer = &cell["answers"][0];
    assert_eq!(answer["question"]["figure"], "cpu");
    // 3 is a machine that was too unsteady to say anything.
    if output.status.code() != Some(3) {
        assert_eq!(answer["word"], "slower", "{answer:#}");
        expect_exit(&output, 1);
    }
    let own = folder
        .path()
        .join("results")
        .join(comparison["id"].as_str().expect("an id"));
    assert!(own.join("report.html").is_file() && own.join("sittings.jsonl").is_file());
}

#[test]
fn configurations_that_answer_otherwise_are_not_measured() {
    let folder = folder();
    write(folder.path(), "traffic.jsonl", TRAFFIC);
    write(folder.path(), "old.yaml", configuration(""));
    let refusing = configuration("").replace(
        "route: { cluster: up }",
        "direct_response: { status: 418, body: no }",
    );
    write(folder.path(), "new.yaml", refusing);
    let output = compare(folder.path(), &["--blocks", "6"]);
    expect_exit(&output, 1);
    let failure = json(&output)["cells"][0]["failure"].to_string();
    assert!(
        failure.contains("418") && failure.contains("--other-outcomes"),
        "{failure}"
    );
}

#[test]
fn a_configuration_that_cannot_be_loaded_is_named() {
    let folder = folder();
    write(folder.path(), "traffic.jsonl", TRAFFIC);
    write(folder.path(), "old.yaml", configuration(""));
    for (new, told) in [
        ("listeners: 3\n", "new.yaml"),
        (
            "listeners: [{ name: t, address: \"127.0.0.1:1\", cluster: c }]
clusters: [{ name: c, endpoints: [\"127.0.0.1:2\"] }]\n",
            "no HTTP listener",
        ),
    ] {
        write(folder.path(), "new.yaml", new);
        let output = compare(folder.path(), &[]);
        expect_exit(&output, 2);
        assert!(stderr(&output).contains(told), "{}", stderr(&output));
    }
    let one = ["compare", "--proxy-config", "old.yaml"];
    let output = run(folder.path(), &one);
    expect_exit(&output, 2);
    assert!(stderr(&output).contains("twice"), "{}", stderr(&output));
}
