//! From a plugin's configuration to its VMs.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use host_core::{
    Engine, EngineOptions, Module, ModuleError, ModuleFacts, Plugin, PluginSettings, StartError,
    VmPool, VmSettings, contain,
};

use super::PluginShared;
use super::hub::Hub;
use super::services::PluginServices;
use crate::config::PluginConfig;

/// Why a plugin does not start.
#[derive(Debug, thiserror::Error)]
pub enum PluginError {
    /// A file cannot be read.
    #[error("{}: cannot be read: {source}; check the path and its permissions", file.display())]
    Read {
        /// The file.
        file: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The module is unfit for any Proxy-Wasm host.
    #[error("{}: {source}", file.display())]
    Module {
        /// The file.
        file: PathBuf,
        /// Why.
        source: ModuleError,
    },
    /// The engine would not take it.
    #[error("plugin `{plugin}`: {reason}; `pwbench inspect` shows which runtimes take the module")]
    Engine {
        /// The plugin's name.
        plugin: String,
        /// Why.
        reason: String,
    },
    /// The plugin does not start.
    #[error("plugin `{plugin}`: {source}; correct its configuration, the plugin's log is above")]
    Start {
        /// The plugin's name.
        plugin: String,
        /// Why.
        source: StartError,
    },
}

/// A module that is ready to run.
type Code = (Arc<dyn Module>, Arc<ModuleFacts>);

/// Compiles a plugin and starts the VMs that threads share.
///
/// # Errors
/// The file, the engine or the plugin itself.
pub(crate) fn start(
    config: &PluginConfig,
    index: usize,
    hub: &Arc<Hub>,
) -> Result<Arc<PluginShared>, PluginError> {
    let (module, facts) = compile(config)?;
    let plugin = Plugin {
        module,
        facts,
        services: Arc::new(PluginServices {
            hub: hub.clone(),
            plugin: index,
        }),
        vm: Arc::new(VmSettings {
            vm_id: config.vm_id.clone(),
            configuration: config.vm_configuration.clone(),
            environment: config.environment.clone(),
            ..VmSettings::default()
        }),
        settings: PluginSettings {
            name: config.name.clone(),
            root_id: config.root_id.clone(),
            configuration: config.configuration.clone(),
        },
        policy: config.policy,
    };
    let pool =
        VmPool::new(Arc::new(plugin), config.isolation).map_err(|source| PluginError::Start {
            plugin: config.name.clone(),
            source,
        })?;
    Ok(Arc::new(PluginShared::new(
        index,
        config.name.clone(),
        config.runtime.clone(),
        pool,
        hub.clone(),
    )))
}

fn read(file: &Path) -> Result<Vec<u8>, PluginError> {
    std::fs::read(file).map_err(|source| PluginError::Read {
        file: file.to_path_buf(),
        source,
    })
}

fn compile(config: &PluginConfig) -> Result<Code, PluginError> {
    let engine_error = |reason: String| PluginError::Engine {
        plugin: config.name.clone(),
        reason,
    };
    let bytes = read(&config.code)?;
    let options = EngineOptions {
        deadline: config.deadline,
        memory_limit: config.memory_limit,
        ..EngineOptions::default()
    };
    let engine = runtimes::open(&config.runtime, options)
        .map_err(|error| engine_error(error.to_string()))?;
    let facts = engine
        .inspect(&bytes)
        .map_err(|source| PluginError::Module {
            file: config.code.clone(),
            source,
        })?;
    let facts = Arc::new(facts);
    let artifact = config.precompiled.as_deref().map(read).transpose()?;
    let module = contain(|| prepare(&*engine, &bytes, &facts, artifact.as_deref()))
        .map_err(engine_error)?
        .map_err(|error| engine_error(error.to_string()))?;
    Ok((module, facts))
}

/// Loads the artifact where there is one; runtimes of an ahead-of-time kind go by way of one
/// that is made now.
fn prepare(
    engine: &dyn Engine,
    bytes: &[u8],
    facts: &Arc<ModuleFacts>,
    artifact: Option<&[u8]>,
) -> Result<Arc<dyn Module>, host_core::EngineError> {
    use host_core::ModeKind::{Aot, InterpreterAot};
    if let Some(artifact) = artifact {
        return engine.load(artifact, facts);
    }
    let compiled = engine.compile(bytes, facts)?;
    match engine.info().kind {
        Aot | InterpreterAot => engine.load(&compiled.serialize()?, facts),
        _ => Ok(compiled),
    }
}
