//! Where `scripts/engines/wamr` puts the libraries that it builds.

use std::env;
use std::path::PathBuf;

use libloading::Library;

use crate::error::Missing;

/// The version of WAMR that the program is built for.
pub(crate) const VERSION: &str = match option_env!("WAMR_VERSION") {
    Some(version) => version,
    None => "2.4.3",
};

/// The library of that name, or why there is none.
pub(crate) fn find(name: &str) -> Result<PathBuf, Missing> {
    let path = folder()
        .ok_or_else(|| Missing::unbuilt("neither XDG_CACHE_HOME nor HOME is set"))?
        .join(format!("libwamr-{name}.so"));
    if path.is_file() {
        Ok(path)
    } else {
        Err(Missing::unbuilt(format!("{} is absent", path.display())))
    }
}

/// Opens the library of that name, for good: what it installs in the process is never taken
/// down.
pub(crate) fn open(name: &str) -> Result<&'static Library, Missing> {
    let path = find(name)?;
    // SAFETY: built by the script from the same source and shim as the linked variant. Its
    // initialisers touch nothing but itself, and its symbols stay its own (RTLD_LOCAL).
    let library = unsafe { Library::new(&path) }.map_err(|error| Missing {
        reason: error.to_string(),
        remedy: "run scripts/engines/wamr --force",
    })?;
    Ok(Box::leak(Box::new(library)))
}

fn folder() -> Option<PathBuf> {
    let given = |name| env::var_os(name).filter(|value| !value.is_empty());
    let cache = match given("XDG_CACHE_HOME").map(PathBuf::from) {
        Some(cache) if cache.is_absolute() => cache,
        _ => PathBuf::from(given("HOME")?).join(".cache"),
    };
    Some(cache.join(format!("pwbench/engines/wamr-{VERSION}")))
}
