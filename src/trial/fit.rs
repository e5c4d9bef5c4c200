//! Whether a runtime takes a module.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use host_core::EngineOptions;
use host_core::services::InProcess;
use host_core::{Host, ModeKind, VmSettings, contain};
use reports::FailureKind;

use super::Failed;

/// Compiles and instantiates the module; no code of it runs.
pub(super) fn fit(runtime: &str, module: &Path) -> Result<(), Failed> {
    let bytes = fs::read(module).map_err(|error| {
        Failed::error(format!(
            "{}: cannot be read: {error}; check the path",
            module.display()
        ))
    })?;
    let engine = runtimes::open(runtime, EngineOptions::default())?;
    let facts = Arc::new(engine.inspect(&bytes)?);
    let services = Arc::new(InProcess::builder().build());
    let host = Host::new(services, facts.version, Arc::new(VmSettings::default()));
    let attempt = contain(|| {
        let mut compiled = engine.compile(&bytes, &facts)?;
        if matches!(engine.info().kind, ModeKind::Aot | ModeKind::InterpreterAot) {
            compiled = engine.load(&compiled.serialize()?, &facts)?;
        }
        compiled.instantiate(host).map(drop)
    });
    attempt.map_err(|panic| Failed::new(FailureKind::Crash, panic))??;
    Ok(())
}
