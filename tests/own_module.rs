//! A person's own module and traffic: good, bad and hostile.

mod support;

use support::{TRAFFIC, campaign, expect_exit, filter, folder, json, run, stderr, trials, write};

#[test]
fn a_module_without_expectations_is_checked_against_the_reference_runtime() {
    let folder = folder();
    let module = write(folder.path(), "own.wasm", filter("i32.const 0"));
    let requests = write(folder.path(), "own.jsonl", TRAFFIC);
    let arguments = [
        "run",
        "--module",
        &module,
        "--requests",
        &requests,
        "--runtime",
        "wasmi",
        "--blocks",
        "1",
    ];
    let output = run(folder.path(), &arguments);
    expect_exit(&output, 0);
    let trials = trials(&campaign(&folder.path().join("results")));
    let check = trials
        .iter()
        .find(|trial| trial["block"] == 0)
        .expect("a check");
    assert_eq!(
        check["check"]["expectation"], "reference runtime wasmtime/cranelift",
        "{check}"
    );
}

#[test]
fn a_module_that_traps_becomes_failed_rows_and_exit_code_1() {
    let folder = folder();
    let module = write(folder.path(), "trap.wasm", filter("unreachable"));
    let requests = write(folder.path(), "own.jsonl", TRAFFIC);
    let arguments = [
        "run",
        "--module",
        &module,
        "--requests",
        &requests,
        "--runtime",
        "wasmi/eager,wasmtime/winch",
        "--blocks",
        "1",
    ];
    let output = run(folder.path(), &arguments);
    expect_exit(&output, 1);
    let trials = trials(&campaign(&folder.path().join("results")));
    assert_eq!(trials.len(), 2, "{trials:?}");
    for trial in trials {
        assert_eq!(trial["status"], "failed", "{trial}");
        assert_eq!(trial["kind"], "trap", "{trial}");
        assert!(
            trial["reason"]
                .as_str()
                .is_some_and(|reason| reason.contains("one")),
            "{trial}"
        );
    }
}

#[test]
fn a_module_that_hangs_is_ended_and_becomes_a_row() {
    let folder = folder();
    let module = write(
        folder.path(),
        "hang.wasm",
        filter("loop br 0 end i32.const 0"),
    );
    let requests = write(folder.path(), "own.jsonl", TRAFFIC);
    let arguments = [
        "run",
        "--module",
        &module,
        "--requests",
        &requests,
        "--runtime",
        "wasmi/lazy",
        "--blocks",
        "1",
        "--trial-timeout",
        "2",
    ];
    let output = run(folder.path(), &arguments);
    expect_exit(&output, 1);
    let campaign = campaign(&folder.path().join("results"));
    let trials = trials(&campaign);
    assert_eq!(trials.len(), 1, "{trials:?}");
    assert_eq!(trials[0]["kind"], "timeout", "{}", trials[0]);
    assert!(campaign.join("report.html").exists());
}

#[test]
fn a_deadline_ends_a_hanging_module_inside_its_process() {
    let folder = folder();
    let module = write(
        folder.path(),
        "hang.wasm",
        filter("loop br 0 end i32.const 0"),
    );
    let requests = write(folder.path(), "own.jsonl", TRAFFIC);
    let arguments = [
        "run",
        "--module",
        &module,
        "--requests",
        &requests,
        "--runtime",
        "wasmtime/winch",
        "--blocks",
        "1",
        "--deadline",
        "50",
    ];
    let output = run(folder.path(), &arguments);
    expect_exit(&output, 1);
    let trials = trials(&campaign(&folder.path().join("results")));
    assert_eq!(trials[0]["kind"], "trap", "{}", trials[0]);
    assert!(
        trials[0]["reason"]
            .as_str()
            .is_some_and(|reason| reason.contains("Deadline")),
        "{}",
        trials[0]
    );
}

#[test]
fn wrong_outcomes_are_named_and_no_times_are_measured() {
    let folder = folder();
    let module = write(folder.path(), "own.wasm", filter("i32.const 0"));
    let line = r#"{"id":"wants-more","request":{"method":"GET","scheme":"https","authority":"a.example","path":"/","headers":[]},"response":{"status":200,"headers":[]},"expect":{"forwarded":{"request_headers":[["x-added","1"]],"response_status":200,"response_headers":[]}}}"#;
    let requests = write(folder.path(), "own.jsonl", line);
    let arguments = [
        "run",
        "--module",
        &module,
        "--requests",
        &requests,
        "--runtime",
        "wasmi/eager",
        "--blocks",
        "1",
    ];
    let output = run(folder.path(), &arguments);
    expect_exit(&output, 1);
    let trials = trials(&campaign(&folder.path().join("results")));
    assert_eq!(trials.len(), 1, "{trials:?}");
    assert_eq!(trials[0]["kind"], "mismatch");
    let reason = trials[0]["reason"].as_str().unwrap_or_default();
    assert!(
        reason.contains("wants-more") && reason.contains("x-added"),
        "{reason}"
    );
}

#[test]
fn bad_traffic_is_refused_by_file_line_and_field() {
    let folder = folder();
    let module = write(folder.path(), "own.wasm", filter("i32.const 0"));
    let second_line_is_bad = TRAFFIC.replace(r#""status":404"#, r#""status":99"#);
    let lines = write(folder.path(), "bad.jsonl", second_line_is_bad);
    let output = run(
        folder.path(),
        &["run", "--module", &module, "--requests", &lines],
    );
    expect_exit(&output, 2);
    let text = stderr(&output);
    assert!(
        text.contains("bad.jsonl") && text.contains("line 2") && text.contains("response.status"),
        "{text}"
    );
    assert!(text.contains("help: "), "{text}");

    let har =
        r#"{"log":{"entries":[{"request":{"method":"GET","url":"not a url","headers":[]}}]}}"#;
    let har = write(folder.path(), "bad.har", har);
    let output = run(
        folder.path(),
        &["run", "--module", &module, "--requests", &har],
    );
    expect_exit(&output, 2);
    let text = stderr(&output);
    assert!(
        text.contains("bad.har") && text.contains("log.entries[0].request.url"),
        "{text}"
    );
}

#[test]
fn absent_files_and_text_modules_are_bad_input() {
    let folder = folder();
    let module = write(folder.path(), "own.wasm", filter("i32.const 0"));
    let text_module = write(folder.path(), "own.wat", "(module)");
    let requests = write(folder.path(), "own.jsonl", TRAFFIC);
    for (arguments, named) in [
        (
            [
                "run",
                "--module",
                &module,
                "--requests",
                &requests,
                "--config",
                "absent.json",
            ],
            "absent.json",
        ),
        (
            [
                "run",
                "--module",
                &text_module,
                "--requests",
                &requests,
                "--root-id",
                "a",
            ],
            "own.wat",
        ),
        (
            [
                "run",
                "--module",
                "absent.wasm",
                "--requests",
                &requests,
                "--root-id",
                "a",
            ],
            "absent.wasm",
        ),
    ] {
        let output = run(folder.path(), &arguments);
        expect_exit(&output, 2);
        assert!(stderr(&output).contains(named), "{}", stderr(&output));
    }
}

#[test]
fn a_recorded_archive_is_traffic_too() {
    let folder = folder();
    let module = write(folder.path(), "own.wasm", filter("i32.const 0"));
    let har = r#"{"log":{"version":"1.2","entries":[{"request":{"method":"GET","url":"https://a.example/x?y=1","headers":[{"name":"Accept","value":"*/*"}]},"response":{"status":200,"headers":[],"content":{"text":"hello"}}}]}}"#;
    let requests = write(folder.path(), "own.har", har);
    let arguments = [
        "verify",
        "--module",
        &module,
        "--requests",
        &requests,
        "--runtime",
        "wasmi/eager",
        "--no-conformance",
        "--format",
        "json",
    ];
    let output = run(folder.path(), &arguments);
    expect_exit(&output, 0);
    assert_eq!(json(&output)["checks"][0]["matched"], 1);
}

#[test]
fn every_isolation_is_checked_and_measured() {
    let folder = folder();
    let module = write(folder.path(), "own.wasm", filter("i32.const 0"));
    let requests = write(folder.path(), "own.jsonl", TRAFFIC);
    for isolation in ["shared", "pool:2", "request"] {
        let output_folder = isolation.replace(':', "-");
        let arguments = [
            "run",
            "--module",
            &module,
            "--requests",
            &requests,
            "--runtime",
            "wasmi/lazy",
            "--blocks",
            "1",
            "--isolation",
            isolation,
            "--output",
            &output_folder,
        ];
        expect_exit(&run(folder.path(), &arguments), 0);
        let trials = trials(&campaign(&folder.path().join(&output_folder)));
        // The check, the cell and its control.
        assert_eq!(trials.len(), 3, "{trials:?}");
        for trial in &trials {
            assert_eq!(trial["status"], "ok", "{trial}");
            assert_eq!(trial["cell"]["isolation"], isolation, "{trial}");
        }
    }
}
