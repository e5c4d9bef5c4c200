//! A person's own workload from files.

use std::fs;
use std::path::{Path, PathBuf};

use tempfile::TempDir;
use workloads::{NativeTwin, Workload, WorkloadError};

const MODULE: &[u8] = b"\0asm\x01\0\0\0";
const REQUESTS: &str = r#"{"request":{"method":"GET","path":"/"}}"#;

struct Folder(TempDir);

impl Folder {
    fn new() -> Self {
        Self(tempfile::tempdir().expect("a folder"))
    }

    fn file(&self, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.0.path().join(name);
        fs::write(&path, bytes).expect("a file");
        path
    }
}

fn error(module: &Path, configuration: Option<&Path>, requests: &Path) -> WorkloadError {
    Workload::from_files(module, configuration, requests, None).unwrap_err()
}

#[test]
fn takes_a_module_its_configuration_and_its_requests() {
    let folder = Folder::new();
    let module = folder.file("my-filter.wasm", MODULE);
    let configuration = folder.file("c.toml", "not = \"json\"\n");
    let requests = folder.file("r.jsonl", REQUESTS);
    let workload =
        Workload::from_files(&module, Some(&configuration), &requests, None).expect("sound");
    assert_eq!(workload.name, "my-filter");
    assert_eq!(workload.configuration, b"not = \"json\"\n");
    assert_eq!(&*workload.module, MODULE);
    assert_eq!(
        workload.module_sha256,
        "93a44bbb96c751218e4c00d479e4c14358122a389acca16205b1e4d0dc5f9476"
    );
    assert_eq!(workload.exchanges.len(), 1);
    assert!(matches!(workload.twin, NativeTwin::Unavailable { .. }));
    let named = Workload::from_files(&module, None, &requests, Some("other")).expect("sound");
    assert_eq!(
        (named.name.as_str(), named.configuration.len()),
        ("other", 0)
    );
}

#[test]
fn takes_a_native_twin() {
    let folder = Folder::new();
    let module = folder.file("a.wasm", MODULE);
    let requests = folder.file("r.jsonl", REQUESTS);
    let library = folder.file("a.so", b"\x7fELF");
    let workload = Workload::from_files(&module, None, &requests, None).expect("sound");
    let twin = workload.with_native_twin(&library).expect("readable").twin;
    assert!(matches!(twin, NativeTwin::Available { library } if &*library == b"\x7fELF"));
}

#[test]
fn says_what_a_file_is_instead_of_a_module() {
    let folder = Folder::new();
    let requests = folder.file("r.jsonl", REQUESTS);
    for (bytes, expected) in [
        (
            &b"\0asm\x0d\0\x01\0"[..],
            "a component, not a WebAssembly module; build the plugin for wasm32-wasip1",
        ),
        (
            b" (module)",
            "WebAssembly text, not a WebAssembly module; turn it into a binary",
        ),
        (b"\x7fELF\x02", "a native library or program"),
        (b"\x1f\x8b\x08", "a gzip file"),
        (b"", "an empty file"),
        (b"\0asm", "something else"),
    ] {
        let module = folder.file("m.wasm", bytes);
        let text = error(&module, None, &requests).to_string();
        assert!(
            text.starts_with(&module.display().to_string()) && text.contains(expected),
            "{text}"
        );
    }
}

#[test]
fn names_the_file_that_is_missing_or_broken() {
    let folder = Folder::new();
    let module = folder.file("m.wasm", MODULE);
    let requests = folder.file("r.jsonl", "{}");
    let missing = folder.0.path().join("none.json");
    let text = error(&module, Some(&missing), &requests).to_string();
    assert!(
        text.contains("none.json: cannot be read") && text.contains("check the path"),
        "{text}"
    );
    let text = error(&module, None, &requests).to_string();
    assert!(
        text.contains("r.jsonl, line 1") && text.contains("missing field `request`"),
        "{text}"
    );
}

#[test]
fn refuses_a_configuration_that_is_too_large() {
    let folder = Folder::new();
    let module = folder.file("m.wasm", MODULE);
    let requests = folder.file("r.jsonl", REQUESTS);
    let configuration = folder.file("c.json", vec![b' '; 16 * 1024 * 1024 + 1]);
    let text = error(&module, Some(&configuration), &requests).to_string();
    assert!(
        text.contains("the limit for a plugin configuration"),
        "{text}"
    );
}
