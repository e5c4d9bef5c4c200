//! `pwbench tune` on real modules, sources and runtimes.

use std::io::Write as _;
mod support;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;
use support::{
    TRAFFIC, campaign, campaign_json, expect_exit, filter, folder, json, run, stderr, write,
};

/// Lines of `candidates.jsonl`.
fn candidates(campaign: &Path) -> Vec<Value> {
    let text = fs::read_to_string(campaign.join("candidates.jsonl")).expect("candidates.jsonl");
    text.lines()
        .map(|line| serde_json::from_str(line).expect("a line is JSON"))
        .collect()
}

/// Whether the machine was too busy for a budget that suffices on an idle one, which is then said.
fn too_busy(output: &std::process::Output) -> bool {
    let busy = output.status.code() == Some(2) && stderr(output).contains("give more --budget");
    if busy {
        say_busy();
    }
    busy
}

fn say_busy() {
    let _ = writeln!(
        std::io::stdout(),
        "skipped: the machine is too busy: run it on a quieter one"
    );
}

/// A run is fine, or the machine was too unsteady for a verdict.
fn ended_well(output: &std::process::Output) {
    let code = output.status.code();
    assert!(matches!(code, Some(0 | 3)), "{code:?}: {}", stderr(output));
}

#[test]
fn engine_knobs_of_a_built_in_module_are_raced_and_reported() {
    let folder = folder();
    let arguments = [
        "tune",
        "--workload",
        "prime-check",
        "--layer",
        "engine",
        "--objective",
        "startup,size",
        "--budget",
        "25s",
        "--seed",
        "1",
        "--format",
        "json",
    ];
    let output = run(folder.path(), &arguments);
    if too_busy(&output) {
        return;
    }
    ended_well(&output);
    let summary = json(&output);
    let campaign = campaign(&folder.path().join("results"));
    for file in [
        "report.html",
        "report.md",
        "report.csv",
        "summary.json",
        "modules/default.wasm",
    ] {
        assert!(campaign.join(file).is_file(), "{file}");
    }
    assert_eq!(campaign_json(&campaign)["kind"], "tune");
    assert_eq!(
        summary["objectives"],
        serde_json::json!(["startup", "size"])
    );
    let runtime = &summary["runtimes"][0];
    let rows = runtime["candidates"].as_array().expect("candidates");
    let choice = |factor: &str| rows.iter().find(|row| !row["choice"][factor].is_null());
    for factor in ["opt", "pooling", "aot", "deadline"] {
        let row = choice(factor).unwrap_or_else(|| panic!("{factor} did not race"));
        if row["fate"]["fate"] == "set_aside" {
            return say_busy();
        }
        assert!(
            row["values"]["startup"]["median"].as_f64() > Some(0.0),
            "{row}"
        );
    }
    // An artifact holds machine code: the module is always smaller.
    let size = &choice("aot").expect("raced")["against_default"]["size"];
    assert!(size["ratio"].as_f64() > Some(1.0), "{size}");
    assert!(!candidates(&campaign).is_empty());
    // The page can be written again from the folder alone.
    let again = run(folder.path(), &["report", &campaign.display().to_string()]);
    expect_exit(&again, 0);
}

#[test]
fn a_rust_source_is_built_with_other_flags_and_checked_on_every_runtime() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("workloads/prime-check/rust");
    let folder = folder();
    // Toolchains live in the user's own cache.
    let mut command = Command::new(env!("CARGO_BIN_EXE_pwbench"));
    command.current_dir(folder.path()).args([
        "tune",
        &source.display().to_string(),
        "--workload",
        "prime-check",
        "--layer",
        "build",
        "--runtime",
        "wasmtime/winch,wasmi/eager",
        "--objective",
        "size",
        "--budget",
        "90s",
    ]);
    let output = command.output().expect("pwbench starts");
    if stderr(&output).contains("cannot be built here") {
        assert_eq!(output.status.code(), Some(3));
        let _ = writeln!(
            std::io::stdout(),
            "skipped: no toolchain for guests: scripts/toolchains"
        );
        return;
    }
    if too_busy(&output) {
        return;
    }
    ended_well(&output);
    let campaign = campaign(&folder.path().join("results"));
    let text = fs::read_to_string(campaign.join("summary.json")).expect("summary.json");
    let summary: Value = serde_json::from_str(&text).expect("JSON");
    let runtimes = summary["runtimes"].as_array().expect("runtimes");
    assert_eq!(runtimes.len(), 2);
    for runtime in runtimes {
        let rows = runtime["candidates"].as_array().expect("candidates");
        assert!(rows.len() > 2, "no flag was tried: {}", summary["missing"]);
        for row in rows {
            assert_ne!(row["fate"]["fate"], "failed", "{row}");
        }
    }
    copied_commands_make_the_winner(folder.path(), &summary);
}

/// Runs what the report says to copy, in the folder where the tuning ran, and holds the module
/// that it makes to the one that won.
fn copied_commands_make_the_winner(folder: &Path, summary: &Value) {
    let campaign = campaign(&folder.join("results"));
    for runtime in summary["runtimes"].as_array().expect("runtimes") {
        for one in runtime["confirmations"].as_array().expect("winners") {
            // Where nothing won, it is the default.
            let won = one["copy"]["module"]
                .as_str()
                .filter(|name| !name.is_empty());
            let module = won.unwrap_or("modules/default.wasm");
            let _ = fs::remove_file(folder.join("tuned.wasm"));
            let commands = one["copy"]["commands"].as_array().expect("commands");
            for command in commands {
                paste(folder, command.as_str().expect("a command"));
            }
            let made = fs::read(folder.join("tuned.wasm")).expect("the commands make a module");
            let won = fs::read(campaign.join(module)).expect("the winner");
            assert!(
                made == won,
                "{} bytes for {}: {commands:?}",
                made.len(),
                won.len()
            );
            let measure = one["copy"]["measure"].as_str().expect("a command");
            paste(
                folder,
                &format!("{measure} --blocks 1 --no-report --output again || [ $? = 3 ]"),
            );
        }
    }
}

/// Runs a line as a person's shell would.
fn paste(folder: &Path, line: &str) {
    let program = Path::new(env!("CARGO_BIN_EXE_pwbench"));
    let programs = program.parent().expect("a folder").display();
    let path = std::env::var("PATH").unwrap_or_default();
    let output = Command::new("sh")
        .args(["-e", "-c", line])
        .current_dir(folder)
        .env("PATH", format!("{programs}:{path}"))
        .output()
        .expect("a shell");
    assert!(output.status.success(), "{line}: {}", stderr(&output));
}

/// Tunes a source of header-rewrite for its size, if its compiler is here, and pastes what is
/// printed.
fn tunes_a_source(file: &str, language: &str, toolchain: &str, budget: &str) {
    let folder = folder();
    let source = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("workloads/header-rewrite")
        .join(file);
    // Toolchains live in the user's own cache.
    let mut command = Command::new(env!("CARGO_BIN_EXE_pwbench"));
    command.current_dir(folder.path()).args([
        "tune",
        &source.display().to_string(),
        "--workload",
        "header-rewrite",
        "--layer",
        "build",
        "--objective",
        "size",
        "--budget",
        budget,
        "--format",
        "json",
    ]);
    let output = command.output().expect("pwbench starts");
    if stderr(&output).contains("cannot be built here") {
        assert_eq!(output.status.code(), Some(3));
        let _ = writeln!(
            std::io::stdout(),
            "skipped: no toolchain for {language}: scripts/language-toolchains {toolchain}"
        );
        return;
    }
    if too_busy(&output) {
        return;
    }
    ended_well(&output);
    let summary = json(&output);
    let told = summary["language"].as_str().expect("a language");
    assert!(told.starts_with(language), "{told}");
    let rows = summary["runtimes"][0]["candidates"]
        .as_array()
        .expect("candidates");
    assert!(rows.len() > 2, "no flag was tried: {}", summary["missing"]);
    for row in rows {
        assert_ne!(row["fate"]["fate"], "failed", "{row}");
    }
    copied_commands_make_the_winner(folder.path(), &summary);
}

#[test]
fn a_c_file_is_tuned_and_its_commands_can_be_pasted() {
    tunes_a_source("c/filter.c", "C", "c", "12s");
}

#[test]
fn a_zig_file_is_tuned_and_its_commands_can_be_pasted() {
    tunes_a_source("zig/filter.zig", "Zig", "zig", "40s");
}

#[test]
fn an_assemblyscript_file_is_tuned_and_its_commands_can_be_pasted() {
    tunes_a_source(
        "assemblyscript/filter.ts",
        "AssemblyScript",
        "assemblyscript",
        "30s",
    );
}

#[test]
fn passes_of_wasm_opt_are_raced_over_a_bare_module_and_can_be_pasted() {
    let folder = folder();
    // Something that every level finds superfluous.
    let body = "(local $x i32) (local.set $x (i32.add (i32.const 1) (i32.const 2)))
        (drop (i32.mul (local.get $x) (i32.const 7))) (i32.sub (local.get $x) (i32.const 3))";
    write(folder.path(), "plugin.wasm", filter(body));
    write(folder.path(), "own.jsonl", TRAFFIC);
    let mut command = Command::new(env!("CARGO_BIN_EXE_pwbench"));
    command.current_dir(folder.path()).args([
        "tune",
        "plugin.wasm",
        "--requests",
        "own.jsonl",
        "--layer",
        "wasm-opt",
        "--objective",
        "size",
        "--runtime",
        "wasmtime/cranelift,wasmi/eager",
        "--budget",
        "40s",
        "--format",
        "json",
    ]);
    let output = command.output().expect("pwbench starts");
    if stderr(&output).contains("has no knobs") {
        let _ = writeln!(
            std::io::stdout(),
            "skipped: no wasm-opt: npm install binaryen"
        );
        return;
    }
    if too_busy(&output) {
        return;
    }
    ended_well(&output);
    let summary = json(&output);
    let runtimes = summary["runtimes"].as_array().expect("runtimes");
    let factors = runtimes[0]["factors"].as_array().expect("factors");
    for factor in ["wasm-opt", "--gufa", "--inlining-optimizing"] {
        assert!(
            factors.iter().any(|known| known["name"] == factor),
            "{factor}"
        );
    }
    // One front over both runtimes: nothing on it is beaten by anything on either.
    let rows = runtimes
        .iter()
        .flat_map(|one| one["candidates"].as_array().expect("rows"));
    let points: Vec<(bool, Vec<f64>)> = rows
        .filter_map(|row| {
            let value = |name: &str| {
                let value = &row["values"][name];
                value["median"]
                    .as_f64()
                    .filter(|_| value["n"].as_u64() >= Some(2))
            };
            let point = ["p50", "startup", "size", "memory"].map(value);
            let point: Option<Vec<f64>> = point.into_iter().collect();
            Some((row["on_front"] == true, point?))
        })
        .collect();
    let on = || points.iter().filter(|(on, _)| *on).map(|(_, point)| point);
    if points.is_empty() {
        return say_busy();
    }
    assert!(on().count() > 0);
    for point in on() {
        let beaten =
            |other: &Vec<f64>| other.iter().zip(point).all(|(a, b)| a <= b) && other != point;
        assert!(!on().any(beaten), "{point:?}");
    }
    copied_commands_make_the_winner(folder.path(), &summary);
}

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
    let output = support::pwbench(folder.path())
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
    let mut child = support::pwbench(folder.path())
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
