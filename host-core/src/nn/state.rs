//! The graphs and contexts of one VM. The interface has no function that gives one back:
//! they live until the VM ends, which is why there are limits.

use std::sync::Arc;

use super::{Context, Graph, Refusal};
use crate::contain;

/// Graphs that a VM may load.
const GRAPHS: usize = 16;
/// Contexts that a VM may make.
const CONTEXTS: usize = 256;
/// Bytes of models that a VM may load itself, and of one such model.
pub(super) const MODEL_BYTES: usize = 64 << 20;
/// Bytes that all contexts of a VM may take.
const CONTEXT_BYTES: u64 = 256 << 20;

/// The graphs and contexts of one VM; a handle is an index.
#[derive(Default)]
pub(crate) struct State {
    graphs: Vec<Arc<dyn Graph>>,
    /// `None` after the backend panicked in it.
    contexts: Vec<Option<Box<dyn Context>>>,
    model_bytes: usize,
    context_bytes: u64,
}

impl State {
    /// Refuses one more model of `bytes` bytes where that is too many.
    pub(super) fn admit(&self, bytes: usize) -> Result<(), Refusal> {
        if self.graphs.len() >= GRAPHS {
            return Err(Refusal::too_large(format!(
                "a VM may load {GRAPHS} models: load each once and keep its handle"
            )));
        }
        if bytes > MODEL_BYTES - self.model_bytes {
            return Err(Refusal::too_large(format!(
                "the models that a VM loads itself may have {MODEL_BYTES} bytes: have larger \
                 ones registered by name"
            )));
        }
        Ok(())
    }

    /// Keeps a graph that was [`State::admit`]ted; answers its handle.
    pub(super) fn add_graph(&mut self, graph: Arc<dyn Graph>, bytes: usize) -> u32 {
        self.model_bytes += bytes;
        self.graphs.push(graph);
        (self.graphs.len() - 1) as u32
    }

    /// Makes a context of a graph; answers its handle.
    pub(super) fn add_context(&mut self, graph: u32) -> Result<u32, Refusal> {
        let Some(graph) = self.graphs.get(graph as usize) else {
            return Err(Refusal::argument(format!("there is no graph {graph}")));
        };
        let bytes = self.context_bytes.saturating_add(graph.context_bytes());
        if self.contexts.len() >= CONTEXTS || bytes > CONTEXT_BYTES {
            return Err(Refusal::too_large(format!(
                "a VM may have {CONTEXTS} contexts that take {CONTEXT_BYTES} bytes together: make \
                 one when the plugin is configured, not one for each request"
            )));
        }
        let context = contain(|| graph.context()).unwrap_or_else(panicked)?;
        self.context_bytes = bytes;
        self.contexts.push(Some(context));
        Ok((self.contexts.len() - 1) as u32)
    }

    /// Lets `work` use a context. A backend that panics loses it.
    #[inline]
    pub(super) fn with_context(
        &mut self,
        context: u32,
        work: impl FnOnce(&mut dyn Context) -> Result<(), Refusal>,
    ) -> Result<(), Refusal> {
        let Some(slot) = self.contexts.get_mut(context as usize) else {
            return Err(Refusal::argument(format!("there is no context {context}")));
        };
        let Some(live) = slot else {
            return Err(Refusal::argument(format!(
                "context {context} is gone: the backend panicked in it"
            )));
        };
        match contain(|| work(&mut **live)) {
            Ok(result) => result,
            Err(panic) => {
                // Dropping what panicked may panic again.
                let broken = slot.take();
                let _ = contain(|| drop(broken));
                panicked(panic)
            }
        }
    }
}

#[cold]
fn panicked<T>(panic: String) -> Result<T, Refusal> {
    Err(Refusal::new(crate::abi::NnErrno::RuntimeError, panic))
}
