//! perf over a child that runs the traffic.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use tokio::io::AsyncWriteExt as _;
use tokio::process::Command;

use super::functions::{Naming, Samples, read};
use crate::error::Error;
use crate::experiment::{Interrupt, Stop};
use crate::trial::{Answer, Job, Spec, Subject, Symbols};

/// Samples a second: no round number, so that nothing periodic falls in step.
const FREQUENCY: &str = "2999";
/// The most that is read of what perf prints, in bytes.
const MOST: usize = 512 << 20;
/// How to get perf.
pub(super) const REMEDY: &str =
    "apt-get install linux-perf, and sysctl kernel.perf_event_paranoid=1";

/// Whether perf finds the names of the guest's functions on a runtime.
pub(super) fn has_names(runtime: &str) -> bool {
    // wasmtime writes the map when it loads an artifact as well.
    let told = [
        "wasmtime/cranelift",
        "wasmtime/cranelift-aot",
        "wasmtime/winch",
        "wasmtime/winch-aot",
        "wasmer/cranelift",
    ];
    runtime == crate::NATIVE || told.contains(&runtime)
}

/// Where perf is.
pub(super) fn find() -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path)
        .map(|folder| folder.join("perf"))
        .find(|file| file.is_file())
}

/// Samples the run of `subject`, from `setup` after its start on.
///
/// # Errors
/// The inner error is why perf gave nothing.
pub(super) async fn sample(
    perf: &Path,
    subject: &Subject,
    passes: u64,
    setup: Duration,
    patience: Duration,
    interrupt: &Interrupt,
) -> Result<Result<Samples, String>, Stop> {
    let folder = tempfile::tempdir().map_err(Error::io(
        &std::env::temp_dir(),
        "make a folder",
        "set TMPDIR to a folder that is writable",
    ))?;
    let data = folder.path().join("perf.data");
    let program = std::env::current_exe().map_err(Error::Spawn)?;
    let spec = Spec {
        job: Job::Profile {
            subject: Subject {
                symbols: Symbols::PerfMap,
                ..subject.clone()
            },
            passes,
            busy: true,
        },
    };
    let mut command = Command::new(perf);
    command
        .args([
            "record",
            "-q",
            "-e",
            "cpu-clock",
            "-F",
            FREQUENCY,
            "-g",
            "-D",
        ])
        .arg(setup.as_millis().to_string())
        .arg("-o")
        .arg(&data)
        .arg("--")
        .arg(&program)
        .arg("trial")
        // Copies of a native twin stay there until perf has read their symbols.
        .env("TMPDIR", folder.path())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true);
    let mut child = command.spawn().map_err(Error::Spawn)?;
    if let Some(mut stdin) = child.stdin.take() {
        // A child that ends before it has read everything says so by its answer.
        let _ = stdin.write_all(&serde_json::to_vec(&spec)?).await;
    }
    let mut interrupt = interrupt.clone();
    let output = tokio::select! {
        output = child.wait_with_output() => output.map_err(Error::Spawn)?,
        () = tokio::time::sleep(patience) => return Ok(Err("perf did not end in time".to_owned())),
        () = interrupt.wait() => return Err(Stop::Interrupted),
    };
    let answer = output
        .stdout
        .split(|byte| *byte == b'\n')
        .rev()
        .find_map(|line| serde_json::from_slice::<Answer>(line).ok());
    let profiled = match answer {
        Some(Answer::Profiled(profiled)) => profiled,
        Some(Answer::Failed(failed)) => return Ok(Err(failed.to_string())),
        _ => {
            let said = String::from_utf8_lossy(&output.stderr);
            let line = said.lines().map(str::trim).find(|line| !line.is_empty());
            return Ok(Err(format!("perf: {}", line.unwrap_or("it said nothing"))));
        }
    };
    let script = Command::new(perf)
        .args(["script", "-F", "comm,ip,sym,dso", "-i"])
        .arg(&data)
        .stdin(Stdio::null())
        .kill_on_drop(true)
        .output();
    let script = tokio::select! {
        script = script => script.map_err(Error::Spawn)?,
        () = tokio::time::sleep(patience) => return Ok(Err("perf script did not end in time".to_owned())),
        () = interrupt.wait() => return Err(Stop::Interrupted),
    };
    // The map serves nobody any more.
    let _ = fs::remove_file(format!("/tmp/perf-{}.map", profiled.pid));
    let text = String::from_utf8_lossy(&script.stdout[..script.stdout.len().min(MOST)]);
    let file = program.file_name().unwrap_or_default().to_string_lossy();
    let naming = Naming {
        program: &file,
        native: subject.runtime == crate::NATIVE,
    };
    let samples = read(&text, &naming);
    Ok(match samples.count {
        0 => Err("perf took no sample".to_owned()),
        _ => Ok(samples),
    })
}
