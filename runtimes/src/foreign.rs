//! Engine libraries that a person names: rows of the catalogue that are not built in.

use std::ffi::OsString;
use std::path::PathBuf;
use std::sync::OnceLock;

use host_core::EngineError;
use runtime_wasm_c_api::{EngineLibrary, cached_libraries};

/// Variable with the paths of libraries that export `wasm.h`, separated as in `PATH`.
pub const ENGINE_LIBRARIES: &str = "PWBENCH_ENGINE_LIBS";

struct Libraries {
    all: Vec<EngineLibrary>,
    /// How many of them, the first, were named; the others were found.
    named: usize,
}

static LIBRARIES: OnceLock<Libraries> = OnceLock::new();

/// A named library that cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum LibraryError {
    /// There is no such file.
    #[error("{}: no engine library is there: {source}; give the path of a shared library that exports the standard wasm.h", path.display())]
    Absent {
        /// What was given.
        path: PathBuf,
        /// The system's words.
        source: std::io::Error,
    },
    /// The path cannot be handed on to trials.
    #[error("{}: its path cannot be handed on to trials; move the library to a path without {:?}", path.display(), if cfg!(windows) { ';' } else { ':' })]
    Separator {
        /// What was given.
        path: PathBuf,
    },
    /// It cannot be used.
    #[error(transparent)]
    Unusable(#[from] EngineError),
}

/// Names engine libraries, besides those that [`ENGINE_LIBRARIES`] names. Has an effect only
/// before the catalogue is first used. Nothing is opened yet.
///
/// # Errors
/// For the first path at which there is no file.
pub fn name_engine_libraries(paths: &[PathBuf]) -> Result<(), LibraryError> {
    let libraries = collect(paths)?;
    // Whoever used the catalogue before goes on with what it was then.
    let _ = LIBRARIES.set(libraries);
    Ok(())
}

/// Opens every library that was named.
///
/// # Errors
/// What is wrong with the first that cannot be used.
pub fn check_engine_libraries() -> Result<(), LibraryError> {
    let libraries = libraries();
    for library in &libraries.all[..libraries.named] {
        library
            .open()
            .map_err(|unusable| EngineError::Unavailable {
                runtime: library.runtime(),
                reason: unusable.reason,
                remedy: unusable.remedy,
            })?;
    }
    Ok(())
}

/// The named libraries, as [`ENGINE_LIBRARIES`] names them.
pub fn engine_libraries_variable() -> OsString {
    let libraries = libraries();
    let named = libraries.all[..libraries.named].iter();
    std::env::join_paths(named.map(EngineLibrary::path)).unwrap_or_default()
}

/// All libraries, named and found.
pub(crate) fn engine_libraries() -> &'static [EngineLibrary] {
    &libraries().all
}

fn libraries() -> &'static Libraries {
    LIBRARIES.get_or_init(|| {
        // Nobody was told of a wrong path in the variable; `name_engine_libraries` tells.
        collect(&[]).unwrap_or(Libraries {
            all: Vec::new(),
            named: 0,
        })
    })
}

fn collect(paths: &[PathBuf]) -> Result<Libraries, LibraryError> {
    let variable = std::env::var_os(ENGINE_LIBRARIES).unwrap_or_default();
    let more = std::env::split_paths(&variable).filter(|path| !path.as_os_str().is_empty());
    let mut named: Vec<PathBuf> = Vec::new();
    for path in paths.iter().cloned().chain(more) {
        // The same file under two names is one library.
        let whole = path
            .canonicalize()
            .map_err(|source| LibraryError::Absent { path, source })?;
        if std::env::join_paths([&whole]).is_err() {
            return Err(LibraryError::Separator { path: whole });
        }
        if !named.contains(&whole) {
            named.push(whole);
        }
    }
    let mut all: Vec<EngineLibrary> = Vec::new();
    for path in named {
        let library = EngineLibrary::new(path);
        let name = library.name();
        let same = |name: &str| all.iter().any(|other: &EngineLibrary| other.name() == name);
        match same(name) {
            false => all.push(library),
            true => {
                let free = (2..).map(|number| format!("{name}-{number}"));
                let free = free
                    .into_iter()
                    .find(|name| !same(name))
                    .unwrap_or_default();
                all.push(EngineLibrary::named(library.path().to_owned(), free));
            }
        }
    }
    let named = all.len();
    for path in cached_libraries() {
        let library = EngineLibrary::new(path);
        // What a person names takes the place of what is found.
        if !all.iter().any(|other| other.name() == library.name()) {
            all.push(library);
        }
    }
    Ok(Libraries { all, named })
}
