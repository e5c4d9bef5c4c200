//! The folder that a proxy runs in.

use std::fs;
use std::io::{Read as _, Seek as _, SeekFrom};
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use crate::StartError;

/// Bytes looked at from the end of a proxy's log.
const TAIL: u64 = 4_096;
/// Name of the file that standard output and standard error go to.
const LOG: &str = "said.log";

/// A folder of its own, deleted with the value.
#[derive(Debug)]
pub(crate) struct Sandbox {
    folder: TempDir,
}

impl Sandbox {
    /// Makes one.
    pub(crate) fn new() -> Result<Self, StartError> {
        let parent = std::env::temp_dir();
        let made = tempfile::Builder::new().prefix("pwbench-peer-").tempdir();
        let folder = made.map_err(|source| StartError::Folder {
            path: parent,
            action: "make a folder",
            source,
        })?;
        Ok(Self { folder })
    }

    /// Its path.
    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Where a file of it is.
    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.path().join(name)
    }

    /// Writes a file, with the folders above it.
    pub(crate) fn write(&self, name: &str, text: impl AsRef<[u8]>) -> Result<PathBuf, StartError> {
        let path = self.file(name);
        if let Some(parent) = path.parent() {
            self.done(parent, "make the folder", fs::create_dir_all(parent))?;
        }
        self.done(&path, "write", fs::write(&path, text))?;
        Ok(path)
    }

    /// Makes a folder.
    pub(crate) fn folder(&self, name: &str) -> Result<PathBuf, StartError> {
        let path = self.file(name);
        self.done(&path, "make the folder", fs::create_dir_all(&path))?;
        Ok(path)
    }

    /// The file that the proxy writes to, opened for it.
    pub(crate) fn log(&self) -> Result<fs::File, StartError> {
        let path = self.file(LOG);
        let made = fs::File::options().create(true).append(true).open(&path);
        self.done(&path, "write", made)
    }

    /// The last words of the proxy, in one line.
    pub(crate) fn last_words(&self) -> String {
        let mut lines: Vec<String> = Vec::new();
        for name in [LOG, "error.log"] {
            lines.extend(tail(&self.file(name)));
        }
        let from = lines.len().saturating_sub(4);
        match lines[from..].join(" / ") {
            nothing if nothing.is_empty() => "nothing".to_owned(),
            words => words.chars().take(900).collect(),
        }
    }

    fn done<T>(
        &self,
        path: &Path,
        action: &'static str,
        result: std::io::Result<T>,
    ) -> Result<T, StartError> {
        result.map_err(|source| StartError::Folder {
            path: path.to_path_buf(),
            action,
            source,
        })
    }
}

/// The last lines of a file, printable characters only.
fn tail(path: &Path) -> Vec<String> {
    let read = || -> std::io::Result<Vec<u8>> {
        let mut file = fs::File::open(path)?;
        let length = file.metadata()?.len();
        file.seek(SeekFrom::Start(length.saturating_sub(TAIL)))?;
        let mut bytes = Vec::new();
        file.take(TAIL).read_to_end(&mut bytes)?;
        Ok(bytes)
    };
    let text = String::from_utf8_lossy(&read().unwrap_or_default()).into_owned();
    text.lines()
        .map(|line| line.chars().filter(|c| !c.is_control()).collect::<String>())
        .map(|line| line.trim().to_owned())
        .filter(|line| !line.is_empty())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn last_words_are_few_and_printable() {
        let sandbox = Sandbox::new().expect("a folder");
        assert_eq!(sandbox.last_words(), "nothing");
        let text: String = (0..5_000).map(|n| format!("line {n}\x1b[1m\n\n")).collect();
        sandbox.write(LOG, text).expect("written");
        let words = sandbox.last_words();
        assert!(
            words.ends_with("line 4999[1m") && !words.contains('\x1b'),
            "{words}"
        );
        assert_eq!(words.split(" / ").count(), 4);
    }
}
