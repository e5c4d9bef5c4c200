//! Loading models.

use std::sync::Arc;

use host_core::abi::{GraphEncoding, NnErrno};
use host_core::nn::{Backend, Graph, Origin, Refusal};
use tract_onnx::prelude::*;

use super::graph::TractGraph;
use crate::onnx;

/// Name and version, as reports show them.
pub const NAME: &str = "tract 0.23.9";

/// The backend. It keeps nothing.
#[derive(Clone, Copy, Debug, Default)]
pub struct TractBackend;

impl Backend for TractBackend {
    fn name(&self) -> &str {
        NAME
    }

    /// Takes ONNX. A model of a guest's must have fixed dimensions, weights as raw data,
    /// and no other operators than those of simple networks; a registered one may have
    /// whatever tract knows.
    fn load(
        &self,
        encoding: GraphEncoding,
        parts: &[&[u8]],
        origin: Origin,
    ) -> Result<Arc<dyn Graph>, Refusal> {
        let (GraphEncoding::Onnx | GraphEncoding::Autodetect, [bytes]) = (encoding, parts) else {
            return Err(Refusal::new(
                NnErrno::InvalidEncoding,
                format!(
                    "tract takes one part in ONNX, not {} in {encoding:?}",
                    parts.len()
                ),
            ));
        };
        if origin == Origin::Guest {
            onnx::check_wire(bytes)?;
        }
        let framework = tract_onnx::onnx();
        let mut model = framework
            .proto_model_for_read(&mut &bytes[..])
            .map_err(|error| no_model(&error))?;
        if origin == Origin::Guest {
            onnx::check_shapes(&model)?;
            if let Some(graph) = &mut model.graph {
                // Shapes that the model claims have been inferred already.
                graph.value_info.clear();
            }
        }
        let runnable = framework
            .model_for_proto_model(&model)
            .and_then(|model| model.into_optimized())
            .and_then(|model| model.into_runnable())
            .map_err(|error| no_model(&error))?;
        Ok(Arc::new(TractGraph::new(runnable)?))
    }
}

#[cold]
fn no_model(error: &TractError) -> Refusal {
    Refusal::new(
        NnErrno::InvalidEncoding,
        format!("tract cannot use the model: {error:#}"),
    )
}
