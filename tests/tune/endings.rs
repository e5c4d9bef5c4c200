//! Campaigns that end before their time, or never begin.

use std::fs;
use std::path::PathBuf;

use crate::support::{
    TRAFFIC, campaign, campaign_json, expect_exit, filter, folder, pwbench, run, stderr, write,
};

#[cfg(unix)]
#[test]
fn a_build_that_does_not_end_is_ended_with_the_budget() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = folder();
    let programs = folder.path().join("bin");
    fs::create_dir(&programs).expect("a folder");
    // Ten minutes, as long as a build may take by itself.
    let script = "#!/bin/sh\ncase $1 in --print-targets) echo wasm32 ;; *) sleep 600 ;; esac\n";
    write(&programs, "clang", script);
    let executable = fs::Permissions::from_mode(0o755);
    fs::set_permissions(programs.join("clang"), executable).expect("executable");
    let source = write(folder.path(), "plugin.c", "int x;");
    let requests = write(folder.path(), "own.jsonl", TRAFFIC);
    let output = pwbench(folder.path())
        .args(["tune", &source, "--requests", &requests, "--budget", "2s"])
        .env("PATH", format!("{}:/usr/bin:/bin", programs.display()))
        .output()
        .expect("pwbench starts");
    expect_exit(&output, 2);
    let told = stderr(&output);
    assert!(
        told.contains("its build did not end within 2 s") && told.contains("--budget"),
        "{told}"
    );
}

#[test]
fn a_module_that_cannot_pass_its_check_is_no_default() {
    let folder = folder();
    let module = write(folder.path(), "trap.wasm", filter("unreachable"));
    let requests = write(folder.path(), "own.jsonl", TRAFFIC);
    let output = run(
        folder.path(),
        &["tune", &module, "--requests", &requests, "--budget", "5s"],
    );
    expect_exit(&output, 2);
    assert!(stderr(&output).contains("default"), "{}", stderr(&output));
}

#[test]
fn bad_input_is_named_with_a_remedy() {
    let folder = folder();
    let text = write(folder.path(), "notes.txt", "hello");
    let module = write(folder.path(), "own.wasm", filter("i32.const 0"));
    let requests = write(folder.path(), "own.jsonl", TRAFFIC);
    let broken = write(folder.path(), "broken.jsonl", "{\"request\": 1}");
    let cases: [(&[&str], &str); 6] = [
        (&["tune"], "required"),
        (&["tune", &module], "--requests"),
        (&["tune", &text, "--requests", &requests], "notes.txt"),
        (&["tune", &module, "--requests", &broken], "broken.jsonl"),
        (
            &[
                "tune",
                &module,
                "--requests",
                &requests,
                "--objective",
                "speed",
            ],
            "p50",
        ),
        (&["tune", "--workload", "prime-chek"], "prime-check"),
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
    assert!(!folder.path().join("results").exists(), "nothing was begun");
}

#[test]
#[cfg(unix)]
fn ctrl_c_keeps_what_was_found() {
    use rustix::process::{Pid, Signal, kill_process};
    use std::time::{Duration, Instant};
    let folder = folder();
    let mut child = pwbench(folder.path())
        .args([
            "tune",
            "--workload",
            "header-rewrite",
            "--layer",
            "engine",
            "--budget",
            "10m",
        ])
        .stdout(std::process::Stdio::null())
        .stderr(std::process::Stdio::null())
        .spawn()
        .expect("pwbench starts");
    let results = folder.path().join("results");
    let begun = || -> Option<PathBuf> {
        let entry = fs::read_dir(&results).ok()?.next()?.ok()?;
        Some(entry.path()).filter(|path| path.join("campaign.json").is_file())
    };
    let patience = Instant::now();
    while begun().is_none() {
        assert!(
            patience.elapsed() < Duration::from_secs(60),
            "it never began"
        );
        std::thread::sleep(Duration::from_millis(20));
    }
    std::thread::sleep(Duration::from_secs(2));
    kill_process(Pid::from_child(&child), Signal::INT).expect("it is ours");
    assert_eq!(child.wait().expect("it ends").code(), Some(130));
    let campaign = campaign(&results);
    assert_eq!(campaign_json(&campaign)["interrupted"], true);
    assert!(campaign.join("report.html").is_file());
}
