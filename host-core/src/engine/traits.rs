//! `Engine` compiles, `Module` instantiates, `Instance` is called.

use std::sync::Arc;
use std::time::Duration;

use super::{ArtifactMaker, EngineError, EngineInfo, Trap};
use crate::abi::{Callback, CallbackSet};
use crate::context::{ContextId, Stream};
use crate::{Host, ModuleFacts};

/// An engine in one mode, with its options fixed.
pub trait Engine: Send + Sync {
    /// Facts for the fairness manifest.
    fn info(&self) -> &EngineInfo;

    /// What the artifacts of this runtime are sealed with, under the options it was opened
    /// with; `None` where the mode has no artifacts.
    fn artifacts(&self) -> Option<&ArtifactMaker> {
        None
    }

    /// Whether functions are compiled or translated at their first call, so that
    /// [`Engine::compile`] does a part of that work only: its time must not be compared
    /// with that of a mode that does it all.
    fn compiles_lazily(&self) -> bool {
        false
    }

    /// Compiles `module` (WebAssembly binary; the native twin: a shared library), whose
    /// facts were read with [`Engine::inspect`]. For a runtime of an ahead-of-time kind
    /// this is the compiler's half: its result is serialised, and [`Engine::load`]ed in
    /// the process that runs it.
    ///
    /// # Errors
    /// [`EngineError::Compile`] with the engine's own words.
    fn compile(
        &self,
        module: &[u8],
        facts: &Arc<ModuleFacts>,
    ) -> Result<Arc<dyn Module>, EngineError>;

    /// Loads an artifact made by [`Module::serialize`] of the same runtime.
    ///
    /// # Errors
    /// [`EngineError::Artifact`] when it is stale, foreign or truncated, and
    /// [`EngineError::Unsupported`] where the mode has no artifacts.
    fn load(
        &self,
        artifact: &[u8],
        facts: &Arc<ModuleFacts>,
    ) -> Result<Arc<dyn Module>, EngineError>;

    /// Reads the facts of a module in the form that this engine compiles.
    ///
    /// # Errors
    /// What makes the module unfit for any Proxy-Wasm host.
    fn inspect(&self, module: &[u8]) -> Result<ModuleFacts, crate::ModuleError> {
        ModuleFacts::read(module)
    }
}

/// A compiled module.
pub trait Module: Send + Sync {
    /// The artifact for [`Engine::load`].
    ///
    /// # Errors
    /// [`EngineError::Unsupported`] where the mode has none.
    fn serialize(&self) -> Result<Vec<u8>, EngineError>;

    /// Bytes of generated code, where the engine tells.
    fn code_bytes(&self) -> Option<u64>;

    /// Makes an instance around `host`. Start functions are not run yet.
    ///
    /// # Errors
    /// [`EngineError::Instantiate`].
    fn instantiate(&self, host: Host) -> Result<Box<dyn Instance>, EngineError>;
}

/// One instance of a module: the guest's memory and code, and the host state around it.
pub trait Instance: Send {
    /// The host's state.
    fn host(&self) -> &Host;

    /// The host's state.
    fn host_mut(&mut self) -> &mut Host;

    /// The callbacks that the module exports, resolved and typed.
    fn callbacks(&self) -> CallbackSet;

    /// Runs `_initialize`, else `_start`, else `__wasm_call_ctors`, else nothing. The
    /// deadline, where there is one, holds here too.
    ///
    /// # Errors
    /// The trap; `proc_exit(0)` out of `_start` is success.
    fn start(&mut self) -> Result<(), Trap>;

    /// Tells the host ([`Host::enter`]) and calls an exported callback with the first `signature.params` of `arguments`;
    /// answers 0 for callbacks without a result.
    ///
    /// # Errors
    /// The trap. The caller must not call the instance again, and neither after a panic,
    /// which [`crate::Vm`] takes care of.
    fn call(&mut self, callback: Callback, arguments: &[u32; 5]) -> Result<u32, Trap>;

    /// Lets each further call take `time` at most, where that is less than the deadline that
    /// the engine was opened with; `None` brings the whole deadline back. Engines that cannot
    /// stop a guest, or only at one fixed time, leave this as it is: [`crate::Vm`] looks at the
    /// clock after each call.
    fn allow(&mut self, time: Option<Duration>) {
        let _ = time;
    }

    /// Makes a context for `stream` and calls `proxy_on_context_create` where the module
    /// exports it, in one call through the seam. Engines leave this as it is.
    ///
    /// # Errors
    /// [`Instance::call`]'s, and the stream, which is then no longer in the VM.
    #[doc(hidden)]
    fn begin_stream(
        &mut self,
        root: ContextId,
        stream: Box<Stream>,
    ) -> Result<ContextId, (Trap, Box<Stream>)> {
        let id = self.host_mut().add_stream(root, stream)?;
        if self.callbacks().contains(Callback::ContextCreate)
            && let Err(trap) = self.call(Callback::ContextCreate, &[id, root, 0, 0, 0])
        {
            return Err((trap, self.host_mut().take_stream(id).unwrap_or_default()));
        }
        Ok(id)
    }

    /// Calls what the module exports of the callbacks that end stream `id`: all three in one
    /// call through the seam, because every transaction ends with them. `None` when there is
    /// no such stream, or when the guest delays its end. Engines leave this as it is.
    ///
    /// # Errors
    /// [`Instance::call`]'s.
    #[doc(hidden)]
    fn end_stream(&mut self, id: ContextId) -> Result<Option<Box<Stream>>, Trap> {
        if !self.host_mut().await_done(id) {
            return Ok(None);
        }
        let exported = self.callbacks();
        let arguments = [id, 0, 0, 0, 0];
        if exported.contains(Callback::Done)
            && self.call(Callback::Done, &arguments)? == 0
            && !self.host().is_finished(id)
        {
            return Ok(None);
        }
        if exported.contains(Callback::Log) {
            self.call(Callback::Log, &arguments)?;
        }
        if exported.contains(Callback::Delete) {
            self.call(Callback::Delete, &arguments)?;
        }
        Ok(self.host_mut().take_stream(id))
    }

    /// Linear memory now, bytes; 0 for the native twin.
    fn memory_bytes(&self) -> u64;

    /// Instructions executed so far, when [`super::EngineOptions::count_instructions`] was
    /// asked for and the engine can.
    fn instructions(&self) -> Option<u64> {
        None
    }
}
