//! wasi-nn: models that the host computes.

use std::sync::Arc;

use host_core::services::InProcess;

use crate::Subject;
use crate::expect::{ensure, equal};
use crate::guests::AFFINE;
use crate::item::{Checked, Item};
use crate::stage::{Setup, Stage};

pub(super) const ITEMS: &[Item] = &[
    Item::any(
        "inference/by-name",
        "a registered model is found, fed, computed and read",
        by_name,
    ),
    Item::any(
        "inference/by-bytes",
        "a model that the guest brings answers the same",
        by_bytes,
    ),
    Item::any(
        "inference/again",
        "a context computes again and again, and contexts do not mix",
        again,
    ),
    Item::any(
        "inference/unknown-name",
        "a model that is not there is NOT_FOUND",
        unknown_name,
    ),
    Item::any(
        "inference/encodings-and-targets",
        "encodings and targets that there are not are refused by kind",
        encodings_and_targets,
    ),
    Item::any(
        "inference/no-model",
        "bytes that are no model, and truncated models, are INVALID_ENCODING",
        no_model,
    ),
    Item::any(
        "inference/handles",
        "graphs, contexts, inputs and outputs that there are not are INVALID_ARGUMENT",
        handles,
    ),
    Item::any(
        "inference/tensors",
        "tensors of another type, other dimensions or another size are refused",
        tensors,
    ),
    Item::any(
        "inference/huge-tensors",
        "dimensions beyond every limit, and whose product overflows, are TOO_LARGE",
        huge_tensors,
    ),
    Item::any(
        "inference/out-of-turn",
        "computing without input and reading what was not computed are RUNTIME_ERROR",
        out_of_turn,
    ),
    Item::any(
        "inference/small-buffer",
        "a buffer that is too small gets nothing",
        small_buffer,
    ),
    Item::any(
        "inference/limits",
        "a VM may load so many graphs and make so many contexts",
        limits,
    ),
    Item::any(
        "inference/no-backend",
        "a host without a backend says UNSUPPORTED_OPERATION",
        no_backend,
    ),
];

/// The numbers 1 and 2 for the model, and what it answers.
const ONE_TWO: &str = r#"tensor 1 1x2 "\0\0\x80?\0\0\0@""#;
const ANSWER: &str = r"nn_get_output 0 \x00\x00\xf0@\x00\x00\x18A 8";

/// Bytes as a script quotes them.
fn quoted(bytes: &[u8]) -> String {
    let digits: String = bytes.iter().map(|byte| format!("\\x{byte:02x}")).collect();
    format!("\"{digits}\"")
}

/// A script that has a context in register 2, and then these lines.
fn script(lines: &str) -> String {
    format!(
        "on tick
         nn_load_by_name \"affine\" out1
         nn_init_execution_context $1 out2
         {lines}"
    )
}

/// What the puppet said of its host calls, without the host's own lines about refusals.
fn heard(stage: &mut Stage) -> Vec<String> {
    let mut said = stage.hear();
    said.retain(|line| line.starts_with("nn_"));
    said
}

/// Runs the lines after a context was made and compares what they answer.
fn answers(subject: &Subject, lines: &str, wanted: &[&str]) -> Checked {
    let mut stage = Stage::new(subject, &script(lines))?;
    stage.vm.on_tick(stage.root)?;
    let mut said = heard(&mut stage);
    equal(
        "a graph and a context",
        said.drain(..said.len().min(2)).collect::<Vec<_>>(),
        ["nn_load_by_name 0 0", "nn_init_execution_context 0 0"],
    )?;
    equal("answers", said, wanted)?;
    stage.alive()
}

fn by_name(subject: &Subject) -> Checked {
    answers(
        subject,
        &format!("nn_set_input $2 0 {ONE_TWO}\nnn_compute $2\nnn_get_output $2 0 room 8 out"),
        &["nn_set_input 0", "nn_compute 0", ANSWER],
    )
}

fn by_bytes(subject: &Subject) -> Checked {
    let model = quoted(AFFINE);
    let script = format!(
        "on tick
         nn_load [ {model} ] 1 0 out1
         nn_init_execution_context $1 out2
         nn_set_input $2 0 {ONE_TWO}
         nn_compute $2
         nn_get_output $2 0 room 8 out"
    );
    let mut stage = Stage::new(subject, &script)?;
    stage.vm.on_tick(stage.root)?;
    equal(
        "answers",
        heard(&mut stage),
        [
            "nn_load 0 0",
            "nn_init_execution_context 0 0",
            "nn_set_input 0",
            "nn_compute 0",
            ANSWER,
        ],
    )
}

fn again(subject: &Subject) -> Checked {
    // The second context has other numbers: 0 and 0.
    let lines = format!(
        "nn_init_execution_context $1 out3
         quiet nn_set_input $2 0 {ONE_TWO}
         quiet nn_set_input $3 0 tensor 1 1x2 \"\\0\\0\\0\\0\\0\\0\\0\\0\"
         quiet nn_compute $2
         quiet nn_compute $3
         nn_get_output $2 0 room 8 out
         nn_get_output $3 0 room 8 out
         quiet nn_set_input $3 0 {ONE_TWO}
         repeat 5 nn_compute $3
         nn_get_output $3 0 room 8 out"
    );
    answers(
        subject,
        &lines,
        &[
            "nn_init_execution_context 0 1",
            ANSWER,
            r"nn_get_output 0 \x00\x00\x00?\x00\x00\x00\xbf 8",
            "nn_compute 0 ok=5",
            ANSWER,
        ],
    )
}

fn unknown_name(subject: &Subject) -> Checked {
    let mut stage = Stage::new(
        subject,
        "on tick
         nn_load_by_name \"nothing\" out
         nn_load_by_name \"\" out
         nn_load_by_name \"\\xff\\xfe\" out
         nn_load_by_name big 300 out",
    )?;
    stage.vm.on_tick(stage.root)?;
    let said = stage.hear();
    ensure!(
        said.iter()
            .any(|line| line.contains("no model \"nothing\"") && line.contains("affine")),
        "the log does not name the model asked for and those there are: {said:?}"
    );
    let answers: Vec<&String> = said.iter().filter(|line| line.starts_with("nn_")).collect();
    equal(
        "answers",
        answers,
        [
            "nn_load_by_name 8",
            "nn_load_by_name 8",
            "nn_load_by_name 1",
            "nn_load_by_name 7",
        ],
    )
}

fn encodings_and_targets(subject: &Subject) -> Checked {
    let model = quoted(AFFINE);
    let cases = [
        (0, 0, 2),
        (2, 0, 2),
        (3, 0, 2),
        (4, 0, 2),
        (6, 0, 2),
        (255, 0, 2),
        (1, 1, 6),
        (1, 2, 6),
        (1, 3, 1),
    ];
    let mut script = String::from("on tick");
    let mut wanted = Vec::new();
    for (encoding, target, errno) in cases {
        script.push_str(&format!("\nnn_load [ {model} ] {encoding} {target} out"));
        wanted.push(format!("nn_load {errno}"));
    }
    // Whatever the bytes look like, and they look like ONNX.
    script.push_str(&format!("\nnn_load [ {model} ] 5 0 out"));
    wanted.push("nn_load 0 0".to_owned());
    let mut stage = Stage::new(subject, &script)?;
    stage.vm.on_tick(stage.root)?;
    equal("answers", heard(&mut stage), wanted)
}

fn no_model(subject: &Subject) -> Checked {
    let mut script = String::from("on tick");
    let mut cases = 0;
    let mut case = |parts: &str| {
        script.push_str(&format!("\nnn_load [ {parts} ] 1 0 out"));
        cases += 1;
    };
    for length in [0, 1, 2, 10, 20, AFFINE.len() / 2, AFFINE.len() - 1] {
        case(&quoted(&AFFINE[..length]));
    }
    for garbage in [
        &b"no model"[..],
        &[0xff; 64],
        &[0; 64],
        b"\x3a\xff\xff\xff\xff\x0f",
    ] {
        case(&quoted(garbage));
    }
    // No part at all, and two.
    case("");
    case(&format!("{} \"\"", quoted(AFFINE)));
    let mut stage = Stage::new(subject, &script)?;
    stage.vm.on_tick(stage.root)?;
    equal("answers", heard(&mut stage), vec!["nn_load 2"; cases])?;
    stage.alive()
}

fn handles(subject: &Subject) -> Checked {
    let lines = format!(
        "nn_init_execution_context 1 out
         nn_init_execution_context 0xffffffff out
         nn_set_input 1 0 {ONE_TWO}
         nn_compute 1
         nn_compute 0xffffffff
         nn_get_output 1 0 room 8 out
         nn_set_input $2 1 {ONE_TWO}
         quiet nn_set_input $2 0 {ONE_TWO}
         quiet nn_compute $2
         nn_get_output $2 1 room 8 out"
    );
    answers(
        subject,
        &lines,
        &[
            "nn_init_execution_context 1",
            "nn_init_execution_context 1",
            "nn_set_input 1",
            "nn_compute 1",
            "nn_compute 1",
            "nn_get_output 1",
            "nn_set_input 1",
            "nn_get_output 1",
        ],
    )
}

fn tensors(subject: &Subject) -> Checked {
    let eight = "\"\\0\\0\\x80?\\0\\0\\0@\"";
    let cases = [
        // Types: half, double, bytes, integers, and one that there is not.
        format!("tensor 0 1x4 {eight}"),
        format!("tensor 2 1x1 {eight}"),
        format!("tensor 3 1x8 {eight}"),
        format!("tensor 4 1x2 {eight}"),
        format!("tensor 5 1x1 {eight}"),
        format!("tensor 9 1x2 {eight}"),
        // Dimensions: another order, another rank, none.
        format!("tensor 1 2x1 {eight}"),
        format!("tensor 1 2 {eight}"),
        format!("tensor 1 1x1x2 {eight}"),
        "tensor 1 1x0 \"\"".to_owned(),
        // Too few and too many bytes.
        "tensor 1 1x2 \"\\0\\0\\x80?\"".to_owned(),
        "tensor 1 1x2 \"\\0\\0\\x80?\\0\\0\\0@\\0\"".to_owned(),
        "tensor 1 1x2 \"\"".to_owned(),
    ];
    let lines: String = cases
        .iter()
        .map(|case| format!("nn_set_input $2 0 {case}\n"))
        .collect();
    answers(subject, &lines, &vec!["nn_set_input 1"; cases.len()])
}

fn huge_tensors(subject: &Subject) -> Checked {
    let cases = [
        "tensor 1 4294967295x4294967295x4294967295x4294967295 \"\"",
        "tensor 5 2147483648x2147483648x2x2x2 \"\"",
        "tensor 1 1x1073741824 \"\"",
        "tensor 3 1x16777217 \"\"",
        "tensor 1 1x1x1x1x1x1x1x1x2 \"\\0\\0\\x80?\\0\\0\\0@\"",
    ];
    let lines: String = cases
        .iter()
        .map(|case| format!("nn_set_input $2 0 {case}\n"))
        .collect();
    answers(subject, &lines, &vec!["nn_set_input 7"; cases.len()])
}

fn out_of_turn(subject: &Subject) -> Checked {
    answers(
        subject,
        "nn_compute $2\nnn_get_output $2 0 room 8 out\nnn_get_output $2 7 room 8 out",
        &["nn_compute 5", "nn_get_output 5", "nn_get_output 5"],
    )
}

fn small_buffer(subject: &Subject) -> Checked {
    let lines = format!(
        "quiet nn_set_input $2 0 {ONE_TWO}
         quiet nn_compute $2
         nn_get_output $2 0 room 7 out
         nn_get_output $2 0 room 0 out
         nn_get_output $2 0 room 8 out"
    );
    answers(
        subject,
        &lines,
        &["nn_get_output 7", "nn_get_output 7", ANSWER],
    )
}

fn limits(subject: &Subject) -> Checked {
    let lines = "repeat 20 nn_load_by_name \"affine\" out
         repeat 300 nn_init_execution_context $1 out
         nn_compute $2";
    answers(
        subject,
        lines,
        &[
            // One graph and one context were there before.
            "nn_load_by_name 7 ok=15",
            "nn_init_execution_context 7 ok=255",
            "nn_compute 5",
        ],
    )
}

fn no_backend(subject: &Subject) -> Checked {
    let services = Arc::new(InProcess::builder().collect_logs(100).build());
    let model = quoted(AFFINE);
    let script = format!("on tick\nnn_load_by_name \"affine\" out\nnn_load [ {model} ] 1 0 out");
    let mut stage = Setup::new(&script).services(&services).start(subject)?;
    stage.vm.on_tick(stage.root)?;
    equal(
        "answers",
        heard(&mut stage),
        ["nn_load_by_name 6", "nn_load 6"],
    )
}
