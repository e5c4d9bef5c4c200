//! What a report says to copy, pasted into a shell.

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::support::{campaign, stderr};

/// Runs what the report says to copy, in the folder where the tuning ran, and holds the module
/// that it makes to the one that won.
pub(crate) fn copied_commands_make_the_winner(folder: &Path, summary: &Value) {
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
