//! `pwbench history` over a folder of JSON lines.

mod support;

use std::fs;

use support::{expect_exit, folder, run, stderr, stdout};

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
