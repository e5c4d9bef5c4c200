//! The conformance suite, run by children and remembered for this very program.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use conformance::PROPOSALS;
use reports::ConformanceRow;
use runtimes::RuntimeEntry;
use sha2::{Digest as _, Sha256};

use super::artifacts::file_name;
use super::{Progress, Runner, Stop, probe};
use crate::trial::{Answer, Failed, Finding, Job, short_of};

/// Results that were kept from an earlier run of the same program.
pub(crate) struct Remembered {
    folder: Option<PathBuf>,
}

impl Remembered {
    /// What this user's cache holds for this program, byte for byte; nothing is kept where
    /// there is no cache folder.
    pub(crate) fn open() -> Self {
        Self {
            folder: cache_folder()
                .zip(own_digest().ok())
                .map(|(cache, digest)| cache.join("conformance").join(digest)),
        }
    }

    /// The row of a runtime.
    pub(crate) fn row(&self, runtime: &str) -> Option<ConformanceRow> {
        let bytes = fs::read(self.file(runtime)?).ok()?;
        // A damaged file is as good as none.
        serde_json::from_slice(&bytes)
            .ok()
            .filter(|row: &ConformanceRow| row.runtime == runtime)
    }

    /// Keeps a row; a cache that cannot be written is no reason to fail.
    pub(crate) fn keep(&self, row: &ConformanceRow) {
        let Some(file) = self.file(&row.runtime) else {
            return;
        };
        let Ok(bytes) = serde_json::to_vec(row) else {
            return;
        };
        let _ = write_whole(&file, &bytes);
    }

    fn file(&self, runtime: &str) -> Option<PathBuf> {
        let mut name = file_name(runtime);
        // A library that is not part of this program can change under it.
        if let Some(build) = runtimes::find(runtime).and_then(RuntimeEntry::foreign_build) {
            let digest = Sha256::digest(build.as_bytes());
            name.push('-');
            name.extend(digest.iter().take(8).map(|byte| format!("{byte:02x}")));
        }
        Some(self.folder.as_ref()?.join(format!("{name}.json")))
    }
}

/// Runs the suite on each runtime, each in a child, two at a time: nothing is timed here.
/// A suite that does not come to its end is a failed row, and is not remembered.
pub(crate) async fn conformance(
    runner: &Runner,
    progress: &Progress,
    runtimes: &[&'static RuntimeEntry],
    remembered: &Remembered,
) -> Result<Vec<ConformanceRow>, Stop> {
    progress.stage("conforming", runtimes.len());
    let mut rows = Vec::with_capacity(runtimes.len());
    for pair in runtimes.chunks(2) {
        progress.trial(&pair[0].id, None);
        let second = async {
            match pair.get(1) {
                Some(runtime) => suite(runner, runtime, remembered).await.map(Some),
                None => Ok(None),
            }
        };
        let (first, second) = tokio::join!(suite(runner, pair[0], remembered), second);
        rows.push(first?);
        rows.extend(second?);
        pair.iter().for_each(|_| progress.ended());
    }
    Ok(rows)
}

async fn suite(
    runner: &Runner,
    runtime: &RuntimeEntry,
    remembered: &Remembered,
) -> Result<ConformanceRow, Stop> {
    let job = Job::Conform {
        runtime: runtime.id.clone(),
    };
    Ok(match runner.run(job).await?.answer {
        Answer::Conformed(mut row) => {
            row.features = features(runner, runtime).await?;
            remembered.keep(&row);
            row
        }
        Answer::Failed(failed) => short_of(&runtime.id, &failed),
        other => {
            let failed = Failed::error(format!("not the answer to a suite: {other:?}"));
            short_of(&runtime.id, &failed)
        }
    })
}

/// The proposals of WebAssembly that the runtime has; none is asked of a native twin.
async fn features(
    runner: &Runner,
    runtime: &RuntimeEntry,
) -> Result<BTreeMap<String, String>, Stop> {
    if runtime.id == crate::NATIVE {
        return Ok(BTreeMap::new());
    }
    let names: Vec<&str> = PROPOSALS.iter().map(|proposal| proposal.name).collect();
    let findings = probe(runner, &runtime.id, &names).await?.into_iter();
    let word = |finding: Finding| (finding.proposal, finding.support.word().to_owned());
    Ok(findings.map(word).collect())
}

fn cache_folder() -> Option<PathBuf> {
    let named = |name| {
        std::env::var_os(name)
            .map(PathBuf::from)
            .filter(|path: &PathBuf| path.is_absolute())
    };
    let base = named("XDG_CACHE_HOME").or_else(|| Some(named("HOME")?.join(".cache")))?;
    Some(base.join("pwbench"))
}

fn own_digest() -> io::Result<String> {
    let mut program = File::open(std::env::current_exe()?)?;
    let mut digest = Sha256::new();
    let mut buffer = vec![0; 1 << 20];
    loop {
        match program.read(&mut buffer)? {
            0 => break,
            read => digest.update(&buffer[..read]),
        }
    }
    Ok(digest
        .finalize()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect())
}

fn write_whole(file: &Path, bytes: &[u8]) -> io::Result<()> {
    let folder = file.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder)?;
    let mut part = tempfile::NamedTempFile::new_in(folder)?;
    io::Write::write_all(&mut part, bytes)?;
    part.persist(file)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_is_remembered_and_a_damaged_one_is_not() {
        let folder = tempfile::tempdir().expect("a folder");
        let remembered = Remembered {
            folder: Some(folder.path().join("digest")),
        };
        let row = ConformanceRow {
            runtime: "engine/mode".into(),
            passed: 3,
            features: [("simd".into(), "yes".into())].into(),
            ..ConformanceRow::default()
        };
        assert_eq!(remembered.row("engine/mode"), None);
        remembered.keep(&row);
        assert_eq!(remembered.row("engine/mode"), Some(row));
        fs::write(remembered.file("engine/mode").expect("a place"), "{").expect("written");
        assert_eq!(remembered.row("engine/mode"), None);
    }
}
