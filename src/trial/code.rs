//! From a module's bytes to runnable code.

use std::borrow::Cow;
use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use host_core::{Engine, EngineOptions, Module, ModuleFacts, contain};
use reports::FailureKind;
use workloads::{NativeTwin, Workload};

use super::clock::{ns, process_cpu_ns};
use super::{Compiled, Failed, Subject};

/// Runnable code and what it took.
pub(super) struct Code {
    pub(super) module: Arc<dyn Module>,
    pub(super) facts: Arc<ModuleFacts>,
    /// Wall time of compilation or load, in nanoseconds.
    pub(super) wall_ns: u64,
    /// CPU time of it over all threads, in nanoseconds.
    pub(super) cpu_ns: u64,
    /// Size of the module in the form that this runtime takes, in bytes.
    pub(super) module_bytes: u64,
    /// Size of the artifact that was loaded, in bytes.
    pub(super) artifact_bytes: Option<u64>,
}

/// The module in the form that the runtime takes: the native twin has its own.
pub(super) fn module_for<'a>(
    runtime: &str,
    workload: &'a Workload,
) -> Result<&'a Cow<'static, [u8]>, Failed> {
    if runtime != crate::NATIVE {
        return Ok(&workload.module);
    }
    match &workload.twin {
        NativeTwin::Available { library } => Ok(library),
        NativeTwin::Unavailable { reason, remedy } => Err(Failed::new(
            FailureKind::Refused,
            format!("no native twin: {reason}; {remedy}"),
        )),
    }
}

/// Compiles the module, or loads the artifact where there is one.
pub(super) fn prepare(
    engine: &dyn Engine,
    bytes: &[u8],
    artifact: Option<&Path>,
) -> Result<Code, Failed> {
    let facts = Arc::new(engine.inspect(bytes)?);
    // Reading the file is the file system's cost, not the engine's.
    let artifact = match artifact {
        Some(path) => Some(fs::read(path).map_err(|error| {
            Failed::error(format!(
                "{}: cannot read the artifact: {error}; run the campaign again",
                path.display()
            ))
        })?),
        None => None,
    };
    let (start, cpu) = (Instant::now(), process_cpu_ns());
    let module = contain(|| match &artifact {
        Some(artifact) => engine.load(artifact, &facts),
        None => engine.compile(bytes, &facts),
    })
    .map_err(|panic| Failed::new(FailureKind::Crash, panic))??;
    Ok(Code {
        wall_ns: ns(start.elapsed()),
        cpu_ns: process_cpu_ns().saturating_sub(cpu),
        module,
        facts,
        module_bytes: bytes.len() as u64,
        artifact_bytes: artifact.map(|artifact| artifact.len() as u64),
    })
}

/// Compiles the subject's module and writes the artifact.
pub(super) fn compile_to(subject: &Subject, artifact: &Path) -> Result<Compiled, Failed> {
    let workload = subject.workload.load().map_err(Failed::error)?;
    let engine = runtimes::open(&subject.runtime, subject.options(false))?;
    let bytes = module_for(&subject.runtime, &workload)?;
    write_sealed(&*engine, bytes, artifact)
}

/// Compiles a module file and writes the artifact.
pub(super) fn seal(
    runtime: &str,
    module: &Path,
    artifact: &Path,
    options: EngineOptions,
) -> Result<Compiled, Failed> {
    let bytes = read(module)?;
    let engine = runtimes::open(runtime, options)?;
    write_sealed(&*engine, &bytes, artifact)
}

/// A file's bytes.
pub(super) fn read(file: &Path) -> Result<Vec<u8>, Failed> {
    fs::read(file).map_err(|error| {
        Failed::error(format!(
            "{}: cannot be read: {error}; check the path",
            file.display()
        ))
    })
}

fn write_sealed(engine: &dyn Engine, bytes: &[u8], artifact: &Path) -> Result<Compiled, Failed> {
    let facts = Arc::new(engine.inspect(bytes)?);
    let (start, cpu) = (Instant::now(), process_cpu_ns());
    let sealed = contain(|| engine.compile(bytes, &facts)?.serialize())
        .map_err(|panic| Failed::new(FailureKind::Crash, panic))??;
    let compiled = Compiled {
        compile_ns: ns(start.elapsed()),
        compile_cpu_ns: process_cpu_ns().saturating_sub(cpu),
        artifact_bytes: sealed.len() as u64,
    };
    fs::write(artifact, sealed).map_err(|error| {
        Failed::error(format!(
            "{}: cannot write the artifact: {error}; check space and permissions",
            artifact.display()
        ))
    })?;
    Ok(compiled)
}
