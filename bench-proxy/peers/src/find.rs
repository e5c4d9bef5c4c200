//! Whether a proxy is on this machine.

use std::fmt::Write as _;
use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::process::Command;

use sha2::{Digest as _, Sha256};

use crate::{FilterKind, ProxyKind};

/// A proxy's program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Program {
    /// Where it is.
    pub path: PathBuf,
    /// Its version, in its own words.
    pub version: String,
    /// SHA-256 of its file, in lower-case hexadecimal.
    pub sha256: String,
}

/// A proxy, or a filter of it, that is not on this machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Missing {
    /// Why.
    pub reason: String,
    /// The command that gets it.
    pub remedy: String,
}

/// Folders that programs for the administrator are in, which not every user's PATH has.
const SYSTEM: [&str; 3] = ["/usr/sbin", "/usr/local/sbin", "/usr/local/bin"];

/// Looks for a proxy: at the path in its variable (`PWBENCH_ENVOY`, `PWBENCH_NGINX`,
/// `PWBENCH_ATS`, `PWBENCH_MOSN`), in the user's cache, in the PATH. `own` is the program that
/// is our own proxy.
///
/// # Errors
/// When it is not here or does not say its version.
pub fn find(kind: ProxyKind, own: &Path) -> Result<Program, Missing> {
    let path = match kind {
        ProxyKind::Bench => Some(own.to_path_buf()),
        kind => locate(kind),
    };
    let Some(path) = path else {
        return Err(missing(kind, "it is not installed here"));
    };
    let broken = |what: String| missing(kind, &format!("{} {what}", path.display()));
    let version = version(kind, &path).map_err(|error| broken(format!("does not run: {error}")))?;
    let sha256 = sha256(&path).map_err(|error| broken(format!("cannot be read: {error}")))?;
    Ok(Program {
        path,
        version,
        sha256,
    })
}

fn missing(kind: ProxyKind, reason: &str) -> Missing {
    Missing {
        reason: reason.to_owned(),
        remedy: kind.remedy().to_owned(),
    }
}

fn locate(kind: ProxyKind) -> Option<PathBuf> {
    let (variable, name) = match kind {
        ProxyKind::Bench => return None,
        ProxyKind::Envoy => ("PWBENCH_ENVOY", "envoy"),
        ProxyKind::Nginx => ("PWBENCH_NGINX", "nginx"),
        ProxyKind::Ats => ("PWBENCH_ATS", "traffic_server"),
        ProxyKind::Mosn => ("PWBENCH_MOSN", "mosn"),
    };
    if let Some(path) = std::env::var_os(variable).filter(|path| !path.is_empty()) {
        return Some(PathBuf::from(path));
    }
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders = std::env::split_paths(&path).chain(SYSTEM.iter().map(PathBuf::from));
    cached(name).or_else(|| {
        folders
            .map(|folder| folder.join(name))
            .find(|file| file.is_file())
    })
}

/// The newest of what the scripts put into the user's cache: `peers/NAME-VERSION/NAME`.
fn cached(name: &str) -> Option<PathBuf> {
    let cache = match std::env::var_os("XDG_CACHE_HOME").filter(|path| !path.is_empty()) {
        Some(cache) => PathBuf::from(cache),
        None => PathBuf::from(std::env::var_os("HOME")?).join(".cache"),
    };
    let entries = std::fs::read_dir(cache.join("pwbench/peers")).ok()?;
    let mut found: Vec<PathBuf> = entries
        .flatten()
        .filter(|entry| {
            let folder = entry.file_name();
            let rest = folder.to_str().and_then(|folder| folder.strip_prefix(name));
            rest.is_some_and(|rest| rest.starts_with('-'))
        })
        .map(|entry| entry.path().join(name))
        .filter(|file| file.is_file())
        .collect();
    found.sort_by_key(|path| numbers(path));
    found.pop()
}

/// The numbers of a version in the order of their places, so that 1.10 is newer than 1.9.
fn numbers(path: &Path) -> Vec<u64> {
    let folder = path.parent().and_then(Path::file_name).unwrap_or_default();
    let text = folder.to_string_lossy();
    let parts = text.split(|letter: char| !letter.is_ascii_digit());
    parts.filter_map(|part| part.parse().ok()).collect()
}

/// What it says of its version, in one line.
fn version(kind: ProxyKind, path: &Path) -> Result<String, String> {
    let argument = match kind {
        ProxyKind::Nginx => "-v",
        ProxyKind::Ats => "-V",
        _ => "--version",
    };
    let output = Command::new(path)
        .arg(argument)
        .output()
        .map_err(|error| error.to_string())?;
    let said =
        [output.stdout, output.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
    let line = said
        .iter()
        .flat_map(|text| text.lines())
        .find_map(|line| number(kind, line.trim()));
    line.ok_or_else(|| format!("`{argument}` did not say a version ({})", output.status))
}

/// The version in a line of what a proxy prints.
fn number(kind: ProxyKind, line: &str) -> Option<String> {
    let after = |mark: &str| {
        let (_, rest) = line.split_once(mark)?;
        rest.split_whitespace().next().map(str::to_owned)
    };
    match kind {
        ProxyKind::Bench => line.strip_prefix("pwbench ").map(str::to_owned),
        // COMMIT/VERSION/STATE/KIND/TLS
        ProxyKind::Envoy => after("version: ")?.split('/').nth(1).map(str::to_owned),
        ProxyKind::Nginx => after("nginx/"),
        ProxyKind::Ats => {
            after("Traffic Server ").filter(|word| word.starts_with(|c: char| c.is_ascii_digit()))
        }
        ProxyKind::Mosn => after("mosn version "),
    }
}

pub(crate) fn sha256(path: &Path) -> io::Result<String> {
    let mut file = File::open(path)?;
    let mut hash = Sha256::new();
    let mut buffer = vec![0; 1 << 16];
    loop {
        match file.read(&mut buffer)? {
            0 => break,
            read => hash.update(&buffer[..read]),
        }
    }
    Ok(hexadecimal(&hash.finalize()))
}

pub(crate) fn hexadecimal(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(2 * bytes.len());
    for byte in bytes {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
    }
    text
}

impl Program {
    /// Whether a filter of this proxy is here too.
    ///
    /// # Errors
    /// When the module that it needs is not.
    pub fn has(&self, kind: ProxyKind, filter: FilterKind) -> Result<(), Missing> {
        let Some(file) = module_of(kind, filter) else {
            return Ok(());
        };
        match module(kind, file) {
            Some(_) => Ok(()),
            None => Err(missing(
                kind,
                &format!("its module {file} is not installed here"),
            )),
        }
    }
}

/// The module that a filter lives in, where that is a file beside the program.
pub(crate) fn module_of(kind: ProxyKind, filter: FilterKind) -> Option<&'static str> {
    match (kind, filter) {
        (ProxyKind::Nginx, FilterKind::Lua) => Some("ngx_http_lua_module.so"),
        (ProxyKind::Ats, FilterKind::Lua) => Some("tslua.so"),
        (ProxyKind::Ats, FilterKind::Native) => Some("header_rewrite.so"),
        _ => None,
    }
}

/// Where a module of nginx or ATS is, among the places that distributions have for them.
pub(crate) fn module(kind: ProxyKind, file: &str) -> Option<PathBuf> {
    let folders: &[&str] = match kind {
        ProxyKind::Nginx => &[
            "/usr/lib/nginx/modules",
            "/usr/lib64/nginx/modules",
            "/etc/nginx/modules",
        ],
        _ => &[
            "/usr/lib/trafficserver/modules",
            "/usr/lib64/trafficserver/plugins",
            "/usr/libexec/trafficserver",
            "/opt/ts/libexec/trafficserver",
        ],
    };
    folders
        .iter()
        .map(|folder| Path::new(folder).join(file))
        .find(|path| path.is_file())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_found_in_what_proxies_print() {
        let said = [
            (
                ProxyKind::Bench,
                "pwbench 0.1.0 (1a2b3c4)",
                "0.1.0 (1a2b3c4)",
            ),
            (
                ProxyKind::Envoy,
                "envoy  version: 9e55/1.40.0/Clean/RELEASE/BoringSSL",
                "1.40.0",
            ),
            (ProxyKind::Nginx, "nginx version: nginx/1.22.1", "1.22.1"),
            (
                ProxyKind::Ats,
                "Traffic Server 9.2.9 Apr  4 2026 14:52:39 localhost",
                "9.2.9",
            ),
            (ProxyKind::Mosn, "mosn version v1.6.1", "v1.6.1"),
        ];
        for (kind, line, version) in said {
            assert_eq!(number(kind, line).as_deref(), Some(version));
        }
        assert_eq!(
            number(
                ProxyKind::Ats,
                "Apache Traffic Server - traffic_server - 9.2.9"
            ),
            None
        );
        assert_eq!(number(ProxyKind::Nginx, "what is it?"), None);
    }

    #[test]
    fn a_program_that_is_no_proxy_is_missing_with_the_command_that_gets_one() {
        let missing = find(ProxyKind::Bench, Path::new("/bin/true")).unwrap_err();
        assert!(
            missing.reason.contains("/bin/true does not run"),
            "{missing:?}"
        );
        let missing = find(ProxyKind::Bench, Path::new("/nowhere")).unwrap_err();
        assert!(missing.reason.contains("/nowhere"), "{missing:?}");
    }

    #[test]
    fn versions_are_ordered_by_their_numbers() {
        let mut all = ["1.9.2", "1.10.0", "1.10", "0.99"]
            .map(|version| PathBuf::from(format!("/peers/envoy-{version}/envoy")));
        all.sort_by_key(|path| numbers(path));
        let names = all.map(|path| path.to_string_lossy().into_owned());
        assert_eq!(names[0], "/peers/envoy-0.99/envoy");
        assert_eq!(names[3], "/peers/envoy-1.10.0/envoy");
    }

    #[test]
    fn the_hash_is_that_of_the_files_bytes() {
        let file = tempfile::NamedTempFile::new().expect("a file");
        std::fs::write(file.path(), "abc").expect("written");
        let hash = sha256(file.path()).expect("read");
        assert_eq!(
            hash,
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
    }
}
