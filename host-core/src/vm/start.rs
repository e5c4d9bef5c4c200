//! The start of a VM and of its plugins.

use std::sync::Arc;

use super::Vm;
use crate::abi::Callback;
use crate::context::{Context, ContextId, PluginSettings, Root, VmSettings};
use crate::services::Services;
use crate::{EngineError, Host, Module, ModuleFacts, Trap};

/// Why a VM or a plugin did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The engine failed.
    #[error(transparent)]
    Engine(#[from] EngineError),
    /// The guest trapped.
    #[error("the module trapped in {stage}: {trap}")]
    Trapped {
        /// Which export was called.
        stage: &'static str,
        /// What happened.
        trap: Trap,
    },
    /// The guest answered false.
    #[error(
        "the plugin refused to start: {stage} answered false; its log says why, often a wrong configuration"
    )]
    Refused {
        /// Which export was called.
        stage: &'static str,
    },
    /// There are as many contexts as ids can tell apart.
    #[error("the VM has too many contexts")]
    TooManyContexts,
}

impl Vm {
    /// Instantiates `module` and runs its start function. Plugins are added by
    /// [`Vm::add_root`].
    ///
    /// # Errors
    /// [`StartError::Engine`] and [`StartError::Trapped`].
    pub fn new(
        module: &dyn Module,
        facts: &ModuleFacts,
        services: Arc<dyn Services>,
        settings: Arc<VmSettings>,
    ) -> Result<Self, StartError> {
        let limit = settings.transaction_limit;
        let host = Host::new(services, facts.version, settings);
        let mut instance = module.instantiate(host)?;
        instance.start().map_err(|trap| StartError::Trapped {
            stage: facts.start.unwrap_or("start"),
            trap,
        })?;
        let exported = instance.callbacks();
        Ok(Self {
            instance,
            exported,
            version: facts.version,
            ended: None,
            started: false,
            stopwatch: None,
            limit,
            watched: limit.is_some(),
        })
    }

    /// Adds a plugin: `proxy_on_context_create`, for the first one `proxy_on_vm_start`, then
    /// `proxy_on_configure`.
    ///
    /// # Errors
    /// [`StartError::Trapped`] and [`StartError::Refused`]; the VM is then of no use.
    pub fn add_root(&mut self, settings: PluginSettings) -> Result<ContextId, StartError> {
        let configuration_size = settings.configuration.len() as u32;
        let root = Context::Root(Box::new(Root {
            settings,
            tick_period: None,
        }));
        let host = self.instance.host_mut();
        let vm_configuration_size = host.vm.configuration.len() as u32;
        let id = host
            .contexts
            .insert(root)
            .map_err(|_| StartError::TooManyContexts)?;
        self.start_step(Callback::ContextCreate, &[id, 0, 0, 0, 0])?;
        if !self.started {
            self.started = true;
            self.start_step(Callback::VmStart, &[id, vm_configuration_size, 0, 0, 0])?;
        }
        self.start_step(Callback::Configure, &[id, configuration_size, 0, 0, 0])?;
        Ok(id)
    }

    fn start_step(&mut self, callback: Callback, arguments: &[u32; 5]) -> Result<(), StartError> {
        let stage = callback.export();
        let answer = self
            .invoke(callback, arguments)
            .map_err(|trap| StartError::Trapped { stage, trap })?;
        let refused = callback.signature(self.version).result && answer == Some(0);
        if refused {
            Err(StartError::Refused { stage })
        } else {
            Ok(())
        }
    }
}
