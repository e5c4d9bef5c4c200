//! Loading models.

use std::sync::Arc;

use host_core::abi::{GraphEncoding, NnErrno};
use host_core::nn::{Backend, Context, Graph, Origin, Refusal};

use super::context::OrtContext;
use super::library::{Library, library};
use super::session::Session;
use crate::Unavailable;
use crate::onnx;

/// The most that the library is taken to need for values between inputs and outputs, for
/// each byte of the model.
const BYTES_PER_MODEL_BYTE: u64 = 2;

/// The backend.
pub struct OnnxRuntime {
    library: &'static Library,
}

impl OnnxRuntime {
    /// Opens the library, once for the process.
    ///
    /// # Errors
    /// When there is none, or none that will do.
    pub fn open() -> Result<Self, Unavailable> {
        library().map(|library| Self { library })
    }
}

impl Backend for OnnxRuntime {
    fn name(&self) -> &str {
        &self.library.name
    }

    /// Takes ONNX, with the same limits on a guest's models as tract has here.
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
                    "ONNX Runtime takes one part in ONNX, not {} in {encoding:?}",
                    parts.len()
                ),
            ));
        };
        if origin == Origin::Guest {
            onnx::check_wire(bytes)?;
            onnx::check_shapes(&onnx::parse(bytes)?)?;
        }
        let session = Session::new(self.library, bytes)?;
        let ports = session.inputs.iter().chain(&session.outputs);
        let context_bytes = ports.map(|port| port.bytes as u64).sum::<u64>()
            + BYTES_PER_MODEL_BYTE * bytes.len() as u64;
        Ok(Arc::new(OrtGraph {
            session: Arc::new(session),
            context_bytes,
        }))
    }
}

struct OrtGraph {
    session: Arc<Session>,
    context_bytes: u64,
}

impl Graph for OrtGraph {
    fn context_bytes(&self) -> u64 {
        self.context_bytes
    }

    fn context(&self) -> Result<Box<dyn Context>, Refusal> {
        Ok(Box::new(OrtContext::new(Arc::clone(&self.session))?))
    }
}

impl std::fmt::Debug for OnnxRuntime {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("OnnxRuntime")
            .field(&self.library.name)
            .finish()
    }
}
