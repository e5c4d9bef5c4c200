//! The shape of every value of a model and what it costs to compute, from the operators'
//! definitions (ONNX operator sets 9 to 18).

use std::collections::HashMap;

use host_core::nn::Refusal;
use tract_onnx::pb::attribute_proto::AttributeType;
use tract_onnx::pb::tensor_proto::DataType;
use tract_onnx::pb::tensor_shape_proto::dimension::Value as Dimension;
use tract_onnx::pb::{self, type_proto};

use super::{malformed, too_large, unsupported};

/// Dimensions of a value.
const RANK: usize = 8;
/// Elements of one value.
const ELEMENTS: u64 = 4 << 20;
/// Elements of all values together.
const ALL_ELEMENTS: u64 = 16 << 20;
/// Operators.
const NODES: usize = 256;
/// Multiplications and additions that one computation may take.
const COST: u64 = 1 << 28;

type Shape = Vec<u64>;

/// Refuses a model with other operators than those below, or with values or computations
/// beyond the limits.
pub(crate) fn check(model: &pb::ModelProto) -> Result<(), Refusal> {
    let Some(graph) = &model.graph else {
        return Err(malformed("it has no graph"));
    };
    if !model.functions.is_empty() || !graph.sparse_initializer.is_empty() {
        return Err(unsupported("it has functions or sparse initialisers"));
    }
    if graph.node.len() > NODES {
        return Err(too_large(format!("a model may have {NODES} operators")));
    }
    let mut values = Values::default();
    for tensor in &graph.initializer {
        values.define(&tensor.name, initializer(tensor)?)?;
    }
    for input in &graph.input {
        values.define(&input.name, declared(input)?)?;
    }
    let mut cost = 0_u64;
    for node in &graph.node {
        let (shape, operations) = infer(node, &values)?;
        let [output] = node.output.as_slice() else {
            return Err(unsupported(format!(
                "{} with several outputs",
                node.op_type
            )));
        };
        values.define(output, shape)?;
        cost = cost.saturating_add(operations);
        if cost > COST {
            return Err(too_large("it takes too many multiplications"));
        }
    }
    for output in &graph.output {
        values.get(&output.name)?;
    }
    Ok(())
}

/// Shapes by name.
#[derive(Default)]
struct Values<'a> {
    shapes: HashMap<&'a str, Shape>,
    elements: u64,
}

impl<'a> Values<'a> {
    fn define(&mut self, name: &'a str, shape: Shape) -> Result<(), Refusal> {
        let elements = volume(&shape)
            .filter(|elements| *elements <= ELEMENTS && shape.len() <= RANK)
            .ok_or_else(|| too_large(format!("the value {name:?} has dimensions {shape:?}")))?;
        self.elements += elements;
        if self.elements > ALL_ELEMENTS {
            return Err(too_large("its values take too much memory"));
        }
        if name.is_empty() || self.shapes.insert(name, shape).is_some() {
            return Err(malformed(format!(
                "the value {name:?} is defined twice or has no name"
            )));
        }
        Ok(())
    }

    fn get(&self, name: &str) -> Result<&Shape, Refusal> {
        let shape = self.shapes.get(name);
        shape.ok_or_else(|| malformed(format!("the value {name:?} is used before it is defined")))
    }
}

fn volume(shape: &[u64]) -> Option<u64> {
    shape
        .iter()
        .try_fold(1_u64, |product, dimension| product.checked_mul(*dimension))
}

fn initializer(tensor: &pb::TensorProto) -> Result<Shape, Refusal> {
    let wrong = || {
        malformed(format!(
            "the initialiser {:?} is not as large as its dimensions",
            tensor.name
        ))
    };
    let width = match DataType::try_from(tensor.data_type) {
        Ok(DataType::Float | DataType::Int32) => 4,
        Ok(DataType::Double | DataType::Int64) => 8,
        Ok(DataType::Float16) => 2,
        Ok(DataType::Uint8 | DataType::Int8) => 1,
        _ => {
            return Err(unsupported(format!(
                "the element type of {:?}",
                tensor.name
            )));
        }
    };
    if tensor.data_location.unwrap_or(0) != 0 {
        return Err(unsupported("its weights are in a file of their own"));
    }
    let shape: Option<Shape> = tensor
        .dims
        .iter()
        .map(|dim| u64::try_from(*dim).ok())
        .collect();
    let shape = shape.ok_or_else(wrong)?;
    let bytes = volume(&shape).and_then(|elements| elements.checked_mul(width));
    if bytes != Some(tensor.raw_data.len() as u64) {
        return Err(wrong());
    }
    Ok(shape)
}

/// The shape of an input as the model declares it.
fn declared(input: &pb::ValueInfoProto) -> Result<Shape, Refusal> {
    let tensor = match input.r#type.as_ref().and_then(|kind| kind.value.as_ref()) {
        Some(type_proto::Value::TensorType(tensor)) => tensor,
        _ => {
            return Err(unsupported(format!(
                "the input {:?} is no tensor",
                input.name
            )));
        }
    };
    let dimensions = tensor.shape.as_ref().map(|shape| &shape.dim[..]);
    let shape: Option<Shape> = dimensions
        .unwrap_or_default()
        .iter()
        .map(|dimension| match dimension.value {
            Some(Dimension::DimValue(value)) => u64::try_from(value).ok(),
            _ => None,
        })
        .collect();
    match (shape, dimensions) {
        (Some(shape), Some(_)) => Ok(shape),
        _ => Err(unsupported(format!(
            "the input {:?} has free dimensions: export the model with fixed ones",
            input.name
        ))),
    }
}

/// Shape and cost of an operator's output.
fn infer(node: &pb::NodeProto, values: &Values<'_>) -> Result<(Shape, u64), Refusal> {
    if !matches!(&*node.domain, "" | "ai.onnx") || node.attribute.iter().any(|a| !is_plain(a)) {
        return Err(unsupported(format!(
            "{} with such attributes",
            node.op_type
        )));
    }
    let inputs = node
        .input
        .iter()
        .filter(|name| !name.is_empty())
        .map(|name| values.get(name))
        .collect::<Result<Vec<_>, _>>()?;
    let misfit = || malformed(format!("the inputs of {} do not fit", node.op_type));
    let first = *inputs.first().ok_or_else(misfit)?;
    let (shape, operations) = match &*node.op_type {
        "Abs" | "BatchNormalization" | "Ceil" | "Clip" | "Elu" | "Erf" | "Exp" | "Floor"
        | "HardSigmoid" | "Identity" | "LeakyRelu" | "Log" | "LogSoftmax" | "Neg" | "Relu"
        | "Selu" | "Sigmoid" | "Softmax" | "Softplus" | "Sqrt" | "Tanh" => {
            (Some(first.clone()), 32)
        }
        "Add" | "Div" | "Max" | "Mean" | "Min" | "Mul" | "Pow" | "Sub" | "Sum" => {
            let shape = inputs[1..]
                .iter()
                .try_fold(first.clone(), |shape, other| broadcast(&shape, other));
            (shape, 32 * inputs.len() as u64)
        }
        "Flatten" => (flatten(first, integer(node, "axis").unwrap_or(1)), 1),
        "Transpose" => (transpose(first, integers(node, "perm")), 1),
        "Concat" => (concat(&inputs, integer(node, "axis")), 1),
        "MatMul" | "Gemm" => {
            let [left, right, rest @ ..] = inputs.as_slice() else {
                return Err(misfit());
            };
            let flag = |name| node.op_type == "Gemm" && integer(node, name).unwrap_or(0) != 0;
            let (shape, inner) =
                product(left, right, flag("transA"), flag("transB")).ok_or_else(misfit)?;
            // What is added must not be larger than the product.
            let fits = |added: &&Shape| broadcast(&shape, added).as_ref() == Some(&shape);
            (rest.iter().all(fits).then_some(shape), inner)
        }
        other => {
            return Err(unsupported(format!(
                "the operator {other} in a model that a guest brings"
            )));
        }
    };
    let shape = shape.ok_or_else(misfit)?;
    let operations = volume(&shape)
        .unwrap_or(u64::MAX)
        .saturating_mul(operations.max(1));
    Ok((shape, operations))
}

/// Whether an attribute is a number, a text or a list of numbers.
fn is_plain(attribute: &pb::AttributeProto) -> bool {
    let kinds = [
        AttributeType::Float,
        AttributeType::Int,
        AttributeType::String,
        AttributeType::Floats,
        AttributeType::Ints,
    ];
    kinds.iter().any(|kind| *kind as i32 == attribute.r#type)
        && attribute.t.is_none()
        && attribute.g.is_none()
        && attribute.tensors.is_empty()
        && attribute.graphs.is_empty()
}

fn integer(node: &pb::NodeProto, name: &str) -> Option<i64> {
    let mut named = node
        .attribute
        .iter()
        .filter(|attribute| attribute.name == name);
    named.next().map(|attribute| attribute.i)
}

fn integers<'a>(node: &'a pb::NodeProto, name: &str) -> Option<&'a [i64]> {
    let mut named = node
        .attribute
        .iter()
        .filter(|attribute| attribute.name == name);
    named.next().map(|attribute| &attribute.ints[..])
}

fn broadcast(left: &[u64], right: &[u64]) -> Option<Shape> {
    let rank = left.len().max(right.len());
    let at = |shape: &[u64], index: usize| {
        let missing = rank - shape.len();
        if index < missing {
            1
        } else {
            shape[index - missing]
        }
    };
    (0..rank)
        .map(|index| match (at(left, index), at(right, index)) {
            (one, other) if one == other || other == 1 => Some(one),
            (1, other) => Some(other),
            _ => None,
        })
        .collect()
}

fn product(left: &[u64], right: &[u64], turn_left: bool, turn_right: bool) -> Option<(Shape, u64)> {
    let (&[a, b], &[c, d]) = (left, right) else {
        return None;
    };
    let (rows, inner) = if turn_left { (b, a) } else { (a, b) };
    let (other, columns) = if turn_right { (d, c) } else { (c, d) };
    (inner == other).then(|| (vec![rows, columns], inner))
}

fn flatten(shape: &[u64], axis: i64) -> Option<Shape> {
    let rank = shape.len() as i64;
    let axis = if axis < 0 { axis + rank } else { axis };
    let (outer, inner) = shape.split_at_checked(usize::try_from(axis).ok()?)?;
    Some(vec![volume(outer)?, volume(inner)?])
}

fn transpose(shape: &[u64], order: Option<&[i64]>) -> Option<Shape> {
    let Some(order) = order else {
        return Some(shape.iter().rev().copied().collect());
    };
    let mut seen = vec![false; shape.len()];
    let turned = order.iter().map(|index| {
        let index = usize::try_from(*index).ok()?;
        let fresh = !std::mem::replace(seen.get_mut(index)?, true);
        fresh.then(|| shape[index])
    });
    let turned: Option<Shape> = turned.collect();
    turned.filter(|turned| turned.len() == shape.len())
}

fn concat(inputs: &[&Shape], axis: Option<i64>) -> Option<Shape> {
    let (first, rest) = inputs.split_first()?;
    let axis = axis?;
    let axis = if axis < 0 {
        axis + first.len() as i64
    } else {
        axis
    };
    let axis = usize::try_from(axis)
        .ok()
        .filter(|axis| *axis < first.len())?;
    rest.iter().try_fold((*first).clone(), |mut shape, other| {
        if other.len() != shape.len() {
            return None;
        }
        for (index, dimension) in other.iter().enumerate() {
            if index == axis {
                shape[index] = shape[index].checked_add(*dimension)?;
            } else if shape[index] != *dimension {
                return None;
            }
        }
        Some(shape)
    })
}
