//! Builds the puppet for the host, for the native twin's part of the suite, and lets the
//! tests offer the host functions to it.

use std::path::{Path, PathBuf};
use std::{env, fs};

fn main() {
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets OUT_DIR"));
    let source =
        Path::new(&env::var_os("CARGO_MANIFEST_DIR").expect("cargo sets CARGO_MANIFEST_DIR"))
            .join("puppet");
    // A machine that cannot build it can still check every other runtime.
    let expression = match guest_build::host_library(&source, &[], &out.join("puppet")) {
        Ok(library) => format!("Ok(include_bytes!({:?}))", library.display().to_string()),
        Err(error) => format!(
            "Err({:?}.to_owned())",
            format!("{error}; {}", error.remedy())
        ),
    };
    fs::write(out.join("puppet_library.rs"), expression).expect("OUT_DIR can be written to");
    let arguments: &[&str] = match env::var("CARGO_CFG_TARGET_VENDOR").as_deref() {
        Ok("apple") => &["-Wl,-export_dynamic"],
        _ => &[
            "-Wl,--export-dynamic-symbol=proxy_*",
            "-Wl,--export-dynamic-symbol=wasi_ephemeral_nn_*",
        ],
    };
    for argument in arguments {
        println!("cargo::rustc-link-arg-tests={argument}");
    }

    // How to link V8, where scripts/engines/v8 prepared it.
    println!("cargo::rerun-if-env-changed=PWBENCH_V8_LINK");
    if env::var_os("CARGO_FEATURE_V8").is_some()
        && let Ok(arguments) = env::var("PWBENCH_V8_LINK")
    {
        println!("cargo::rustc-link-arg-tests=@{arguments}");
    }
    println!("cargo::rerun-if-changed=build.rs");
}
