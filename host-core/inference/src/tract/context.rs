//! One use of a model.

use std::sync::Arc;

use host_core::abi::NnErrno;
use host_core::nn::{Context, Refusal, Tensor as Given};
use tract_onnx::prelude::*;

use super::graph::{Input, failed};

pub(super) struct TractContext {
    state: TypedSimpleState,
    kinds: Arc<[Input]>,
    /// Kept from one computation to the next, so that a new input need not allocate.
    inputs: Vec<Option<Arc<Tensor>>>,
    outputs: TVec<TValue>,
}

impl TractContext {
    pub(super) fn new(state: TypedSimpleState, kinds: Arc<[Input]>) -> Self {
        Self {
            state,
            inputs: vec![None; kinds.len()],
            kinds,
            outputs: TVec::new(),
        }
    }
}

impl Context for TractContext {
    fn set_input(&mut self, index: u32, tensor: Given<'_>) -> Result<(), Refusal> {
        let at = index as usize;
        let (Some(kind), Some(place)) = (self.kinds.get(at), self.inputs.get_mut(at)) else {
            return Err(Refusal::argument(format!(
                "there is no input {index}: the model has {}",
                self.kinds.len()
            )));
        };
        if tensor.element != kind.element || tensor.dimensions != kind.dimensions {
            return Err(misfit(index, kind, &tensor));
        }
        // Shared while the last computation's values live.
        if let Some(held) = place.as_mut().and_then(Arc::get_mut) {
            held.as_bytes_mut().copy_from_slice(tensor.bytes);
            return Ok(());
        }
        let mut fresh = Tensor::zero_dt(kind.kind, &kind.shape).map_err(failed)?;
        fresh.as_bytes_mut().copy_from_slice(tensor.bytes);
        *place = Some(Arc::new(fresh));
        Ok(())
    }

    fn compute(&mut self) -> Result<(), Refusal> {
        let mut inputs: TVec<TValue> = TVec::with_capacity(self.inputs.len());
        for (index, input) in self.inputs.iter().enumerate() {
            match input {
                Some(tensor) => inputs.push(TValue::from_const(Arc::clone(tensor))),
                None => return Err(missing(index)),
            }
        }
        self.outputs.clear();
        self.outputs = self.state.run(inputs).map_err(failed)?;
        Ok(())
    }

    fn output(&self, index: u32) -> Result<&[u8], Refusal> {
        match self.outputs.get(index as usize) {
            Some(output) => Ok(output.as_bytes()),
            None => Err(no_output(index, self.outputs.len())),
        }
    }
}

#[cold]
fn misfit(index: u32, kind: &Input, tensor: &Given<'_>) -> Refusal {
    Refusal::argument(format!(
        "input {index} takes {:?} with dimensions {:?}, the guest gave {:?} with {:?}",
        kind.element, kind.dimensions, tensor.element, tensor.dimensions
    ))
}

#[cold]
fn missing(index: usize) -> Refusal {
    Refusal::new(
        NnErrno::RuntimeError,
        format!("input {index} was never set"),
    )
}

#[cold]
fn no_output(index: u32, outputs: usize) -> Refusal {
    match outputs {
        0 => Refusal::new(NnErrno::RuntimeError, "nothing has been computed"),
        _ => Refusal::argument(format!(
            "there is no output {index}: the model has {outputs}"
        )),
    }
}
