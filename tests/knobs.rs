//! Knobs: `run --knob`, `list --knobs`, `compile --knob`.

mod support;

use support::{campaign, campaign_json, expect_exit, folder, json, run, stderr, stdout};

#[test]
fn a_campaign_turns_the_knobs_of_those_that_have_them_and_says_so() {
    let folder = folder();
    let arguments = [
        "run",
        "--runtime",
        "wasmtime/cranelift,wasmtime/winch,wasmi/lazy",
        "--workload",
        "prime-check",
        "--blocks",
        "1",
        "--knob",
        "opt=none",
        "--knob",
        "pooling=on",
    ];
    let output = run(folder.path(), &arguments);
    expect_exit(&output, 0);
    let campaign = campaign_json(&campaign(&folder.path().join("results")));
    let runtimes = campaign["runtimes"].as_array().expect("runtimes");
    assert_eq!(runtimes.len(), 1, "{runtimes:?}");
    assert_eq!(runtimes[0]["runtime"], "wasmtime/cranelift");
    assert_eq!(runtimes[0]["knobs"], "opt=none,pooling=on");
    assert_eq!(runtimes[0]["optimisation"], "Cranelift opt_level=none");
    let pooling = runtimes[0]["pooling"].as_str().unwrap_or_default();
    assert!(pooling.starts_with("a pool"), "{pooling}");
    let unavailable = campaign["unavailable"].as_array().expect("rows");
    let reason = |runtime: &str| {
        let row = unavailable.iter().find(|row| row["runtime"] == runtime);
        row.and_then(|row| row["reason"].as_str())
            .unwrap_or_else(|| panic!("{runtime} in {unavailable:?}"))
    };
    assert!(reason("wasmtime/winch").contains("knob opt"));
    assert!(reason("wasmi/lazy").contains("no knobs"));
}

#[test]
fn knobs_that_there_are_not_are_bad_input() {
    let folder = folder();
    for (knobs, told) in [
        (&["optt=none"][..], "there are opt, pooling"),
        (&["opt=fastest"], "it has none, speed"),
        (&["opt=none", "opt=speed"], "given twice"),
        (&["interrupt=fuel"], "give --deadline"),
    ] {
        let mut arguments = vec!["run", "--runtime", "wasmtime/cranelift"];
        for knob in knobs {
            arguments.extend(["--knob", knob]);
        }
        let output = run(folder.path(), &arguments);
        expect_exit(&output, 2);
        assert!(stderr(&output).contains(told), "{}", stderr(&output));
    }
}

#[test]
fn a_deadline_is_kept_by_fuel_when_asked_for() {
    let folder = folder();
    let arguments = [
        "run",
        "--runtime",
        "wasmtime/winch",
        "--workload",
        "prime-check",
        "--blocks",
        "1",
        "--deadline",
        "1000",
        "--knob",
        "interrupt=fuel",
    ];
    let output = run(folder.path(), &arguments);
    expect_exit(&output, 0);
    let campaign = campaign_json(&campaign(&folder.path().join("results")));
    let limit = campaign["runtimes"][0]["time_limit"].as_str();
    assert!(
        limit.is_some_and(|limit| limit.starts_with("fuel")),
        "{limit:?}"
    );
}

#[test]
fn the_list_of_knobs_has_each_with_its_usual_value_first() {
    let folder = folder();
    let output = run(folder.path(), &["list", "--knobs", "--format", "json"]);
    expect_exit(&output, 0);
    let list = json(&output);
    let runtimes = list["runtimes"].as_array().expect("runtimes");
    let of = |runtime: &str| {
        let row = runtimes.iter().find(|row| row["runtime"] == runtime);
        row.unwrap_or_else(|| panic!("{runtime}"))["knobs"].clone()
    };
    assert_eq!(of("wasmtime/cranelift")[0]["knob"], "opt");
    assert_eq!(of("wasmtime/cranelift")[0]["usual"], "speed");
    assert_eq!(of("wasmi/eager"), serde_json::json!([]));
    let output = run(folder.path(), &["list", "--knobs"]);
    expect_exit(&output, 0);
    let text = stdout(&output);
    assert!(
        text.contains("speed, speed_and_size, none") && text.contains("without knobs: native"),
        "{text}"
    );
}
