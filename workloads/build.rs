//! Embeds every workload folder beside this file: whoever adds one writes a
//! `workload.toml` and touches no code. Also builds the native twins.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

use serde::Deserialize;

/// A workload folder's `workload.toml`. Paths are relative to the folder.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Workload {
    name: String,
    title: String,
    description: String,
    root_id: String,
    configuration: PathBuf,
    traffic: PathBuf,
    variant: Vec<Variant>,
}

/// One module of a workload; the first is the one measured by default.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Variant {
    name: String,
    language: String,
    toolchain: String,
    flags: String,
    module: PathBuf,
    /// The guest crate or source folder; scripts/build-workloads reads it too.
    source: Option<PathBuf>,
    /// The Rust target, for scripts/build-workloads only.
    #[serde(rename = "target")]
    _target: Option<String>,
}

fn main() {
    let root = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").expect("cargo sets it"));
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets it"));
    // The whole folder, so that a new workload is noticed.
    println!("cargo::rerun-if-changed={}", root.display());
    let mut code = String::from("&[\n");
    for folder in workload_folders(&root) {
        embed(&mut code, &folder, &out);
    }
    code.push_str("]\n");
    fs::write(out.join("catalogue.rs"), code).expect("OUT_DIR can be written");
}

fn workload_folders(root: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(root).expect("the package's folder can be read");
    let mut folders: Vec<PathBuf> = entries
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.join("workload.toml").is_file())
        .collect();
    folders.sort();
    folders
}

/// Writes one `Embedded` value.
fn embed(code: &mut String, folder: &Path, out: &Path) {
    let file = folder.join("workload.toml");
    let text = fs::read_to_string(&file).expect("workload.toml can be read");
    let workload: Workload =
        toml::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    assert!(
        !workload.variant.is_empty(),
        "{}: variant: give at least one [[variant]]",
        file.display()
    );
    let configuration = existing(&file, "configuration", folder.join(&workload.configuration));
    let traffic = existing(&file, "traffic", folder.join(&workload.traffic));
    let description = workload
        .description
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ");
    let Workload {
        name,
        title,
        root_id,
        ..
    } = &workload;
    let twin = native_twin(folder, &workload.variant, out);
    write!(
        code,
        "Embedded {{ name: {name:?}, title: {title:?}, description: {description:?}, \
         root_id: {root_id:?}, configuration: include_bytes!({configuration:?}), \
         traffic: include_bytes!({traffic:?}), twin: {twin}, variants: &["
    )
    .expect("a String takes everything");
    for variant in &workload.variant {
        let Variant {
            name,
            language,
            toolchain,
            flags,
            ..
        } = variant;
        let module = existing(&file, "variant.module", folder.join(&variant.module));
        write!(
            code,
            "EmbeddedVariant {{ name: {name:?}, language: {language:?}, toolchain: {toolchain:?}, \
             flags: {flags:?}, module: include_bytes!({module:?}) }},"
        )
        .expect("a String takes everything");
    }
    code.push_str("] },\n");
}

fn existing(file: &Path, field: &str, path: PathBuf) -> PathBuf {
    assert!(
        path.is_file(),
        "{}: {field}: {} does not exist; scripts/build-workloads makes modules, \
         scripts/make-traffic makes traffic",
        file.display(),
        path.display()
    );
    path
}

/// The twin of the first Rust variant, as the code of an `EmbeddedTwin`. A twin
/// that cannot be built is noted, not fatal.
fn native_twin(folder: &Path, variants: &[Variant], out: &Path) -> String {
    let source = variants
        .iter()
        .filter(|variant| variant.language == "Rust")
        .find_map(|variant| variant.source.as_ref());
    let Some(source) = source else {
        return "EmbeddedTwin::Unavailable { reason: \"no variant has Rust sources\", \
                remedy: \"add a Rust variant with a source folder to workload.toml\" }"
            .into();
    };
    match guest_build::host_library(&folder.join(source), &out.join("guests")) {
        Ok(library) => format!("EmbeddedTwin::Available(include_bytes!({library:?}))"),
        Err(error) => {
            // A file that is never there: try again with the next build.
            println!("cargo::rerun-if-changed={}", out.join("retry").display());
            println!("cargo::warning=no native twin: {error}");
            let (reason, remedy) = (error.to_string(), error.remedy());
            format!("EmbeddedTwin::Unavailable {{ reason: {reason:?}, remedy: {remedy:?} }}")
        }
    }
}
