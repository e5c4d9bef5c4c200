//! `pwbench gate` and the script of the action, as continuous integration runs them.

#[path = "../support/mod.rs"]
mod support;

mod action;
mod calibration;
mod ceilings;
mod limits;

use std::path::Path;

use support::{TRAFFIC, filter, write};

/// A filter that counts down from `steps` on each request.
fn counting(steps: u32) -> Vec<u8> {
    filter(&format!(
        "(local $left i32) (local.set $left (i32.const {steps}))
         (loop $step (br_if $step (local.tee $left (i32.sub (local.get $left) (i32.const 1)))))
         i32.const 0"
    ))
}

const PLUGIN: &str = "[plugin]\nmodule = \"plugin.wasm\"\nrequests = \"traffic.jsonl\"\n";

/// A plugin and its base, and a configuration that measures for so many seconds.
fn set_up(folder: &Path, old: u32, new: u32, seconds: u32, further: &str) {
    write(folder, "traffic.jsonl", TRAFFIC);
    write(folder, "old.wasm", counting(old));
    write(folder, "plugin.wasm", counting(new));
    let base = "[base]\nfile = \"old.wasm\"\n";
    let text = format!("{PLUGIN}{base}[measure]\nseconds = {seconds}\n{further}");
    write(folder, "gate.toml", text);
}
