//! The seam to a library for neural networks.

use std::sync::Arc;

use super::Refusal;
use crate::abi::{GraphEncoding, TensorType};

/// Who gave a model.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// Whoever runs the proxy: the model is trusted.
    Operator,
    /// A guest: the model may be made to take all memory or to compute for ever.
    Guest,
}

/// A tensor as the guest gave it. The host core has checked that the number of bytes is
/// that of the dimensions.
#[derive(Clone, Copy, Debug)]
pub struct Tensor<'a> {
    /// Elements along each dimension.
    pub dimensions: &'a [u32],
    /// What the elements are.
    pub element: TensorType,
    /// The elements, row by row, little-endian.
    pub bytes: &'a [u8],
}

/// A library for neural networks. A panic in any method of these three traits becomes
/// [`NnErrno::RuntimeError`](crate::abi::NnErrno::RuntimeError) for the guest.
pub trait Backend: Send + Sync {
    /// The library's name.
    fn name(&self) -> &str;

    /// Makes a model ready to compute. `parts` are what the guest or the operator gave;
    /// most encodings want exactly one.
    ///
    /// A model of [`Origin::Guest`] must be bounded in memory and time before it is
    /// worked on.
    ///
    /// # Errors
    /// The errno for the guest and the reason.
    fn load(
        &self,
        encoding: GraphEncoding,
        parts: &[&[u8]],
        origin: Origin,
    ) -> Result<Arc<dyn Graph>, Refusal>;
}

/// A model, ready to compute. VMs share those that have a name.
pub trait Graph: Send + Sync {
    /// The most memory that a context of it takes, bytes.
    fn context_bytes(&self) -> u64;

    /// A context with inputs and outputs of its own.
    ///
    /// # Errors
    /// The errno for the guest and the reason.
    fn context(&self) -> Result<Box<dyn Context>, Refusal>;
}

/// One use of a model.
pub trait Context: Send {
    /// Takes a copy of `tensor` as the input with this index.
    ///
    /// # Errors
    /// The errno for the guest and the reason: no such input, other dimensions, another
    /// type.
    fn set_input(&mut self, index: u32, tensor: Tensor<'_>) -> Result<(), Refusal>;

    /// Computes the outputs.
    ///
    /// # Errors
    /// The errno for the guest and the reason.
    fn compute(&mut self) -> Result<(), Refusal>;

    /// The bytes of an output as it was computed last.
    ///
    /// # Errors
    /// The errno for the guest and the reason: no such output, nothing computed.
    fn output(&self, index: u32) -> Result<&[u8], Refusal>;
}
