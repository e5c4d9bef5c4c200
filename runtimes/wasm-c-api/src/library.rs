//! A library, and where ones come from.

use std::ffi::{CStr, c_char};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use host_core::ModeKind;
use libloading::os::unix::{Library, RTLD_LOCAL, RTLD_NOW};
use sha2::{Digest, Sha256};

use crate::api::{Api, Engine};

/// Why a library cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unusable {
    /// What is wrong, with the library's path.
    pub reason: String,
    /// What to do about it.
    pub remedy: String,
}

/// A library that somebody named, or that was found; opened when first asked for.
#[derive(Debug)]
pub struct EngineLibrary {
    path: PathBuf,
    name: &'static str,
    opened: OnceLock<Result<Opened, Unusable>>,
}

/// A library opened, for the life of the process.
#[derive(Debug)]
pub struct Opened {
    /// The interface.
    pub api: Api,
    /// The engine: some libraries allow only one in a process.
    pub(crate) engine: SharedEngine,
    pub(crate) version: String,
    /// Whether a store may move between threads.
    pub(crate) moves: bool,
    _library: Library,
}

/// The library's engine.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SharedEngine(*mut Engine);

// SAFETY: wasm.h: an engine may be shared between threads; all but making stores of it is
// done on stores.
unsafe impl Send for SharedEngine {}
// SAFETY: as above.
unsafe impl Sync for SharedEngine {}

impl EngineLibrary {
    /// The library at `path`, under the name that its file has: `libwasmtime` for
    /// `/opt/lib/_libwasmtime.so.50`.
    pub fn new(path: PathBuf) -> Self {
        let name = name_of(&path);
        Self::named(path, name)
    }

    /// The library at `path`, under another name.
    pub fn named(path: PathBuf, name: String) -> Self {
        Self {
            path,
            // Lives as long as the process, as the library does.
            name: Box::leak(name.into_boxed_str()),
            opened: OnceLock::new(),
        }
    }

    /// Its name, the mode's part of the runtime id.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The runtime's id.
    pub fn runtime(&self) -> String {
        format!("wasm-c-api/{}", self.name)
    }

    /// What tells this file from another or from another build: its path, size and time.
    pub fn build(&self) -> Option<String> {
        let file = std::fs::metadata(&self.path).ok()?;
        Some(format!(
            "{} {} {:?}",
            self.path.display(),
            file.len(),
            file.modified().ok()?
        ))
    }

    /// Opens it, once.
    ///
    /// # Errors
    /// What is wrong with it, naming the file and what it lacks.
    pub fn open(&self) -> Result<&Opened, Unusable> {
        let opened = self.opened.get_or_init(|| Opened::open(&self.path));
        opened.as_ref().map_err(Clone::clone)
    }

    /// How it executes, as far as it is known.
    pub fn kind(&self) -> ModeKind {
        match self.name.contains("iwasm") || self.name.contains("interp") {
            true => ModeKind::Interpreter,
            false => ModeKind::Jit,
        }
    }
}

impl Opened {
    /// The engine, for this crate's benches.
    #[doc(hidden)]
    pub fn engine(&self) -> *mut Engine {
        self.engine.raw()
    }

    fn open(path: &Path) -> Result<Self, Unusable> {
        let unusable = |reason: String, remedy: &str| Unusable {
            reason: format!("{}: {reason}", path.display()),
            remedy: remedy.to_owned(),
        };
        // SAFETY: opening runs the library's initialisers; whoever names a library trusts it
        // with the process.
        let library = unsafe { Library::open(Some(path), RTLD_NOW | RTLD_LOCAL) };
        let library = library.map_err(|error| {
            let source = std::error::Error::source(&error).map(ToString::to_string);
            let reason = source.unwrap_or_else(|| error.to_string());
            unusable(
                format!("cannot be opened: {reason}"),
                "give a shared library for this system, and install what it is linked with",
            )
        })?;
        if has(&library, "wasm_compartment_new") {
            return Err(unusable(
                "it exports wasm_compartment_new: its wasm.h is WAVM's own, whose functions take other arguments".to_owned(),
                "give a library with the standard wasm.h",
            ));
        }
        let api = Api::resolve(&library).map_err(|symbol| {
            unusable(
                format!("it exports no {symbol}, which the standard wasm.h has"),
                "give a library built with its wasm-c-api, e.g. the one that scripts/engines/wasm-c-api gets",
            )
        })?;
        // SAFETY: no argument.
        let engine = unsafe { (api.engine_new)() };
        if engine.is_null() {
            return Err(unusable(
                "wasm_engine_new makes no engine".to_owned(),
                "look at what the library asks of its surroundings",
            ));
        }
        Ok(Self {
            version: version(&library, path),
            moves: has(&library, "wasmtime_store_new") || has(&library, "wasmer_version"),
            api,
            engine: SharedEngine(engine),
            _library: library,
        })
    }
}

impl SharedEngine {
    pub(crate) fn raw(self) -> *mut Engine {
        self.0
    }
}

impl std::fmt::Debug for Api {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Api")
    }
}

fn has(library: &Library, symbol: &str) -> bool {
    // SAFETY: the address is asked for and not used.
    unsafe { library.get::<*const ()>(symbol) }.is_ok()
}

/// What the library says of its version; wasm.h has no word for it, so otherwise what tells
/// one file from another.
fn version(library: &Library, path: &Path) -> String {
    // SAFETY: wasmer's function has had this type since its first version.
    unsafe {
        type Get = unsafe extern "C" fn() -> *const c_char;
        if let Ok(get) = library.get::<Get>("wasmer_version") {
            let text = get();
            if !text.is_null() {
                return CStr::from_ptr(text).to_string_lossy().into_owned();
            }
        }
    }
    // SAFETY: WAMR's function has had this type since 1.0.
    unsafe {
        type Get = unsafe extern "C" fn(*mut u32, *mut u32, *mut u32);
        if let Ok(get) = library.get::<Get>("wasm_runtime_get_version") {
            let (mut major, mut minor, mut patch) = (0, 0, 0);
            get(&mut major, &mut minor, &mut patch);
            return format!("{major}.{minor}.{patch}");
        }
    }
    if let Some(version) = version_in_cache(path) {
        return version;
    }
    let digest = std::fs::read(path).map(|bytes| Sha256::digest(&bytes));
    let mut text = "file ".to_owned();
    for byte in digest.iter().flatten().take(6) {
        let _ = write!(text, "{byte:02x}");
    }
    text
}

/// Begins the names of folders that scripts/engines/wasm-c-api makes.
const PREFIX: &str = "wasm-c-api-";

/// The version in the name of a cache folder: `wasm-c-api-libwasmtime-50.0.1`.
fn version_in_cache(path: &Path) -> Option<String> {
    let folder = path.parent()?.file_name()?.to_str()?.strip_prefix(PREFIX)?;
    Some(folder.rsplit_once('-')?.1.to_owned())
}

/// What scripts/engines/wasm-c-api has put into the user's cache: of each library the
/// newest, by name.
pub fn cached_libraries() -> Vec<PathBuf> {
    let named = |name| {
        std::env::var_os(name)
            .map(PathBuf::from)
            .filter(|path: &PathBuf| path.is_absolute())
    };
    let base = named("XDG_CACHE_HOME").or_else(|| Some(named("HOME")?.join(".cache")));
    match base {
        Some(base) => newest_in(&base.join("pwbench").join("engines")),
        None => Vec::new(),
    }
}

fn newest_in(folder: &Path) -> Vec<PathBuf> {
    let mut found: Vec<(String, Vec<u32>, PathBuf)> = Vec::new();
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let folder = entry.file_name();
        let Some((library, version)) = folder
            .to_str()
            .and_then(|name| name.strip_prefix(PREFIX))
            .and_then(|name| name.rsplit_once('-'))
        else {
            continue;
        };
        let file = entry
            .path()
            .join(format!("{library}{}", std::env::consts::DLL_SUFFIX));
        if file.is_file() {
            let numbers = version.split('.').map_while(|number| number.parse().ok());
            found.push((library.to_owned(), numbers.collect(), file));
        }
    }
    // The newest first, so that the older ones of the same name are the ones to go.
    found.sort_by(|left, right| left.0.cmp(&right.0).then(right.1.cmp(&left.1)));
    found.dedup_by(|later, earlier| later.0 == earlier.0);
    found.into_iter().map(|(_, _, file)| file).collect()
}

/// The name of a library: its file's, without folder, leading underscores and endings.
fn name_of(path: &Path) -> String {
    let file = path.file_name().unwrap_or_default().to_string_lossy();
    let stem = file.trim_start_matches('_');
    let stem = [".so", ".dylib", ".dll"]
        .into_iter()
        .find_map(|ending| stem.find(ending))
        .map_or(stem, |end| &stem[..end]);
    let plain = |c: char| match c.is_ascii_alphanumeric() || "-_.+".contains(c) {
        true => c,
        false => '-',
    };
    match stem.is_empty() {
        true => "library".to_owned(),
        false => stem.chars().map(plain).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_librarys_name_is_its_files() {
        for (path, name) in [
            ("/opt/lib/_libwasmtime.so", "libwasmtime"),
            ("libwee8.so.12.1", "libwee8"),
            ("a b,c.dylib", "a-b-c"),
            ("libiwasm-2.4.so", "libiwasm-2.4"),
            ("/opt/.so", "library"),
        ] {
            assert_eq!(name_of(Path::new(path)), name);
        }
    }

    #[test]
    fn errors_name_the_file_what_it_lacks_and_the_remedy() {
        let absent = EngineLibrary::new("/nowhere/libwasmtime.so".into());
        let unusable = absent.open().expect_err("absent");
        assert!(
            unusable
                .reason
                .starts_with("/nowhere/libwasmtime.so: cannot be opened"),
            "{unusable:?}"
        );
        // Every process has the C library.
        let other = EngineLibrary::new("libc.so.6".into());
        let unusable = other.open().expect_err("no wasm.h");
        assert!(
            unusable.reason.contains("exports no wasm_engine_new"),
            "{unusable:?}"
        );
        assert!(unusable.remedy.contains("wasm-c-api"), "{unusable:?}");
    }

    #[test]
    fn of_several_versions_in_the_cache_the_newest_is_found() {
        let base = std::env::temp_dir().join(format!("pwbench-c-api-{}", std::process::id()));
        let suffix = std::env::consts::DLL_SUFFIX;
        for folder in [
            "wasm-c-api-liba-9.0.1",
            "wasm-c-api-liba-10.0.0",
            "wasm-c-api-libb-1.0",
            "other",
        ] {
            std::fs::create_dir_all(base.join(folder)).expect("a folder");
        }
        for file in [
            "wasm-c-api-liba-9.0.1/liba",
            "wasm-c-api-liba-10.0.0/liba",
            "other/liba",
        ] {
            std::fs::write(base.join(format!("{file}{suffix}")), "").expect("written");
        }
        let found = newest_in(&base);
        std::fs::remove_dir_all(&base).expect("removed");
        assert_eq!(
            found,
            [base.join(format!("wasm-c-api-liba-10.0.0/liba{suffix}"))]
        );
        assert_eq!(version_in_cache(&found[0]).as_deref(), Some("10.0.0"));
    }
}
