//! A loaded model.

use std::sync::Arc;

use host_core::abi::{NnErrno, TensorType};
use host_core::nn::{Context, Graph, Refusal};
use tract_onnx::prelude::*;

use super::context::TractContext;

/// What an input takes.
pub(super) struct Input {
    pub(super) dimensions: Vec<u32>,
    pub(super) element: TensorType,
    pub(super) shape: Vec<usize>,
    pub(super) kind: DatumType,
}

/// A loaded model.
pub(super) struct TractGraph {
    runnable: Arc<TypedRunnableModel>,
    inputs: Arc<[Input]>,
    context_bytes: u64,
}

impl TractGraph {
    pub(super) fn new(runnable: Arc<TypedRunnableModel>) -> Result<Self, Refusal> {
        let model = runnable.model();
        let inputs = (0..model.input_outlets().map_err(failed)?.len())
            .map(|index| model.input_fact(index).map_err(failed).and_then(Input::of))
            .collect::<Result<_, _>>()?;
        let mut context_bytes = 0_u64;
        for fact in model.nodes().iter().flat_map(|node| &node.outputs) {
            let elements = fact.fact.shape.as_concrete().ok_or_else(free_dimensions)?;
            let elements: usize = elements.iter().product();
            context_bytes += (elements * fact.fact.datum_type.size_of()) as u64;
        }
        Ok(Self {
            runnable,
            inputs,
            context_bytes,
        })
    }
}

impl Graph for TractGraph {
    fn context_bytes(&self) -> u64 {
        self.context_bytes
    }

    fn context(&self) -> Result<Box<dyn Context>, Refusal> {
        let state = self.runnable.spawn().map_err(failed)?;
        Ok(Box::new(TractContext::new(state, Arc::clone(&self.inputs))))
    }
}

impl Input {
    fn of(fact: &TypedFact) -> Result<Self, Refusal> {
        let shape = fact
            .shape
            .as_concrete()
            .ok_or_else(free_dimensions)?
            .to_vec();
        let dimensions = shape.iter().map(|dimension| u32::try_from(*dimension));
        let element = match fact.datum_type {
            DatumType::F16 => TensorType::F16,
            DatumType::F32 => TensorType::F32,
            DatumType::F64 => TensorType::F64,
            DatumType::U8 => TensorType::U8,
            DatumType::I32 => TensorType::I32,
            DatumType::I64 => TensorType::I64,
            other => {
                return Err(Refusal::new(
                    NnErrno::UnsupportedOperation,
                    format!("an input takes {other:?}, which wasi-nn does not know"),
                ));
            }
        };
        Ok(Self {
            dimensions: dimensions
                .collect::<Result<_, _>>()
                .map_err(|_| Refusal::too_large("an input has too large a dimension"))?,
            element,
            shape,
            kind: fact.datum_type,
        })
    }
}

#[cold]
fn free_dimensions() -> Refusal {
    Refusal::new(
        NnErrno::UnsupportedOperation,
        "the model has free dimensions: export it with fixed ones",
    )
}

#[cold]
pub(super) fn failed(error: TractError) -> Refusal {
    Refusal::new(NnErrno::RuntimeError, format!("tract: {error:#}"))
}
