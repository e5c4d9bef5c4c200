//! `pwbench gate` and the script of the action, as continuous integration runs them.

use std::io::Write as _;
mod support;

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use support::{TRAFFIC, expect_exit, filter, folder, json, pwbench, run, stderr, stdout, write};

/// A filter that counts down from `steps` on each request.
fn counting(steps: u32) -> Vec<u8> {
    filter(&format!(
        "(local $left i32) (local.set $left (i32.const {steps}))
         (loop $step (br_if $step (local.tee $left (i32.sub (local.get $left) (i32.const 1)))))
         i32.const 0"
    ))
}

const PLUGIN: &str = "[plugin]\nmodule = \"plugin.wasm\"\nrequests = \"traffic.jsonl\"\n";

fn set_up(folder: &Path, old: u32, new: u32, further: &str) {
    write(folder, "traffic.jsonl", TRAFFIC);
    write(folder, "old.wasm", counting(old));
    write(folder, "plugin.wasm", counting(new));
    let text = format!("{PLUGIN}[base]\nfile = \"old.wasm\"\n[measure]\nseconds = 2\n{further}");
    write(folder, "gate.toml", text);
}

fn latest(folder: &Path) -> std::path::PathBuf {
    let output = folder.join("gate");
    let name = fs::read_to_string(output.join("latest")).expect("latest");
    output.join(name.trim())
}

/// Reads XML with what every system's Python has; `None` without one.
fn parses_as_xml(file: &Path) -> Option<bool> {
    let program = "import sys, xml.dom.minidom as m; m.parse(sys.argv[1])";
    let output = Command::new("python3")
        .args(["-c", program])
        .arg(file)
        .output()
        .ok()?;
    Some(output.status.success())
}

#[test]
fn a_change_of_nothing_passes_and_leaves_all_files() {
    let folder = folder();
    set_up(
        folder.path(),
        30_000,
        30_000,
        "[limits]\ncpu = \"50%\"\ninstructions = \"0%\"\n[ceilings]\nmodule_size = \"10 kB\"\n",
    );
    let output = pwbench(folder.path())
        .args(["gate", "--history", "history", "--format", "json"])
        .env("PWBENCH_MACHINE", "a pool of runners")
        .output()
        .expect("pwbench starts");
    let report = json(&output);
    let outcome = report["outcome"].as_str().expect("an outcome");
    // A machine under other load may not support a verdict; it must never find a regression.
    let code = if outcome == "untrusted" { 3 } else { 0 };
    expect_exit(&output, code);
    assert_eq!(report["rows"].as_array().map(Vec::len), Some(3));
    let results = latest(folder.path());
    for file in [
        "gate.json",
        "gate.md",
        "junit.xml",
        "campaign.json",
        "sittings.jsonl",
        "outcome",
        "report.html",
    ] {
        assert!(
            fs::metadata(results.join(file)).is_ok_and(|file| file.len() > 0),
            "{file}"
        );
    }
    match parses_as_xml(&results.join("junit.xml")) {
        Some(sound) => assert!(sound, "junit.xml is no XML"),
        None => {
            let _ = writeln!(
                std::io::stdout(),
                "skipped: junit.xml was not read: apt-get install python3"
            );
        }
    }
    let again = run(folder.path(), &["report", results.to_str().expect("UTF-8")]);
    expect_exit(&again, 0);
    assert!(stdout(&again).contains("Limits"), "{}", stdout(&again));
    if code == 0 {
        let output = run(folder.path(), &["history", "history", "--format", "json"]);
        expect_exit(&output, 0);
        assert_eq!(json(&output)[0]["figure"], "cpu");
        assert_eq!(json(&output)[0]["machine"], "a pool of runners");
    }
}

#[test]
fn more_instructions_than_the_limit_break_it() {
    let folder = folder();
    set_up(
        folder.path(),
        30_000,
        30_300,
        "[limits]\ninstructions = \"0.5%\"\n",
    );
    let output = run(folder.path(), &["gate"]);
    expect_exit(&output, 1);
    let text = stdout(&output);
    assert!(
        text.contains("1 of 1 limits are broken") && text.contains("1.0100"),
        "{text}"
    );
    let junit = fs::read_to_string(latest(folder.path()).join("junit.xml")).expect("junit.xml");
    assert!(
        junit.contains("failures=\"1\"") && junit.contains("<failure"),
        "{junit}"
    );
}

#[test]
fn a_ceiling_alone_is_measured_and_breaks() {
    let folder = folder();
    set_up(
        folder.path(),
        30_000,
        30_000,
        "[ceilings]\nstartup = \"1 us\"\n",
    );
    let gate = fs::read_to_string(folder.path().join("gate.toml")).expect("gate.toml");
    write(
        folder.path(),
        "gate.toml",
        gate.replace("seconds = 2", "seconds = 60"),
    );
    let output = run(folder.path(), &["gate", "--format", "json"]);
    let report = json(&output);
    let row = &report["rows"][0];
    // A machine under other load may not support a verdict; it must never let this pass.
    if report["outcome"] == "untrusted" {
        expect_exit(&output, 3);
        return;
    }
    expect_exit(&output, 1);
    assert_eq!(row["status"], "failed", "{row:#}");
    let told = row["reason"].as_str().expect("a reason");
    assert!(told.contains("found again by fresh processes"), "{told}");
    assert!(row["ratio"].as_f64().expect("a ratio") > 10.0, "{row:#}");
}

#[test]
fn a_ceiling_far_above_passes_beside_limits_that_are_counted() {
    let folder = folder();
    let limits = "[limits]\ninstructions = \"0%\"\n[ceilings]\nmemory = \"900 MB\"\n";
    set_up(folder.path(), 30_000, 30_000, limits);
    // It ends as soon as it is decided; a busy machine needs more.
    let gate = fs::read_to_string(folder.path().join("gate.toml")).expect("gate.toml");
    write(
        folder.path(),
        "gate.toml",
        gate.replace("seconds = 2", "seconds = 60"),
    );
    let output = run(folder.path(), &["gate", "--format", "json"]);
    let report = json(&output);
    if report["outcome"] == "untrusted" {
        expect_exit(&output, 3);
        return;
    }
    expect_exit(&output, 0);
    assert_eq!(report["outcome"], "passed", "{:#}", report["rows"]);
    assert!(report["rows"][1]["n"].as_u64().expect("samples") >= 6);
}

#[test]
fn an_unsound_configuration_is_told_with_its_line() {
    let folder = folder();
    set_up(folder.path(), 10, 10, "[limits]\nspeed = \"1%\"\n");
    let output = run(folder.path(), &["gate"]);
    expect_exit(&output, 2);
    let told = stderr(&output);
    assert!(
        told.contains("gate.toml:9: limits.speed") && told.contains("help:"),
        "{told}"
    );
    let output = run(folder.path(), &["gate", "--config", "none.toml"]);
    expect_exit(&output, 2);
    assert!(stderr(&output).contains("none.toml"), "{}", stderr(&output));
}

#[test]
fn a_runtime_that_is_not_here_is_the_environments_fault() {
    let folder = folder();
    set_up(
        folder.path(),
        10,
        10,
        "runtimes = [\"v8/default\"]\n[limits]\ncpu = \"1%\"\n",
    );
    let list = json(&run(folder.path(), &["list", "--format", "json"]));
    let rows = list["runtimes"].as_array().expect("runtimes");
    if rows
        .iter()
        .any(|row| row["runtime"] == "v8/default" && row["available"] == true)
    {
        let _ = writeln!(
            std::io::stdout(),
            "skipped: v8 is built in: build without --features v8"
        );
        return;
    }
    let output = run(folder.path(), &["gate"]);
    expect_exit(&output, 3);
    assert!(
        stderr(&output).contains("v8/default is not available"),
        "{}",
        stderr(&output)
    );
}

/// Runs git in a folder, as nobody in particular.
fn git(folder: &Path, arguments: &[&str]) {
    let status = Command::new("git")
        .arg("-C")
        .arg(folder)
        .args([
            "-c",
            "user.name=a",
            "-c",
            "user.email=a@b.example",
            "-c",
            "commit.gpgsign=false",
        ])
        .args(arguments)
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .output()
        .expect("git starts");
    assert!(status.status.success(), "git {arguments:?}: {status:?}");
}

fn act(folder: &Path, further: &[(&str, &str)]) -> Output {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("scripts/gate-action");
    let mut command = Command::new(script);
    command
        .current_dir(folder)
        .env("XDG_CACHE_HOME", folder.join("cache"))
        .env("PWBENCH", env!("CARGO_BIN_EXE_pwbench"))
        .env("GITHUB_STEP_SUMMARY", folder.join("summary.md"))
        .env("GITHUB_OUTPUT", folder.join("outputs"));
    for (name, value) in further {
        command.env(name, value);
    }
    command.output().expect("the script starts")
}

#[cfg(unix)]
#[test]
fn the_action_gates_a_change_of_a_scratch_repository() {
    if Command::new("git").arg("--version").output().is_err() {
        let _ = writeln!(std::io::stdout(), "skipped: no git: apt-get install git");
        return;
    }
    let folder = folder();
    let place = folder.path().join("plugin");
    fs::create_dir(&place).expect("a folder");
    write(&place, "traffic.jsonl", TRAFFIC);
    write(&place, "plugin.wasm", counting(30_000));
    let limits = "[measure]\nseconds = 1\n[limits]\ninstructions = \"0.5%\"\n";
    let committed = format!("{PLUGIN}[base]\ngit = \"HEAD\"\n{limits}");
    write(&place, "gate.toml", &committed);
    git(folder.path(), &["init", "--quiet"]);
    git(folder.path(), &["add", "plugin"]);
    git(folder.path(), &["commit", "--quiet", "-m", "first"]);
    let config = ("PWBENCH_CONFIG", "plugin/gate.toml");

    let output = act(folder.path(), &[config]);
    expect_exit(&output, 0);
    let outputs = || fs::read_to_string(folder.path().join("outputs")).expect("outputs");
    assert!(
        outputs().contains("outcome=passed\nfolder=gate/"),
        "{}",
        outputs()
    );
    let summary = || fs::read_to_string(folder.path().join("summary.md")).expect("a summary");
    assert!(
        summary().contains("### pwbench gate: passed"),
        "{}",
        summary()
    );
    assert!(summary().contains("plugin.wasm at HEAD"), "{}", summary());

    write(&place, "plugin.wasm", counting(31_000));
    expect_exit(&act(folder.path(), &[config]), 1);
    assert!(outputs().contains("outcome=failed"), "{}", outputs());

    // Built there: the checkout has the old module, under another name.
    let built = format!(
        "{PLUGIN}[base]\ngit = \"HEAD\"\nbuild = \"cp plugin.wasm built.wasm\"\npath = \"built.wasm\"\n{limits}"
    );
    write(&place, "gate.toml", &built);
    expect_exit(&act(folder.path(), &[config]), 1);
    let worktrees = Command::new("git")
        .args(["worktree", "list"])
        .current_dir(&place)
        .output()
        .expect("git starts");
    assert_eq!(
        stdout(&worktrees).lines().count(),
        1,
        "{}",
        stdout(&worktrees)
    );

    for (base, told) in [
        (
            "git = \"no-such-branch\"",
            "git does not know no-such-branch",
        ),
        ("git = \"--output=x\"", "git does not know --output=x"),
        (
            "git = \"HEAD\"\npath = \"gone.wasm\"",
            "gone.wasm is not in HEAD",
        ),
        (
            "git = \"HEAD\"\nbuild = \"exit 7\"",
            "base.build failed in HEAD",
        ),
    ] {
        write(
            &place,
            "gate.toml",
            format!("{PLUGIN}[base]\n{base}\n{limits}"),
        );
        let output = act(folder.path(), &[config]);
        expect_exit(&output, 2);
        assert!(stderr(&output).contains(told), "{}", stderr(&output));
    }
    assert!(
        outputs().ends_with("outcome=bad-input\nfolder=\n"),
        "{}",
        outputs()
    );
    expect_exit(
        &act(folder.path(), &[config, ("PWBENCH_UNDECIDED", "maybe")]),
        2,
    );
}

#[test]
fn a_calibration_goes_on_where_it_stopped() {
    let folder = folder();
    let calibrate = |n: &str| {
        let arguments = [
            "gate",
            "--calibrate",
            "--comparisons",
            n,
            "--seconds",
            "3",
            "--format",
            "json",
        ];
        let output = pwbench(folder.path())
            .args(arguments)
            .output()
            .expect("pwbench starts");
        expect_exit(&output, 0);
        json(&output)
    };
    calibrate("1");
    let path = folder.path().join("gate/calibration.jsonl");
    let first = fs::read_to_string(&path).expect("records");
    // As if it had been stopped while it wrote the second.
    fs::write(&path, format!("{first}{{\"number\":1,")).expect("written");
    let summary = calibrate("2");
    let lines = fs::read_to_string(&path).expect("records");
    assert!(
        lines.starts_with(&first) && lines.lines().count() == 2,
        "{lines}"
    );
    let rows = summary["rows"].as_array().expect("rows");
    assert_eq!(rows.len(), 2, "{summary:#}");
    // The guest burns what it is said to burn.
    let injected = rows[1]["injected"].as_f64().expect("a share");
    let counted = rows[1]["instructions"].as_f64().expect("instructions");
    assert!(
        (counted - 1.0 - injected).abs() < 0.000_5,
        "{counted} for {injected}"
    );
}

#[test]
fn a_history_names_the_commit_of_a_change() {
    let folder = folder();
    let history = folder.path().join("history");
    fs::create_dir(&history).expect("a folder");
    let lines: String = (0..20)
        .map(|n| {
            let cpu = if n < 12 { 10_000 } else { 10_600 } + n * 37 % 50;
            format!(
                r#"{{"run":"r{n}","unix_ms":{n},"commit":"c{n}","machine":"m","cell":"a","figures":{{"cpu":{{"value":{cpu}}}}}}}"#
            ) + "\n"
        })
        .collect();
    fs::write(history.join("one.jsonl"), &lines).expect("written");
    let output = run(folder.path(), &["history", "history"]);
    expect_exit(&output, 0);
    let text = stdout(&output);
    assert!(
        text.contains("1 change in 1 series") && text.contains("c12"),
        "{text}"
    );
    let page = fs::read_to_string(history.join("history.html")).expect("history.html");
    assert!(page.contains("<svg") && page.contains("c12"));

    fs::write(history.join("two.jsonl"), "{\"run\":1}\n").expect("written");
    let output = run(folder.path(), &["history", "history"]);
    expect_exit(&output, 2);
    assert!(
        stderr(&output).contains("two.jsonl:1"),
        "{}",
        stderr(&output)
    );
    fs::create_dir(folder.path().join("empty")).expect("a folder");
    expect_exit(&run(folder.path(), &["history", "empty"]), 2);
}
