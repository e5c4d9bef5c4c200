//! What an embedder offers for inference: a backend, and models by name.

use std::borrow::Cow;
use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

use super::{Backend, Graph, Origin, Refusal};
use crate::abi::{GraphEncoding, NnErrno};
use crate::contain;

/// A model that guests find by its name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Model {
    /// The name for `load_by_name`.
    pub name: String,
    /// The file it was read from, for messages only.
    pub file: Option<PathBuf>,
    /// What the bytes are.
    pub encoding: GraphEncoding,
    /// The model.
    pub bytes: Cow<'static, [u8]>,
}

impl Model {
    /// A refusal of this model, in words that say which one it is.
    fn refused(&self, refusal: Refusal) -> Refusal {
        let Self { name, file, .. } = self;
        let reason = match file {
            Some(file) => format!("model {name:?} ({}): {refusal}", file.display()),
            None => format!("model {name:?}: {refusal}"),
        };
        Refusal::new(refusal.errno, reason)
    }
}

/// A backend, and models by name. Named models are loaded when a guest first asks for
/// them, and shared by all VMs from then on.
pub struct Inference {
    backend: Arc<dyn Backend>,
    models: HashMap<String, Named>,
}

struct Named {
    model: Model,
    graph: OnceLock<Result<Arc<dyn Graph>, Refusal>>,
}

impl Inference {
    /// A backend with these models. Of two with one name, the last counts.
    pub fn new(backend: Arc<dyn Backend>, models: impl IntoIterator<Item = Model>) -> Self {
        let named = |model: Model| {
            let graph = OnceLock::new();
            (model.name.clone(), Named { model, graph })
        };
        Self {
            backend,
            models: models.into_iter().map(named).collect(),
        }
    }

    /// The backend.
    pub fn backend(&self) -> &dyn Backend {
        &*self.backend
    }

    /// The model of this name, loaded.
    pub(super) fn named(&self, name: &str) -> Result<Arc<dyn Graph>, Refusal> {
        let Some(named) = self.models.get(name) else {
            return Err(Refusal::new(
                NnErrno::NotFound,
                format!("there is no model {name:?}; {}", self.known()),
            ));
        };
        let load = || {
            let model = &named.model;
            self.load(model.encoding, &[&model.bytes], Origin::Operator)
                .map_err(|refusal| model.refused(refusal))
        };
        named.graph.get_or_init(load).clone()
    }

    /// Loads a model; a panic of the backend becomes a refusal.
    pub(super) fn load(
        &self,
        encoding: GraphEncoding,
        parts: &[&[u8]],
        origin: Origin,
    ) -> Result<Arc<dyn Graph>, Refusal> {
        let loaded = contain(|| self.backend.load(encoding, parts, origin));
        loaded.unwrap_or_else(|panic| Err(Refusal::new(NnErrno::InvalidEncoding, panic)))
    }

    fn known(&self) -> String {
        let mut names: Vec<&str> = self.models.keys().map(String::as_str).collect();
        names.sort_unstable();
        match names.as_slice() {
            [] => "none is registered".to_owned(),
            names => format!("registered are {}", names.join(", ")),
        }
    }
}

impl std::fmt::Debug for Inference {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Inference")
            .field("backend", &self.backend.name())
            .field("models", &self.known())
            .finish()
    }
}
