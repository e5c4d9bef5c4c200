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
    /// Of every variant that names none of its own.
    configuration: Option<PathBuf>,
    traffic: PathBuf,
    /// Whether the quick preset measures it without being told its name.
    #[serde(default = "yes")]
    quick: bool,
    variant: Vec<Variant>,
    /// Models for wasi-nn.
    #[serde(default)]
    model: Vec<Model>,
}

/// A model that guests find by its name.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Model {
    name: String,
    file: PathBuf,
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
    configuration: Option<PathBuf>,
    /// The backend of wasi-nn, by its name.
    inference: Option<String>,
    /// The guest crate or source folder; scripts/build-workloads reads it too.
    source: Option<PathBuf>,
    /// Features of the guest crate.
    #[serde(default)]
    cargo_features: Vec<String>,
    /// WebAssembly features beyond the target's own, for scripts/build-workloads only.
    #[serde(rename = "target_features")]
    _target_features: Option<String>,
    /// The Rust target, for scripts/build-workloads only.
    #[serde(rename = "target")]
    _target: Option<String>,
}

fn yes() -> bool {
    true
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
        quick,
        ..
    } = &workload;
    let twin = native_twin(
        folder,
        &workload.variant,
        &out.join(format!("{name}.twin")),
        out,
    );
    write!(
        code,
        "Embedded {{ name: {name:?}, title: {title:?}, description: {description:?}, \
         root_id: {root_id:?}, quick: {quick}, traffic: include_bytes!({traffic:?}), twin: {twin}, models: &["
    )
    .expect("a String takes everything");
    for Model { name, file: model } in &workload.model {
        let model = existing(&file, "model.file", folder.join(model));
        write!(code, "({name:?}, include_bytes!({model:?})),").expect("a String takes everything");
    }
    code.push_str("], variants: &[");
    for variant in &workload.variant {
        let Variant {
            name,
            language,
            toolchain,
            flags,
            inference,
            ..
        } = variant;
        let module = existing(&file, "variant.module", folder.join(&variant.module));
        let configuration = variant.configuration.as_ref();
        let Some(configuration) = configuration.or(workload.configuration.as_ref()) else {
            panic!(
                "{}: configuration: give one for all variants or one for each",
                file.display()
            );
        };
        let configuration = existing(&file, "configuration", folder.join(configuration));
        write!(
            code,
            "EmbeddedVariant {{ name: {name:?}, language: {language:?}, toolchain: {toolchain:?}, \
             flags: {flags:?}, configuration: include_bytes!({configuration:?}), \
             inference: {inference:?}, module: include_bytes!({module:?}) }},"
        )
        .expect("a String takes everything");
    }
    code.push_str("] },\n");
}

fn existing(file: &Path, field: &str, path: PathBuf) -> PathBuf {
    assert!(
        path.is_file(),
        "{}: {field}: {} does not exist; scripts/build-workloads makes modules, \
         scripts/make-traffic makes traffic, scripts/make-models makes models",
        file.display(),
        path.display()
    );
    path
}

/// The twin of the first Rust variant, as the code of an `EmbeddedTwin`. A twin
/// that cannot be built is noted, not fatal.
fn native_twin(folder: &Path, variants: &[Variant], twin: &Path, out: &Path) -> String {
    let source = variants
        .iter()
        .filter(|variant| variant.language == "Rust")
        .find_map(|variant| Some((variant.source.as_ref()?, &variant.cargo_features)));
    let Some((source, features)) = source else {
        return "EmbeddedTwin::Unavailable { reason: \"no variant has Rust sources\", \
                remedy: \"add a Rust variant with a source folder to workload.toml\" }"
            .into();
    };
    let features: Vec<&str> = features.iter().map(String::as_str).collect();
    match guest_build::host_library(&folder.join(source), &features, &out.join("guests")) {
        Ok(library) => {
            // Two workloads may be one crate, whose next build replaces the library.
            fs::copy(library, twin).expect("OUT_DIR can be written");
            format!("EmbeddedTwin::Available(include_bytes!({twin:?}))")
        }
        Err(error) => {
            // A file that is never there: try again with the next build.
            println!("cargo::rerun-if-changed={}", out.join("retry").display());
            println!("cargo::warning=no native twin: {error}");
            let (reason, remedy) = (error.to_string(), error.remedy());
            format!("EmbeddedTwin::Unavailable {{ reason: {reason:?}, remedy: {remedy:?} }}")
        }
    }
}
