//! Finding and opening the library, once for the process.

use std::ffi::{CStr, OsString};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use ort_sys::{OrtApi, OrtApiBase, OrtEnv, OrtLoggingLevel};

use super::status::check;
use crate::Unavailable;

/// The environment variable that names a library.
const VARIABLE: &str = "ONNXRUNTIME_LIB";
/// What to do where there is none.
const REMEDY: &str =
    "run scripts/engines/onnxruntime, or set ONNXRUNTIME_LIB to a libonnxruntime of 1.22 or newer";

/// The opened library and its environment. Never closed: its threads and statics would
/// outlive it.
pub(super) struct Library {
    pub(super) api: &'static OrtApi,
    pub(super) env: *mut OrtEnv,
    /// Name and version, as reports show them.
    pub(super) name: String,
}

// SAFETY: the table of functions is constant, and the C API lets all threads use one
// environment.
unsafe impl Send for Library {}
// SAFETY: as above.
unsafe impl Sync for Library {}

/// The library, opened by whoever asks first.
pub(super) fn library() -> Result<&'static Library, Unavailable> {
    static LIBRARY: OnceLock<Result<Library, Unavailable>> = OnceLock::new();
    LIBRARY.get_or_init(open).as_ref().map_err(Clone::clone)
}

fn open() -> Result<Library, Unavailable> {
    let (place, given) = match std::env::var_os(VARIABLE) {
        Some(path) => (path, true),
        None => (
            found().map_or_else(default_name, PathBuf::into_os_string),
            false,
        ),
    };
    let shown = Path::new(&place).display().to_string();
    let unavailable = |reason: String| Unavailable {
        reason,
        remedy: REMEDY.to_owned(),
    };
    // SAFETY: opening runs the library's initialisers; whoever installs it trusts it.
    let opened = unsafe { libloading::Library::new(&place) }.map_err(|error| match given {
        true => unavailable(format!("{VARIABLE}: {shown} cannot be opened ({error})")),
        false => unavailable("ONNX Runtime is not installed".to_owned()),
    })?;
    let library = Box::leak(Box::new(opened));
    // SAFETY: the C API fixes the type of this function.
    let base = unsafe {
        library.get::<unsafe extern "system" fn() -> *const OrtApiBase>(b"OrtGetApiBase\0")
    };
    let base = base.map_err(|_| unavailable(format!("{shown} has no symbol OrtGetApiBase")))?;
    // SAFETY: it takes nothing and answers a pointer to a constant.
    let Some(base) = (unsafe { base().as_ref() }) else {
        return Err(unavailable(format!("{shown} offers no C API")));
    };
    // SAFETY: a constant text and a constant table, both of the library's life, which does
    // not end. A library that knows the version has a table at least as long as ours.
    let (version, api) = unsafe {
        (
            CStr::from_ptr((base.GetVersionString)()),
            (base.GetApi)(ort_sys::ORT_API_VERSION).as_ref(),
        )
    };
    let version = version.to_string_lossy();
    let Some(api) = api else {
        return Err(unavailable(format!(
            "{shown} is ONNX Runtime {version}, which is too old"
        )));
    };
    let mut env = std::ptr::null_mut();
    let level = OrtLoggingLevel::ORT_LOGGING_LEVEL_ERROR;
    // SAFETY: the name is a C string, and the answer goes to a variable of ours.
    let created = unsafe { (api.CreateEnv)(level, c"pwbench".as_ptr(), &mut env) };
    check(api, created).map_err(|text| unavailable(format!("{shown}: {text}")))?;
    Ok(Library {
        api,
        env,
        name: format!("ONNX Runtime {version}"),
    })
}

/// What the dynamic linker finds by itself.
fn default_name() -> OsString {
    libloading::library_filename("onnxruntime")
}

/// The newest library in the user's cache.
fn found() -> Option<PathBuf> {
    let cache = std::env::var_os("XDG_CACHE_HOME")
        .map(PathBuf::from)
        .or_else(|| Some(PathBuf::from(std::env::var_os("HOME")?).join(".cache")))?;
    let engines = std::fs::read_dir(cache.join("pwbench/engines")).ok()?;
    let version = |folder: &Path| -> Option<Vec<u32>> {
        let name = folder.file_name()?.to_str()?;
        let numbers = name.strip_prefix("onnxruntime-")?.split('.');
        numbers.map(|number| number.parse().ok()).collect()
    };
    let folders = engines.filter_map(|entry| Some(entry.ok()?.path()));
    let newest = folders
        .filter(|folder| version(folder).is_some())
        .max_by_key(|folder| version(folder))?;
    let library = newest.join(default_name());
    library.exists().then_some(library)
}
