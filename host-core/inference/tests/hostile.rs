//! Models that a guest would bring to harm the host, and those that it may well bring.

mod protobuf;

use std::io::Write as _;

use host_core::abi::{GraphEncoding, NnErrno, TensorType};
use host_core::nn::{Backend, Origin, Refusal, Tensor};
use inference::{OnnxRuntime, TractBackend};
use protobuf::{FLOAT, Model, block, initializer, node, number};

fn load(model: &[u8]) -> Result<(), Refusal> {
    TractBackend
        .load(GraphEncoding::Onnx, &[model], Origin::Guest)
        .map(drop)
}

/// ONNX Runtime, or `None` with a line that says so.
fn onnx_runtime() -> Option<OnnxRuntime> {
    match OnnxRuntime::open() {
        Ok(backend) => Some(backend),
        Err(missing) => {
            // Past the test runner's capture, so that it is seen.
            let _ = writeln!(std::io::stderr(), "skipped: onnxruntime: {missing}");
            None
        }
    }
}

fn refused(model: &[u8], errno: NnErrno, word: &str) {
    let refusal = load(model).expect_err("refused");
    assert_eq!(refusal.errno, errno, "{refusal}");
    assert!(refusal.reason.contains(word), "{refusal}");
}

/// A model with these operators over an input `x` of these dimensions; the output is `y`.
fn model(nodes: &[Vec<u8>], input: &[u64]) -> Vec<u8> {
    Model {
        nodes: nodes.to_vec(),
        inputs: vec![("x", input.to_vec())],
        ..Model::default()
    }
    .bytes()
}

#[test]
fn a_small_network_of_plain_operators_is_computed() {
    let bytes = Model {
        nodes: vec![
            node("Transpose", &["x"], "turned"),
            node("MatMul", &["turned", "w"], "product"),
            node("Add", &["product", "b"], "sum"),
            node("Relu", &["sum"], "y"),
        ],
        initializers: vec![
            initializer("w", &[1, 2], &[1.0, -1.0]),
            initializer("b", &[2], &[0.5, 0.5]),
        ],
        inputs: vec![("x", vec![1, 2])],
    }
    .bytes();
    let graph = TractBackend
        .load(GraphEncoding::Autodetect, &[&bytes], Origin::Guest)
        .expect("a model");
    assert!((1..1 << 20).contains(&graph.context_bytes()));
    let mut context = graph.context().expect("a context");
    let input: Vec<u8> = [3.0_f32, -2.0]
        .into_iter()
        .flat_map(f32::to_le_bytes)
        .collect();
    let tensor = Tensor {
        dimensions: &[1, 2],
        element: TensorType::F32,
        bytes: &input,
    };
    for _ in 0..3 {
        context.set_input(0, tensor).expect("an input");
        context.compute().expect("computed");
    }
    let wanted: Vec<u8> = [3.5_f32, 0.0, 0.0, 2.5]
        .into_iter()
        .flat_map(f32::to_le_bytes)
        .collect();
    assert_eq!(context.output(0), Ok(&wanted[..]));
}

#[test]
fn values_that_grow_are_refused_before_anything_is_allocated() {
    // A column and a row of a million each would make a tensor of 4 TB.
    let side = 1 << 20;
    let grown = |operator| {
        let inputs = vec![("x", vec![side, 1]), ("z", vec![1, side])];
        let nodes = vec![node(operator, &["x", "z"], "y")];
        Model {
            nodes,
            inputs,
            ..Model::default()
        }
        .bytes()
    };
    refused(
        &grown("Add"),
        NnErrno::TooLarge,
        "dimensions [1048576, 1048576]",
    );
    refused(&grown("MatMul"), NnErrno::TooLarge, "");
    refused(
        &model(&[node("Relu", &["x"], "y")], &[u64::MAX >> 1, 4]),
        NnErrno::TooLarge,
        "",
    );
}

#[test]
fn computations_that_take_too_long_are_refused() {
    let mut nodes = Vec::new();
    let mut value = "x".to_owned();
    for index in 0..64 {
        let next = if index == 63 {
            "y".to_owned()
        } else {
            format!("v{index}")
        };
        nodes.push(node("MatMul", &[&value, "x"], &next));
        value = next;
    }
    refused(
        &model(&nodes, &[400, 400]),
        NnErrno::TooLarge,
        "multiplications",
    );
    let many: Vec<_> = (0..300)
        .map(|index| node("Relu", &["x"], &format!("v{index}")))
        .collect();
    refused(&model(&many, &[1]), NnErrno::TooLarge, "operators");
}

#[test]
fn operators_that_may_do_anything_are_for_registered_models() {
    for operator in [
        "ConstantOfShape",
        "Loop",
        "If",
        "Scan",
        "Expand",
        "Tile",
        "Range",
        "Made-up",
    ] {
        refused(
            &model(&[node(operator, &["x"], "y")], &[1]),
            NnErrno::UnsupportedOperation,
            operator,
        );
    }
    // A subgraph hidden in an attribute.
    let mut hidden = node("Relu", &["x"], "y");
    hidden.extend(block(
        5,
        &[block(1, b"g"), number(20, 5), block(6, b"")].concat(),
    ));
    refused(
        &model(&[hidden], &[1]),
        NnErrno::UnsupportedOperation,
        "attributes",
    );
}

#[test]
fn free_dimensions_are_refused_with_the_remedy() {
    // A dimension that is an expression, nested deeply enough to exhaust a parser's stack.
    let expression = "(".repeat(100_000);
    let shape = block(2, &block(1, &block(2, expression.as_bytes())));
    let kind = block(1, &[number(1, FLOAT), shape].concat());
    let input = [block(1, b"x"), block(2, &kind)].concat();
    let graph = [block(1, &node("Relu", &["x"], "y")), block(11, &input)].concat();
    let bytes = [number(1, 8), block(7, &graph)].concat();
    refused(&bytes, NnErrno::UnsupportedOperation, "free dimensions");
}

#[test]
fn graphs_that_are_none_are_refused() {
    let relu = |from, to| node("Relu", &[from], to);
    for nodes in [
        // A value from nowhere, a circle, one name twice, no output.
        vec![relu("nothing", "y")],
        vec![relu("b", "a"), relu("a", "b"), relu("x", "y")],
        vec![relu("x", "y"), relu("x", "y")],
        vec![relu("x", "z")],
        vec![relu("x", "x")],
    ] {
        refused(&model(&nodes, &[1]), NnErrno::InvalidEncoding, "");
    }
    refused(
        &[number(1, 8), number(5, 1)].concat(),
        NnErrno::InvalidEncoding,
        "no graph",
    );
}

#[test]
fn initialisers_that_are_not_as_large_as_they_say_are_refused() {
    for (dimensions, values) in [
        (vec![2, 2], vec![1.0; 3]),
        (vec![1 << 40], vec![1.0]),
        (vec![u64::MAX, u64::MAX], vec![]),
    ] {
        let bytes = Model {
            nodes: vec![node("Add", &["x", "w"], "y")],
            initializers: vec![initializer("w", &dimensions, &values)],
            inputs: vec![("x", vec![1])],
        }
        .bytes();
        refused(&bytes, NnErrno::InvalidEncoding, "not as large");
    }
}

#[test]
fn small_messages_that_become_large_are_counted_first() {
    // Empty nodes: two bytes each here, hundreds in memory.
    let nodes = block(1, b"").repeat(200_000);
    let bytes = [number(1, 8), block(7, &nodes)].concat();
    refused(&bytes, NnErrno::TooLarge, "outside of its initialisers");
    let empty = block(5, b"").repeat(2_000);
    let bytes = [number(1, 8), block(7, &empty)].concat();
    refused(&bytes, NnErrno::TooLarge, "initialisers");
    let unpacked = number(1, 1).repeat(10_000);
    let bytes = [number(1, 8), block(7, &block(5, &unpacked))].concat();
    refused(&bytes, NnErrno::TooLarge, "raw_data");
}

#[test]
fn no_prefix_and_no_flipped_byte_of_a_model_panics() {
    let sound = include_bytes!("../../conformance/prebuilt/affine.onnx");
    assert_eq!(load(sound), Ok(()));
    for length in 0..sound.len() {
        assert!(load(&sound[..length]).is_err(), "{length}");
    }
    for at in 0..sound.len() {
        for bit in 0..8 {
            let mut broken = sound.to_vec();
            broken[at] ^= 1 << bit;
            // Loaded or refused: a panic would say so in its reason.
            if let Err(refusal) = load(&broken) {
                assert!(
                    !refusal.reason.contains("panicked"),
                    "byte {at} bit {bit}: {refusal}"
                );
            }
        }
    }
}

#[test]
fn onnx_runtime_refuses_and_computes_alike() {
    let Some(backend) = onnx_runtime() else {
        return;
    };
    let sound = include_bytes!("../../conformance/prebuilt/affine.onnx");
    let load = |model: &[u8], origin| backend.load(GraphEncoding::Onnx, &[model], origin);
    for length in 0..sound.len() {
        for origin in [Origin::Guest, Origin::Operator] {
            let refusal = load(&sound[..length], origin).err().expect("refused");
            assert_eq!(
                refusal.errno,
                NnErrno::InvalidEncoding,
                "{length}: {refusal}"
            );
        }
    }
    for at in 0..sound.len() {
        let mut broken = sound.to_vec();
        broken[at] ^= 0x10;
        // Loaded or refused, whatever it has become.
        let _ = load(&broken, Origin::Guest);
    }
    let graph = load(sound, Origin::Guest).expect("a model");
    let mut context = graph.context().expect("a context");
    assert_eq!(
        context.compute().expect_err("no input").errno,
        NnErrno::RuntimeError
    );
    assert_eq!(
        context.output(0).expect_err("not computed").errno,
        NnErrno::RuntimeError
    );
    let input: Vec<u8> = [1.0_f32, 2.0]
        .into_iter()
        .flat_map(f32::to_le_bytes)
        .collect();
    let tensor = |element, dimensions| Tensor {
        dimensions,
        element,
        bytes: &input,
    };
    for (index, element, dimensions) in [
        (1, TensorType::F32, &[1, 2][..]),
        (0, TensorType::I32, &[1, 2]),
        (0, TensorType::F32, &[2, 1]),
        (0, TensorType::F32, &[2]),
    ] {
        let refusal = context
            .set_input(index, tensor(element, dimensions))
            .expect_err("refused");
        assert_eq!(refusal.errno, NnErrno::InvalidArgument, "{refusal}");
    }
    let wanted: Vec<u8> = [7.5_f32, 9.5]
        .into_iter()
        .flat_map(f32::to_le_bytes)
        .collect();
    for _ in 0..3 {
        context
            .set_input(0, tensor(TensorType::F32, &[1, 2]))
            .expect("an input");
        context.compute().expect("computed");
        assert_eq!(context.output(0), Ok(&wanted[..]));
    }
    assert_eq!(
        context.output(1).expect_err("no such output").errno,
        NnErrno::InvalidArgument
    );
}
