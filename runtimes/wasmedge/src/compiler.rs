//! Configurations, compilation and parsing: what is done with a module's bytes.

use std::ffi::CString;
use std::ptr::NonNull;
use std::sync::{Mutex, PoisonError};

use host_core::EngineOptions;

use crate::api::{Api, Ast, Configure};
use crate::mode::Mode;

/// `WasmEdge_CompilerOptimizationLevel_O3`
const O3: u32 = 3;
/// `WasmEdge_CompilerOutputFormat_Wasm`: the module with its machine code beside it. The
/// other format can only be loaded from a file.
const UNIVERSAL: u32 = 1;
/// Proposals that the other engines have on by default: tail calls, extended constants.
const PROPOSALS: [u32; 2] = [7, 8];
const PAGE: u64 = 65_536;

/// How the library is told to compile and run.
pub(crate) struct Config {
    pub(crate) api: &'static Api,
    raw: NonNull<Configure>,
}

// SAFETY: it is written to only while it is made; the library reads it from then on.
unsafe impl Send for Config {}
// SAFETY: as for `Send`.
unsafe impl Sync for Config {}

impl Config {
    pub(crate) fn new(
        api: &'static Api,
        mode: Mode,
        options: &EngineOptions,
    ) -> Result<Self, String> {
        let pages = (options.memory_limit / PAGE).min(PAGE);
        // SAFETY: functions of the configuration just made, with numbers of their range.
        unsafe {
            let raw = NonNull::new((api.ConfigureCreate)()).ok_or("it makes no configuration")?;
            let config = raw.as_ptr();
            for proposal in PROPOSALS {
                (api.ConfigureAddProposal)(config, proposal);
            }
            (api.ConfigureSetMaxMemoryPage)(config, pages);
            (api.ConfigureCompilerSetOptimizationLevel)(config, O3);
            (api.ConfigureCompilerSetOutputFormat)(config, UNIVERSAL);
            (api.ConfigureCompilerSetInterruptible)(config, options.deadline.is_some());
            match api.ConfigureSetRunMode {
                // Without it, newer versions interpret artifacts without a word.
                Some(set) => set(config, mode.run_mode()),
                None => (api.ConfigureSetForceInterpreter)(config, !mode.is_compiled()),
            }
            Ok(Self { api, raw })
        }
    }

    pub(crate) fn raw(&self) -> *const Configure {
        self.raw.as_ptr()
    }

    /// Compiles `wasm` with LLVM.
    pub(crate) fn compile(&self, wasm: &[u8]) -> Result<Vec<u8>, String> {
        let folder = tempfile::Builder::new()
            .prefix("pwbench-wasmedge-")
            .tempdir()
            .map_err(|error| {
                format!(
                    "no folder for the compiler's output: {error}; set TMPDIR to one with space"
                )
            })?;
        let path = folder.path().join("module.wasm");
        let name = CString::new(path.as_os_str().as_encoded_bytes())
            .map_err(|_| "TMPDIR has a zero byte in its name".to_owned())?;
        let api = self.api;
        // Its linker, LLVM's, keeps what it links in variables of the process.
        static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());
        let _alone = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
        // SAFETY: a compiler of its own; bytes and name outlive the call.
        let outcome = keeping_handlers(|| unsafe {
            let compiler = (api.CompilerCreate)(self.raw());
            if compiler.is_null() {
                return Err(format!(
                    "WasmEdge {} was built without its compiler",
                    api.version
                ));
            }
            let length = wasm.len() as u64;
            let outcome =
                (api.CompilerCompileFromBuffer)(compiler, wasm.as_ptr(), length, name.as_ptr());
            (api.CompilerDelete)(compiler);
            Ok(outcome)
        })?;
        api.check(outcome)?;
        std::fs::read(&path).map_err(|error| format!("the compiler's output: {error}"))
    }

    /// Parses and validates `bytes`, a module or what [`Config::compile`] made.
    pub(crate) fn parse(&self, bytes: &[u8]) -> Result<Parsed, String> {
        let length = u32::try_from(bytes.len()).map_err(|_| "it is larger than 4 GiB")?;
        let api = self.api;
        // SAFETY: a loader and a validator of its own; the bytes outlive the calls, and the
        // module that the loader makes copies what it needs.
        unsafe {
            let loader = (api.LoaderCreate)(self.raw());
            let mut ast = std::ptr::null_mut();
            let outcome = (api.LoaderParseFromBuffer)(loader, &mut ast, bytes.as_ptr(), length);
            (api.LoaderDelete)(loader);
            api.check(outcome)?;
            let parsed = Parsed {
                api,
                raw: NonNull::new(ast).ok_or("the loader made no module")?,
            };
            let validator = (api.ValidatorCreate)(self.raw());
            let outcome = (api.ValidatorValidate)(validator, ast);
            (api.ValidatorDelete)(validator);
            api.check(outcome)?;
            Ok(parsed)
        }
    }
}

impl Drop for Config {
    fn drop(&mut self) {
        // SAFETY: its own.
        unsafe { (self.api.ConfigureDelete)(self.raw.as_ptr()) };
    }
}

/// Compiles `wasm` as [`Mode::Aot`] does, for the benches.
///
/// # Errors
/// The compiler's words.
pub fn compile(wasm: &[u8]) -> Result<Vec<u8>, String> {
    let api = crate::library::library().map_err(|missing| missing.reason)?;
    Config::new(api, Mode::Aot, &EngineOptions::default())?.compile(wasm)
}

/// Runs `work` of LLVM, which takes the process's signal handlers.
pub(crate) fn keeping_handlers<T>(work: impl FnOnce() -> T) -> T {
    #[cfg(target_os = "linux")]
    return crate::native_stack::keeping_handlers(work);
    #[cfg(not(target_os = "linux"))]
    work()
}

/// A module, parsed and valid.
pub(crate) struct Parsed {
    api: &'static Api,
    raw: NonNull<Ast>,
}

// SAFETY: the library only reads it once it is validated; instantiating takes it as `const`.
unsafe impl Send for Parsed {}
// SAFETY: as for `Send`.
unsafe impl Sync for Parsed {}

impl Parsed {
    pub(crate) fn raw(&self) -> *const Ast {
        self.raw.as_ptr()
    }
}

impl Drop for Parsed {
    fn drop(&mut self) {
        // SAFETY: its own; instances, which hold on to their module, are gone.
        unsafe { (self.api.ASTModuleDelete)(self.raw.as_ptr()) };
    }
}
