//! Root contexts: one per plugin in a VM.

use std::time::Duration;

/// What a VM is given at its start.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct VmSettings {
    /// VM id: plugins with equal ids share data and queues.
    pub vm_id: String,
    /// What `proxy_on_vm_start` may read as its configuration.
    pub configuration: Vec<u8>,
    /// Environment variables.
    pub environment: Vec<(String, String)>,
    /// The longest that one transaction may keep the guest busy, in all its callbacks; the
    /// engine's own deadline holds for each call. Without one no clock is read.
    pub transaction_limit: Option<Duration>,
}

/// What a plugin is given when it is configured.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PluginSettings {
    /// Name of the plugin, property `plugin_name`.
    pub name: String,
    /// Which root context of the module this is, property `plugin_root_id`. May be empty.
    pub root_id: String,
    /// What `proxy_on_configure` may read as its configuration.
    pub configuration: Vec<u8>,
}

/// A root context.
#[derive(Debug, Default)]
pub(crate) struct Root {
    pub(crate) settings: PluginSettings,
    pub(crate) tick_period: Option<Duration>,
}
