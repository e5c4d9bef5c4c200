//! The script of the action, over a repository.
#![cfg(unix)]

use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Output};

use crate::support::{TRAFFIC, expect_exit, folder, stderr, stdout, write};
use crate::{PLUGIN, counting};

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
