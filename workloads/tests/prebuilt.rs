//! The modules are what their manifest says, built from the sources beside it.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use sha2::{Digest, Sha256};
use wasmparser::{Parser, Payload, Validator};
use workloads::WorkloadError;

#[derive(Deserialize)]
struct Manifest {
    module: Vec<Entry>,
}

#[derive(Deserialize)]
struct Entry {
    file: String,
    source: String,
    source_sha256: String,
    source_commit: String,
    route: String,
    toolchain: String,
    flags: String,
    wasm_opt: String,
    bytes: usize,
    sha256: String,
}

fn package() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn manifest() -> Manifest {
    let file = package().join("prebuilt/manifest.toml");
    toml::from_str(&fs::read_to_string(file).expect("a manifest")).expect("a sound manifest")
}

fn module(entry: &Entry) -> Vec<u8> {
    fs::read(package().join("prebuilt").join(&entry.file)).expect("the module")
}

fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

/// Every file below a folder, relative to the crate, with '/' between the parts.
fn files(folder: &Path, name: &str, found: &mut Vec<(String, PathBuf)>) {
    for entry in fs::read_dir(folder).expect("a source folder") {
        let path = entry.expect("a folder entry").path();
        let name = format!(
            "{name}/{}",
            path.file_name().expect("a name").to_string_lossy()
        );
        if path.is_dir() {
            files(&path, &name, found);
        } else {
            found.push((name, path));
        }
    }
}

/// What a guest is built from, by name: of a crate, the manifests and the source folder;
/// else all that is there.
fn sources(guest: &Path) -> Vec<(String, PathBuf)> {
    let mut found = Vec::new();
    if guest.join("Cargo.toml").exists() {
        let manifests = ["Cargo.toml", "Cargo.lock"];
        found.extend(manifests.map(|name| (name.to_owned(), guest.join(name))));
        files(&guest.join("src"), "src", &mut found);
    } else {
        files(guest, "", &mut found);
        for (name, _) in &mut found {
            name.remove(0);
        }
    }
    found.sort();
    found
}

#[test]
fn modules_are_those_of_the_manifest() {
    for entry in manifest().module {
        let module = module(&entry);
        assert_eq!(module.len(), entry.bytes, "{}", entry.file);
        assert_eq!(
            sha256(&module),
            entry.sha256,
            "{}: run scripts/build-workloads",
            entry.file
        );
    }
}

#[test]
fn modules_are_built_from_the_sources_as_they_are() {
    for entry in manifest().module {
        let guest = package().join("..").join(&entry.source);
        let found = sources(&guest);
        let listing: String = found
            .iter()
            .map(|(name, path)| format!("{}  {name}\n", sha256(&fs::read(path).expect("a source"))))
            .collect();
        assert_eq!(
            sha256(listing.as_bytes()),
            entry.source_sha256,
            "{}: run scripts/build-workloads",
            entry.source
        );
    }
}

#[test]
fn the_manifest_names_the_commit_that_the_sources_are_of() {
    for entry in manifest().module {
        let commit = entry.source_commit;
        let is_commit = commit.len() == 40 && commit.bytes().all(|byte| byte.is_ascii_hexdigit());
        assert!(
            is_commit,
            "{}: {commit}; commit the sources, then run scripts/build-workloads",
            entry.file
        );
    }
}

/// The toolchain without the wasm-opt that came after it.
fn compiler(toolchain: &str) -> &str {
    toolchain
        .split_once(", wasm-opt")
        .map_or(toolchain, |(compiler, _)| compiler)
}

#[test]
fn all_modules_of_a_language_come_from_one_toolchain() {
    let mut toolchains = HashMap::new();
    for entry in manifest().module {
        let first = toolchains
            .entry(entry.route)
            .or_insert_with(|| compiler(&entry.toolchain).to_owned());
        assert_eq!(*first, compiler(&entry.toolchain), "{}", entry.file);
    }
}

/// Whether a variant's module lies in the repository.
fn is_committed(workload: &str, variant: &str) -> bool {
    let path = package().join(workload).join("workload.toml");
    let text = std::fs::read_to_string(&path).expect("a workload's file");
    let table: toml::Table = text.parse().expect("TOML");
    let variants = table["variant"].as_array().expect("variants");
    variants.iter().any(|own| {
        own.get("name").and_then(toml::Value::as_str) == Some(variant)
            && own.get("module").is_some()
    })
}

#[test]
fn workloads_say_what_the_manifest_says() {
    let entries = manifest().module;
    for workload in workloads::catalogue() {
        for variant in workload.variants {
            let place = format!("{} {}", workload.name, variant.name);
            let found = match workloads::find_variant(&workload.name, &variant.name) {
                Ok(found) => found,
                Err(WorkloadError::NotBuilt { .. }) => continue,
                Err(error) => panic!("{error}"),
            };
            // What was built on this machine has a manifest of its own, even where it came out
            // the same as a committed module.
            if !is_committed(&workload.name, &variant.name) {
                continue;
            }
            let mut same = entries
                .iter()
                .filter(|entry| entry.sha256 == found.module_sha256);
            let entry = same.next().expect("a committed module is in the manifest");
            let digits = |word: &str| word.trim_start_matches(char::is_alphabetic).to_owned();
            let mut versions = entry.toolchain.split(' ').map(digits);
            let version = versions.find(|word| word.starts_with(|c: char| c.is_ascii_digit()));
            let version = version.expect("a compiler has a version");
            assert!(variant.toolchain.contains(&version), "{place}: {version}");
            let flags = match entry.wasm_opt.as_str() {
                "none" => entry.flags.clone(),
                options => format!("{}, wasm-opt {options}", entry.flags),
            };
            assert_eq!(variant.flags, flags, "{place}");
        }
    }
}

#[test]
fn modules_are_valid_and_import_only_the_abi() {
    for entry in manifest().module {
        let module = module(&entry);
        Validator::new()
            .validate_all(&module)
            .expect("a valid module");
        for payload in Parser::new(0).parse_all(&module) {
            let Payload::ImportSection(section) = payload.expect("a sound section") else {
                continue;
            };
            for import in section.into_imports() {
                let import = import.expect("a sound import");
                let known = match import.module {
                    "env" => import.name.starts_with("proxy_"),
                    other => matches!(other, "wasi_snapshot_preview1" | "wasi_ephemeral_nn"),
                };
                assert!(known, "{}: {}.{}", entry.file, import.module, import.name);
            }
        }
    }
}

#[test]
fn modules_carry_no_path_of_the_machine_that_built_them() {
    for entry in manifest().module {
        let module = module(&entry);
        for prefix in ["/home/", "/Users/", ".cargo/"] {
            let found = module
                .windows(prefix.len())
                .any(|window| window == prefix.as_bytes());
            assert!(!found, "{}: {prefix}", entry.file);
        }
    }
}
