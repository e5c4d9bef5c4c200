//! A plugin: a compiled module and all it needs to start VMs of its own.

use std::sync::Arc;

use crate::context::{ContextId, PluginSettings, VmSettings};
use crate::services::Services;
use crate::{Module, ModuleFacts, StartError, Vm};

/// What happens to a stream whose filter fails.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum FailPolicy {
    /// The stream ends with 503.
    #[default]
    Closed,
    /// The stream goes on without the filter.
    Open,
}

/// A plugin that can be started any number of times.
pub struct Plugin {
    /// The compiled module.
    pub module: Arc<dyn Module>,
    /// Facts about the module.
    pub facts: Arc<ModuleFacts>,
    /// What the embedding proxy provides.
    pub services: Arc<dyn Services>,
    /// Settings of every VM.
    pub vm: Arc<VmSettings>,
    /// Settings of the plugin.
    pub settings: PluginSettings,
    /// What happens to a stream whose filter fails.
    pub policy: FailPolicy,
}

/// A VM in which one plugin is configured.
#[derive(Debug)]
pub struct PluginVm {
    /// The VM.
    pub vm: Vm,
    /// The plugin's root context.
    pub root: ContextId,
}

impl Plugin {
    /// Starts a VM and configures the plugin in it.
    ///
    /// # Errors
    /// Whatever [`Vm::new`] and [`Vm::add_root`] refuse.
    pub fn start(&self) -> Result<PluginVm, StartError> {
        let mut vm = Vm::new(
            &*self.module,
            &self.facts,
            self.services.clone(),
            self.vm.clone(),
        )?;
        let root = vm.add_root(self.settings.clone())?;
        Ok(PluginVm { vm, root })
    }
}

impl std::fmt::Debug for Plugin {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Plugin")
            .field("settings", &self.settings)
            .finish_non_exhaustive()
    }
}
