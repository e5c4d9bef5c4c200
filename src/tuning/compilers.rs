//! Compilers: which factors they have, and how a choice becomes a module.

mod assemblyscript;
mod clang;
mod rust;
mod zig;

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use reports::{Choice, Copyable, Factor, Layer};

use super::source::Source;
use super::tool::Tool;
use crate::experiment::{Interrupt, Stop};

/// The longest that one build may take.
const PATIENCE: Duration = Duration::from_secs(600);

/// A compiler that is not here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Missing {
    pub(super) reason: String,
    pub(super) remedy: String,
}

/// What turns a source into modules.
pub(super) trait Compiler {
    /// What can be set.
    fn factors(&self) -> Vec<Factor>;

    /// The tool that builds `choice` into `out`, using `scratch`.
    fn tool(&self, choice: &Choice, out: &Path, scratch: &Path) -> Tool;

    /// The module, once the tool has ended well, where that is not `out` already.
    fn product(&self, _out: &Path, _scratch: &Path) -> Option<PathBuf> {
        None
    }

    /// Commands and configuration that a person copies.
    fn copy(&self, choice: &Choice) -> Copyable;
}

/// The compiler of a source; `None` for a module.
pub(super) fn compiler(
    source: &Source,
    more: &[String],
) -> Option<Result<Box<dyn Compiler>, Missing>> {
    fn boxed<C: Compiler + 'static>(
        found: Result<C, Missing>,
    ) -> Result<Box<dyn Compiler>, Missing> {
        found.map(|compiler| Box::new(compiler) as Box<dyn Compiler>)
    }
    Some(match source {
        Source::Rust(folder) => boxed(rust::Rust::find(folder, more)),
        Source::C(file) => boxed(clang::Clang::find(file, false, more)),
        Source::Cpp(file) => boxed(clang::Clang::find(file, true, more)),
        Source::Zig(file) => boxed(zig::Zig::find(file, more)),
        Source::AssemblyScript(file) => boxed(assemblyscript::AssemblyScript::find(file, more)),
        Source::Module(_) => return None,
    })
}

/// Builds `choice` into `out`, if that ends by then.
pub(super) async fn build(
    compiler: &dyn Compiler,
    choice: &Choice,
    out: &Path,
    scratch: &Path,
    until: Instant,
    interrupt: &Interrupt,
) -> Result<Result<(), String>, Stop> {
    if let Some(stale) = compiler.product(out, scratch) {
        // A build that fails must not leave the last one's module to be taken for its own.
        let _ = std::fs::remove_file(stale);
    }
    let tool = compiler.tool(choice, out, scratch);
    if let Err(reason) = tool.run(PATIENCE, until, interrupt).await? {
        return Ok(Err(reason));
    }
    let module = compiler.product(out, scratch);
    let module = module.as_deref().unwrap_or(out);
    if !module.is_file() {
        return Ok(Err("the compiler made no module".to_owned()));
    }
    if module != out
        && let Err(error) = std::fs::copy(module, out)
    {
        return Ok(Err(format!("cannot copy the module: {error}")));
    }
    Ok(Ok(()))
}

/// A factor of the compiler.
fn factor(name: &str, default: &str, levels: &[&str]) -> Factor {
    Factor {
        name: name.to_owned(),
        layer: Layer::Build,
        default: default.to_owned(),
        levels: levels
            .iter()
            .filter(|level| **level != default)
            .map(|level| (*level).to_owned())
            .collect(),
        only_told: false,
    }
}
