//! Compiles WAMR's fast interpreter and the loader of its artifacts from the C tree that the
//! crate wamrx-sys carries, or from the checkout that `WAMR_ROOT` names.
//!
//! Where that cannot be done the crate still builds, and says at run time what was missing.

#[path = "build/recipe.rs"]
mod recipe;
#[path = "build/source.rs"]
mod source;

use std::collections::BTreeMap;
use std::env;
use std::path::{Path, PathBuf};

/// The variant of native/variants.json that is linked.
const LINKED: &str = "fast";

fn main() {
    for file in ["build.rs", "build", "native"] {
        println!("cargo:rerun-if-changed={file}");
    }
    println!("cargo:rerun-if-env-changed=WAMR_ROOT");
    println!("cargo:rustc-check-cfg=cfg(wamr_linked)");
    match link() {
        Ok(version) => {
            println!("cargo:rustc-cfg=wamr_linked");
            println!("cargo:rustc-env=WAMR_VERSION={version}");
        }
        Err(missing) => {
            let line = missing.replace('\n', " ");
            println!("cargo:warning=without wamr/fast-interp and wamr/aot: {line}");
            println!("cargo:rustc-env=WAMR_MISSING={line}");
        }
    }
}

/// Compiles the library and answers its version.
fn link() -> Result<String, String> {
    let root = source::root()?;
    let version = source::version(&root)?;
    let recipe = recipe::Recipe::read(Path::new("native/variants.json"), LINKED)?;
    let mut build = cc::Build::new();
    build.includes(recipe.includes().map(|folder| root.join(folder)));
    build
        .std("gnu99")
        .opt_level(3)
        .debug(false)
        .warnings(false)
        .pic(true)
        .flag_if_supported("-fvisibility=hidden")
        .flag("-ffunction-sections")
        .flag("-fdata-sections");
    define(&mut build, recipe.defines());
    let mut groups: BTreeMap<Vec<&str>, Vec<PathBuf>> = BTreeMap::new();
    for file in recipe.sources(&root)? {
        groups
            .entry(recipe.alone(&root, &file))
            .or_default()
            .push(file);
    }
    let mut library = build.clone();
    library.file("native/shim.c");
    for (alone, files) in groups {
        let mut group = build.clone();
        define(&mut group, alone.into_iter());
        let objects = group.files(files).try_compile_intermediates();
        library.objects(objects.map_err(|error| error.to_string())?);
    }
    library
        .try_compile("pwbench_wamr_fast")
        .map_err(|error| error.to_string())?;
    if env::var("CARGO_CFG_TARGET_OS").as_deref() == Ok("linux") {
        for library in ["m", "dl", "pthread"] {
            println!("cargo:rustc-link-lib=dylib={library}");
        }
    }
    Ok(version)
}

fn define<'a>(build: &mut cc::Build, defines: impl Iterator<Item = &'a str>) {
    for define in defines {
        match define.split_once('=') {
            Some((name, value)) => build.define(name, value),
            None => build.define(define, None),
        };
    }
}
