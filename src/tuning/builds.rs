//! The modules of the campaign: each made once, whatever races on it.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant;

use host_core::ModuleFacts;
use reports::{Choice, Copyable, Factor, Layer};
use sha2::{Digest as _, Sha256};

use super::compilers::{self, Compiler};
use super::wasm_opt::WasmOpt;
use crate::artifact::hexadecimal;
use crate::error::Error;
use crate::experiment::{Interrupt, Stop};

/// A module that was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Built {
    pub(super) path: PathBuf,
    pub(super) sha256: String,
}

/// Why there is no module.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Unbuilt {
    /// The build failed.
    Failed(String),
    /// The time was up before it ended: with more it may do.
    Late,
}

/// A module, or why there is none.
pub(super) type Outcome = Result<Built, Unbuilt>;

/// Makes modules.
pub(super) struct Builds {
    /// The source's compiler; `None` for a module that was given.
    pub(super) compiler: Option<Box<dyn Compiler>>,
    /// wasm-opt, where it is here.
    pub(super) wasm_opt: Option<WasmOpt>,
    /// Factors of both.
    pub(super) factors: Vec<Factor>,
    folder: PathBuf,
    /// The module that was given.
    given: Option<Vec<u8>>,
    interrupt: Interrupt,
    made: BTreeMap<Choice, Outcome>,
}

impl Builds {
    /// Makes modules in `folder`.
    pub(super) fn new(
        compiler: Option<Box<dyn Compiler>>,
        wasm_opt: Option<WasmOpt>,
        given: Option<Vec<u8>>,
        folder: PathBuf,
        interrupt: Interrupt,
    ) -> Self {
        let mut factors = compiler
            .as_ref()
            .map(|one| one.factors())
            .unwrap_or_default();
        factors.extend(wasm_opt.iter().flat_map(WasmOpt::factors));
        Builds {
            compiler,
            wasm_opt,
            factors,
            folder,
            given,
            interrupt,
            made: BTreeMap::new(),
        }
    }

    /// Leaves factors out.
    pub(super) fn keep(&mut self, keep: impl Fn(Layer) -> bool) {
        self.factors.retain(|factor| keep(factor.layer));
    }

    /// The part of a choice that makes the module.
    fn part(&self, choice: &Choice) -> Choice {
        let mut part = choice.part(&self.factors, Layer::Build);
        part.0.extend(choice.part(&self.factors, Layer::WasmOpt).0);
        part
    }

    /// Whether the module of a choice has been made, or tried.
    pub(super) fn is_made(&self, choice: &Choice) -> bool {
        self.made.contains_key(&self.part(choice))
    }

    /// The module of a choice. What is not made by then is given up, and may be tried again.
    pub(super) async fn get(&mut self, choice: &Choice, until: Instant) -> Result<Outcome, Stop> {
        let part = self.part(choice);
        if let Some(made) = self.made.get(&part) {
            return Ok(made.clone());
        }
        let left = until.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Ok(Err(Unbuilt::Late));
        }
        let outcome = match self.make(&part, until).await? {
            Err(Unbuilt::Failed(_)) if Instant::now() >= until => Err(Unbuilt::Late),
            outcome => outcome,
        };
        if outcome != Err(Unbuilt::Late) {
            self.made.insert(part, outcome.clone());
        }
        Ok(outcome)
    }

    async fn make(&mut self, part: &Choice, until: Instant) -> Result<Outcome, Stop> {
        let source = part.part(&self.factors, Layer::Build);
        if source != *part {
            // wasm-opt works on what the compiler made.
            let input = match Box::pin(self.get(&source, until)).await? {
                Ok(input) => input,
                Err(reason) => return Ok(Err(reason)),
            };
            let Some(wasm_opt) = &self.wasm_opt else {
                return Ok(failed("there is no wasm-opt"));
            };
            let out = self.file();
            let passes = part.part(&self.factors, Layer::WasmOpt);
            let ran = wasm_opt
                .run(&passes, &input.path, &out, until, &self.interrupt)
                .await?;
            return Ok(ran.map_err(Unbuilt::Failed).and_then(|()| built(out)));
        }
        let out = self.file();
        match (&self.compiler, &self.given) {
            (Some(compiler), _) => {
                let scratch = self.folder.join("scratch");
                let made =
                    compilers::build(&**compiler, part, &out, &scratch, until, &self.interrupt);
                let made = made.await?.map_err(Unbuilt::Failed);
                Ok(made.and_then(|()| built(out)))
            }
            (None, Some(bytes)) => {
                fs::write(&out, bytes).map_err(Error::io(
                    &out,
                    "write",
                    "check space and permissions",
                ))?;
                Ok(built(out))
            }
            (None, None) => Ok(failed("there is nothing to build")),
        }
    }

    fn file(&self) -> PathBuf {
        self.folder.join(format!("module-{}.wasm", self.made.len()))
    }

    /// What a person copies to make the module of a choice.
    pub(super) fn copy(&self, choice: &Choice) -> Copyable {
        let source = choice.part(&self.factors, Layer::Build);
        let mut copy = match &self.compiler {
            Some(compiler) => compiler.copy(&source),
            None => Copyable::default(),
        };
        let input = self.made.get(&source).and_then(|made| made.as_ref().ok());
        let input = input.and_then(|input| fs::read(&input.path).ok());
        if let (Some(wasm_opt), Some(input)) = (&self.wasm_opt, input) {
            copy.commands.extend(wasm_opt.copy(choice, &input));
        }
        copy
    }

    /// Copies the module of a choice to where it stays.
    pub(super) fn keep_module(&self, choice: &Choice, to: &Path) -> Result<bool, Error> {
        let Some(Ok(built)) = self.made.get(&self.part(choice)) else {
            return Ok(false);
        };
        fs::copy(&built.path, to).map_err(Error::io(to, "write", "check space and permissions"))?;
        Ok(true)
    }
}

fn failed(reason: impl Into<String>) -> Outcome {
    Err(Unbuilt::Failed(reason.into()))
}

fn built(path: PathBuf) -> Outcome {
    let bytes = match fs::read(&path) {
        Ok(bytes) => bytes,
        Err(error) => return failed(format!("the module cannot be read: {error}")),
    };
    if let Err(error) = ModuleFacts::read(&bytes) {
        return failed(error.to_string());
    }
    let sha256 = hexadecimal(&Sha256::digest(&bytes));
    Ok(Built { path, sha256 })
}
