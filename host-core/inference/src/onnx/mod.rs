//! What must be known of an ONNX model before a library works on it: how large it is on
//! the wire, and how large every value in it becomes.
//!
//! A model that a guest brings may be made to take all memory when it is read (small
//! messages become large structures), when constants are folded, or when it is computed.
//! Both checks bound this with numbers alone, before anything is allocated.

mod shapes;
mod wire;

pub(crate) use shapes::check as check_shapes;
pub(crate) use wire::check as check_wire;

use host_core::abi::NnErrno;
use host_core::nn::Refusal;
use tract_onnx::pb::ModelProto;
use tract_onnx::prelude::Framework;

/// Reads a model whose size on the wire has been checked.
pub(crate) fn parse(model: &[u8]) -> Result<ModelProto, Refusal> {
    let read = tract_onnx::onnx().proto_model_for_read(&mut &model[..]);
    read.map_err(|error| malformed(format!("{error:#}")))
}

/// The model is not what it must be.
fn malformed(reason: impl Into<String>) -> Refusal {
    Refusal::new(
        NnErrno::InvalidEncoding,
        format!("no ONNX model: {}", reason.into()),
    )
}

/// The model asks for what only registered models may.
fn unsupported(reason: impl Into<String>) -> Refusal {
    let reason = reason.into();
    Refusal::new(
        NnErrno::UnsupportedOperation,
        format!("{reason}; have the model registered by name to use it all the same"),
    )
}

/// The model is beyond a limit.
fn too_large(reason: impl Into<String>) -> Refusal {
    let reason = reason.into();
    Refusal::too_large(format!(
        "{reason}; have the model registered by name to use it all the same"
    ))
}
