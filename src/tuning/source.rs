//! What is tuned: a source in some language, or a module that is built already.

use std::fs;
use std::path::{Path, PathBuf};

use crate::error::Error;

/// What is tuned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Source {
    /// A crate: the folder with its `Cargo.toml`.
    Rust(PathBuf),
    /// A C file.
    C(PathBuf),
    /// A C++ file.
    Cpp(PathBuf),
    /// A Zig file.
    Zig(PathBuf),
    /// An AssemblyScript file.
    AssemblyScript(PathBuf),
    /// A module's bytes.
    Module(Vec<u8>),
}

/// The file that a compiler is pointed at, where a folder holds several.
const ENTRIES: [&str; 4] = ["filter", "plugin", "main", "index"];

impl Source {
    /// Finds out what is at `path`.
    ///
    /// # Errors
    /// When there is nothing, or nothing that can be tuned.
    pub(super) fn detect(path: &Path) -> Result<Source, Error> {
        let data = fs::metadata(path).map_err(Error::io(path, "read", "check the path"))?;
        if data.is_dir() {
            return folder(path);
        }
        if path.file_name().is_some_and(|name| name == "Cargo.toml") {
            let folder = path.parent().filter(|folder| *folder != Path::new(""));
            return Ok(Source::Rust(folder.unwrap_or(Path::new(".")).to_path_buf()));
        }
        match of_file(path) {
            Some(source) => Ok(source),
            None => module(path),
        }
    }

    /// The language; empty for a module.
    pub(super) fn language(&self) -> &'static str {
        match self {
            Source::Rust(_) => "Rust",
            Source::C(_) => "C",
            Source::Cpp(_) => "C++",
            Source::Zig(_) => "Zig",
            Source::AssemblyScript(_) => "AssemblyScript",
            Source::Module(_) => "",
        }
    }
}

fn of_file(path: &Path) -> Option<Source> {
    let kind = path.extension()?.to_str()?;
    let path = path.to_path_buf();
    match kind {
        "c" => Some(Source::C(path)),
        "cc" | "cpp" | "cxx" => Some(Source::Cpp(path)),
        "zig" => Some(Source::Zig(path)),
        "ts" => Some(Source::AssemblyScript(path)),
        _ => None,
    }
}

fn module(path: &Path) -> Result<Source, Error> {
    crate::artifact::check_module(path)?;
    let bytes = fs::read(path).map_err(Error::io(path, "read", "check the path"))?;
    Ok(Source::Module(bytes))
}

fn folder(path: &Path) -> Result<Source, Error> {
    if path.join("Cargo.toml").is_file() {
        return Ok(Source::Rust(path.to_path_buf()));
    }
    for kind in ["ts", "zig", "cc", "cpp", "cxx", "c"] {
        if let Some(file) = entry(path, kind)? {
            return of_file(&file).ok_or_else(|| none(path));
        }
    }
    // As `asc` lays new projects out.
    let assembly = path.join("assembly");
    if assembly.is_dir()
        && let Some(file) = entry(&assembly, "ts")?
    {
        return Ok(Source::AssemblyScript(file));
    }
    Err(none(path))
}

/// The file of a kind that stands for the folder: one of the usual names, or the only one.
fn entry(folder: &Path, kind: &str) -> Result<Option<PathBuf>, Error> {
    let named = ENTRIES
        .iter()
        .map(|name| folder.join(format!("{name}.{kind}")))
        .find(|file| file.is_file());
    if named.is_some() {
        return Ok(named);
    }
    let cannot = || Error::io(folder, "list", "check the path and its permissions");
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).map_err(cannot())? {
        let file = entry.map_err(cannot())?.path();
        if file.extension().is_some_and(|extension| extension == kind) {
            found.push(file);
        }
    }
    match found.len() {
        0 => Ok(None),
        1 => Ok(found.pop()),
        all => Err(Error::TuneSource {
            path: folder.to_path_buf(),
            reason: format!(
                "holds {all} .{kind} files, none of them named {}",
                ENTRIES.join(", ")
            ),
        }),
    }
}

fn none(path: &Path) -> Error {
    Error::TuneSource {
        path: path.to_path_buf(),
        reason: "holds no Cargo.toml and no .c, .cc, .zig or .ts file".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_is_known_by_what_it_holds() {
        let dir = tempfile::tempdir().expect("a folder");
        let put = |name: &str| fs::write(dir.path().join(name), "").expect("written");
        let detected = || Source::detect(dir.path());
        assert!(matches!(detected(), Err(Error::TuneSource { .. })));
        put("a.zig");
        assert!(matches!(detected(), Ok(Source::Zig(file)) if file.ends_with("a.zig")));
        put("b.zig");
        assert!(matches!(detected(), Err(Error::TuneSource { .. })));
        put("filter.zig");
        assert!(matches!(detected(), Ok(Source::Zig(file)) if file.ends_with("filter.zig")));
        put("Cargo.toml");
        assert!(matches!(detected(), Ok(Source::Rust(_))));
    }

    #[test]
    fn a_file_that_is_neither_source_nor_module_is_refused() {
        let dir = tempfile::tempdir().expect("a folder");
        let file = dir.path().join("notes.txt");
        fs::write(&file, "hello").expect("written");
        let error = Source::detect(&file).expect_err("no module");
        assert_eq!(error.exit(), crate::error::Exit::BadInput);
        let missing = Source::detect(&dir.path().join("nothing")).expect_err("not there");
        assert!(missing.to_string().contains("nothing"));
    }
}
