//! Embeds every workload folder beside this file: whoever adds one writes a
//! `workload.toml` and touches no code. Also builds the native twins.

#[path = "src/digest.rs"]
mod digest;
// The library has a use for all that is in it.
#[allow(dead_code)]
#[path = "src/manifest.rs"]
mod manifest;

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

use digest::sha256;
use manifest::Manifest;

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
    let manifest = Manifest::parse(&text).unwrap_or_else(|fault| {
        let (field, reason, remedy) = (fault.field, fault.reason, fault.remedy);
        panic!("{}: {field}: {reason}; {remedy}", file.display())
    });
    let twin = native_twin(folder, &manifest, out);
    write!(code, "Embedded {{ manifest: {text:?}, files: &[").expect("a String takes everything");
    for path in named_files(&manifest) {
        let source = existing(&file, folder.join(path));
        write!(code, "({path:?}, include_bytes!({source:?})),").expect("a String takes everything");
    }
    code.push_str("], sources: &[");
    for variant in &manifest.variants {
        if let (None, Some(source)) = (&variant.module, &variant.source) {
            let source = folder.join(source);
            let digest = source_sha256(&source)
                .unwrap_or_else(|error| panic!("{}: {error}", source.display()));
            write!(code, "({:?}, {digest:?}),", variant.name).expect("a String takes everything");
        }
    }
    writeln!(code, "], twin: {twin} }},").expect("a String takes everything");
}

/// Every file that a manifest names, once.
fn named_files(manifest: &Manifest) -> BTreeSet<&Path> {
    let variants = manifest.variants.iter();
    let of_variants = variants.flat_map(|variant| [&variant.module, &variant.configuration]);
    let models = manifest.models.iter().map(|model| &model.file);
    let mut files: BTreeSet<&Path> = of_variants.flatten().map(PathBuf::as_path).collect();
    files.extend(models.chain([&manifest.traffic]).map(PathBuf::as_path));
    files
}

fn existing(file: &Path, path: PathBuf) -> PathBuf {
    assert!(
        path.is_file(),
        "{}: {} does not exist; scripts/build-workloads makes modules, \
         scripts/make-traffic makes traffic, scripts/make-models makes models",
        file.display(),
        path.display()
    );
    path
}

/// The twin of the first Rust variant, as the code of an `EmbeddedTwin`. A twin
/// that cannot be built is noted, not fatal.
fn native_twin(folder: &Path, manifest: &Manifest, out: &Path) -> String {
    let found = manifest.twin_source();
    let Some((variant, source)) = found.and_then(|found| Some((found, found.source.as_ref()?)))
    else {
        return "EmbeddedTwin::Unavailable { reason: \"no variant has Rust sources\", \
                remedy: \"add a Rust variant with a source folder to workload.toml\" }"
            .into();
    };
    let features = variant.cargo_features();
    match guest_build::host_library(&folder.join(source), &features, &out.join("guests")) {
        Ok(library) => {
            // Two workloads may be one crate, whose next build replaces the library.
            let twin = out.join(format!("{}.twin", manifest.name));
            fs::copy(library, &twin).expect("OUT_DIR can be written");
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

/// sha256 of the lines that `sha256sum` prints for the source files in the order of their
/// names, which is what scripts/build-workloads writes into its manifests. Of a crate these
/// are the manifests and `src`, else all that is there.
fn source_sha256(folder: &Path) -> io::Result<String> {
    let mut found = Vec::new();
    if folder.join("Cargo.toml").is_file() {
        for name in ["Cargo.toml", "Cargo.lock"] {
            found.push((name.to_owned(), folder.join(name)));
        }
        files(&folder.join("src"), "src/", &mut found)?;
    } else {
        files(folder, "", &mut found)?;
    }
    found.sort();
    let mut listing = String::new();
    for (name, path) in found {
        // Writing to a String cannot fail.
        let _ = writeln!(listing, "{}  {name}", sha256(&fs::read(path)?));
    }
    Ok(sha256(listing.as_bytes()))
}

/// Every file below a folder, by its name from there with '/' between the parts.
fn files(folder: &Path, prefix: &str, found: &mut Vec<(String, PathBuf)>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if path.is_dir() {
            files(&path, &format!("{prefix}{name}/"), found)?;
        } else {
            found.push((format!("{prefix}{name}"), path));
        }
    }
    Ok(())
}
