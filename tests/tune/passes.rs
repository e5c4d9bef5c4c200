//! Passes of wasm-opt over a bare module.

use crate::pasting::copied_commands_make_the_winner;
use crate::support::{TRAFFIC, filter, folder, json, stderr, write};
use crate::{ended_well, say_busy, skipped, too_busy, tune};

#[test]
fn passes_of_wasm_opt_are_raced_over_a_bare_module_and_can_be_pasted() {
    let folder = folder();
    // Something that every level finds superfluous.
    let body = "(local $x i32) (local.set $x (i32.add (i32.const 1) (i32.const 2)))
        (drop (i32.mul (local.get $x) (i32.const 7))) (i32.sub (local.get $x) (i32.const 3))";
    write(folder.path(), "plugin.wasm", filter(body));
    write(folder.path(), "own.jsonl", TRAFFIC);
    let arguments = [
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
    ];
    let output = tune(folder.path(), &arguments);
    if stderr(&output).contains("has no knobs") {
        skipped("no wasm-opt", "npm install binaryen");
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
