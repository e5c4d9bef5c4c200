//! Whether a runtime takes a module.

use std::path::Path;
use std::sync::Arc;

use host_core::services::InProcess;
use host_core::{EngineOptions, Host, ModeKind, VmSettings, contain};
use reports::FailureKind;

use super::Failed;

/// Compiles and instantiates the module, or loads its artifact and instantiates that; no
/// code of it runs.
pub(super) fn fit(
    runtime: &str,
    module: &Path,
    artifact: Option<&Path>,
    options: EngineOptions,
) -> Result<(), Failed> {
    let bytes = super::code::read(module)?;
    let artifact = artifact.map(super::code::read).transpose()?;
    let engine = runtimes::open(runtime, options)?;
    let facts = Arc::new(engine.inspect(&bytes)?);
    let services = Arc::new(InProcess::builder().build());
    let host = Host::new(services, facts.version, Arc::new(VmSettings::default()));
    let ahead = matches!(engine.info().kind, ModeKind::Aot | ModeKind::InterpreterAot);
    let attempt = contain(|| {
        let artifact = match artifact {
            None if ahead => Some(engine.compile(&bytes, &facts)?.serialize()?),
            given => given,
        };
        let module = match &artifact {
            Some(artifact) => engine.load(artifact, &facts)?,
            None => engine.compile(&bytes, &facts)?,
        };
        module.instantiate(host).map(drop)
    });
    attempt.map_err(|panic| Failed::new(FailureKind::Crash, panic))??;
    Ok(())
}
