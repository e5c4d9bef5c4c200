//! `pwbench recommend` on a real campaign.

mod support;

use support::{campaign, expect_exit, folder, json, run, stderr, stdout, write};

#[test]
fn runtimes_are_judged_by_a_measured_campaign() {
    let folder = folder();
    let measured = run(
        folder.path(),
        &[
            "run",
            "--workload",
            "header-rewrite",
            "--runtime",
            "wasmtime/cranelift,wasmi/eager,wasmtime/pulley",
            "--blocks",
            "6",
        ],
    );
    // Whether the machine was steady is not this test's business.
    assert!(
        matches!(measured.status.code(), Some(0 | 3)),
        "{}",
        stderr(&measured)
    );
    let campaign = campaign(&folder.path().join("results"))
        .display()
        .to_string();
    let recommend = |needs: &str| {
        let arguments = [
            "recommend",
            "--campaign",
            &campaign,
            "--need",
            needs,
            "--format",
            "json",
        ];
        run(folder.path(), &arguments)
    };
    // Every value is far on one side of these limits.
    let output =
        recommend("p99<1s,startup<60s,size<1GB,simd,deadline,security-policy,licence=apache");
    expect_exit(&output, 0);
    let answer = json(&output);
    let best = &answer["candidates"][0];
    assert_eq!(best["standing"], "meets", "{answer}");
    for one in answer["candidates"].as_array().expect("candidates") {
        assert!(one["features"]["tail-call"]["has"].is_boolean(), "{one}");
        assert!(one["says"]["licence"].is_array(), "{one}");
    }
    let standing = |runtime: &str| {
        let all = answer["candidates"].as_array().expect("candidates");
        let found = all.iter().find(|one| one["runtime"] == runtime);
        found.expect("a candidate")["standing"].clone()
    };
    assert_eq!(standing("wasmtime/cranelift"), "meets");
    assert_eq!(standing("wasmi/eager"), "meets");
    // No runtime answers within a nanosecond: all are surely over, and the nearest is named.
    let output = recommend("p50<1ns");
    expect_exit(&output, 1);
    let answer = json(&output);
    assert!(
        answer["candidates"]
            .as_array()
            .expect("all")
            .iter()
            .all(|one| one["standing"] == "fails")
    );
    // What engines' sources do not say.
    let output = recommend("release-schedule");
    expect_exit(&output, 0);
    let answer = json(&output);
    let all = answer["candidates"].as_array().expect("candidates");
    let wasmi = all
        .iter()
        .find(|one| one["runtime"] == "wasmi/eager")
        .expect("there");
    assert_eq!(wasmi["standing"], "fails");
    let text = run(
        folder.path(),
        &["recommend", "--campaign", &campaign, "--need", "p50<1ns"],
    );
    assert!(stdout(&text).contains("comes nearest"), "{}", stdout(&text));
}

#[test]
fn needs_that_are_none_are_refused_with_their_place() {
    let folder = folder();
    let file = write(folder.path(), "needs.toml", "[below]\np99 = \"50\"\n");
    let cases: [(&[&str], &str); 4] = [
        (
            &["recommend", "--need", "simd,p99<50"],
            "--need, character 6",
        ),
        (&["recommend", "--needs", &file], "needs.toml, below.p99"),
        (&["recommend", "--needs", "none.toml"], "none.toml"),
        (&["recommend"], "--need"),
    ];
    for (arguments, wanted) in cases {
        let output = run(folder.path(), arguments);
        expect_exit(&output, 2);
        assert!(
            stderr(&output).contains(wanted),
            "{arguments:?}: {}",
            stderr(&output)
        );
    }
    let output = run(
        folder.path(),
        &["recommend", "--need", "simd", "--campaign", "nowhere"],
    );
    expect_exit(&output, 2);
}
