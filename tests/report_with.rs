//! `pwbench report --with`: results of several kinds in one page.
#![cfg(target_os = "linux")]

mod support;

use std::fs;
use std::path::PathBuf;

use support::{campaign, expect_exit, folder, json, run};

/// Measures with `arguments`, briefly; answers the results folder.
fn measured(folder: &std::path::Path, arguments: &[&str]) -> PathBuf {
    let output = arguments[0];
    let all = [arguments, &["--output", output]].concat();
    expect_exit(&run(folder, &all), 0);
    campaign(&folder.join(output))
}

#[test]
fn a_run_takes_the_sections_of_load_and_contention_along() {
    let folder = folder();
    let path = folder.path();
    let workload = ["--workload", "add-headers", "--runtime", "wasmtime/winch"];
    let brief = ["--blocks", "1"];
    let proxy = [
        "--proxy",
        "bench",
        "--rate",
        "300",
        "--duration",
        "0.2",
        "--keep-all",
    ];
    let threads = [
        "--threads",
        "1",
        "--isolation",
        "shared,thread",
        "--time",
        "20",
    ];
    let run_folder = measured(path, &[&["run"][..], &workload, &brief].concat());
    let load = measured(path, &[&["load"][..], &workload, &brief, &proxy].concat());
    let contend = measured(
        path,
        &[&["contend"][..], &workload, &brief, &threads].concat(),
    );
    let [run_folder, load, contend] =
        [run_folder, load, contend].map(|folder| folder.display().to_string());

    let output = run(
        path,
        &[
            "report",
            &run_folder,
            "--with",
            &load,
            "--with",
            &contend,
            "--format",
            "json",
        ],
    );
    expect_exit(&output, 0);
    let all = json(&output);
    let with = all["with"].as_array().expect("a list");
    assert_eq!(with.len(), 2, "{all}");
    assert!(with[0]["phases"].is_array() && with[1]["curves"].is_array());
    assert!(all["summary"].is_object());
    let page = fs::read_to_string(PathBuf::from(&run_folder).join("report.html")).expect("a page");
    for words in [
        "Latency, 300 requests/s",
        "Throughput over threads",
        "bench + wasmtime/winch",
    ] {
        assert!(page.contains(words), "{words}");
    }

    // A folder of contention carries others as well.
    let output = run(path, &["report", &contend, "--with", &load]);
    expect_exit(&output, 0);
    let page = fs::read_to_string(PathBuf::from(&contend).join("report.html")).expect("a page");
    assert!(page.contains("Latency, 300 requests/s") && page.contains("Throughput over threads"));
}
