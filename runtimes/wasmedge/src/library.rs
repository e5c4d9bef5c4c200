//! Where the library is found.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use crate::api::Api;
use crate::mode::Mode;

/// Variable that names the library to use.
const VARIABLE: &str = "WASMEDGE_LIB";
/// Names under which a system holds it.
const NAMES: [&str; 3] = ["libwasmedge.so.0", "libwasmedge.so", "libwasmedge.dylib"];
const REMEDY: &str = "run scripts/engines/wasmedge, or install WasmEdge 0.14 or newer and set WASMEDGE_LIB to its library";

/// Why a mode cannot run here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Missing {
    /// What is missing.
    pub reason: String,
    /// What to do about it.
    pub remedy: String,
}

/// The library, opened once for the process and never closed.
///
/// # Errors
/// Where it was looked for, and what was wrong there.
pub fn library() -> Result<&'static Api, Missing> {
    static LIBRARY: OnceLock<Result<Api, Missing>> = OnceLock::new();
    let found = LIBRARY.get_or_init(|| find(std::env::var_os(VARIABLE).map(PathBuf::from)));
    found.as_ref().map_err(Clone::clone)
}

/// What tells this library from another or from another build: version, path, size, time.
pub fn build() -> Option<String> {
    let api = library().ok()?;
    // Of a library that the system found, its version must do.
    let file = std::fs::metadata(&api.path).ok();
    let facts = file.map(|file| (file.len(), file.modified().ok()));
    Some(format!("{} {} {facts:?}", api.version, api.path.display()))
}

/// Why `mode` cannot run here, if so.
pub fn missing(mode: Mode) -> Option<Missing> {
    let api = match library() {
        Ok(api) => api,
        Err(missing) => return Some(missing),
    };
    if mode == Mode::Jit && api.ConfigureSetRunMode.is_none() {
        return Some(Missing {
            reason: format!("WasmEdge {} has no switch for its JIT", api.version),
            remedy: "run scripts/engines/wasmedge --suite sid, or set WASMEDGE_LIB to the library of WasmEdge 0.17"
                .to_owned(),
        });
    }
    None
}

fn find(named: Option<PathBuf>) -> Result<Api, Missing> {
    if let Some(path) = named.filter(|path| !path.as_os_str().is_empty()) {
        return Api::open(&path).map_err(|reason| Missing {
            reason: format!("{VARIABLE} is {}: {reason}", path.display()),
            remedy: format!("set {VARIABLE} to the libwasmedge.so of WasmEdge 0.14 to 0.17"),
        });
    }
    let mut objections = Vec::new();
    for path in cached().into_iter().chain(NAMES.map(PathBuf::from)) {
        match Api::open(&path) {
            Ok(api) => return Ok(api),
            Err(reason) if is_there(&path, &reason) => {
                objections.push(format!("{}: {reason}", path.display()));
            }
            Err(_) => {}
        }
    }
    Err(Missing {
        reason: match objections.is_empty() {
            true => "no WasmEdge library was found".to_owned(),
            false => objections.join("; "),
        },
        remedy: REMEDY.to_owned(),
    })
}

/// Whether a library that did not open is worth a word: one that is not there is not.
fn is_there(path: &Path, reason: &str) -> bool {
    match path.is_absolute() {
        true => path.exists(),
        false => {
            !reason.contains("cannot open shared object file") && !reason.contains("no such file")
        }
    }
}

/// What scripts/engines/wasmedge has put into the user's cache, the newest version first.
fn cached() -> Vec<PathBuf> {
    let named = |name| {
        std::env::var_os(name)
            .map(PathBuf::from)
            .filter(|path: &PathBuf| path.is_absolute())
    };
    let base = named("XDG_CACHE_HOME").or_else(|| Some(named("HOME")?.join(".cache")));
    let Some(folder) = base.map(|base| base.join("pwbench").join("engines")) else {
        return Vec::new();
    };
    let mut found: Vec<(Vec<u32>, PathBuf)> = Vec::new();
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let name = entry.file_name();
        if let Some(version) = name
            .to_str()
            .and_then(|name| name.strip_prefix("wasmedge-"))
        {
            let numbers = version.split('.').map_while(|number| number.parse().ok());
            found.push((numbers.collect(), entry.path().join("libwasmedge.so")));
        }
    }
    found.sort_by(|left, right| right.cmp(left));
    found.into_iter().map(|(_, path)| path).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_named_library_that_does_not_open_is_named_with_the_remedy() {
        let missing = find(Some(PathBuf::from("/nowhere/libwasmedge.so")))
            .err()
            .expect("missing");
        assert!(
            missing
                .reason
                .contains("WASMEDGE_LIB is /nowhere/libwasmedge.so"),
            "{missing:?}"
        );
        assert!(missing.remedy.contains("WASMEDGE_LIB"), "{missing:?}");
    }

    #[test]
    fn a_library_of_something_else_is_refused_by_what_it_lacks() {
        // Every process has the C library.
        let missing = find(Some(PathBuf::from("libc.so.6")))
            .err()
            .expect("missing");
        assert!(
            missing.reason.contains("no function WasmEdge_VersionGet"),
            "{missing:?}"
        );
    }
}
