//! Lets the executables offer `proxy_*` to native twins, and records what built them.

use std::env;
use std::path::Path;
use std::process::Command;

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    let arguments: &[&str] = match env::var("CARGO_CFG_TARGET_VENDOR").as_deref() {
        Ok("apple") => &["-Wl,-export_dynamic"],
        _ => &[
            "-Wl,--export-dynamic-symbol=proxy_*",
            "-Wl,--export-dynamic-symbol=wasi_ephemeral_nn_*",
        ],
    };
    for argument in arguments {
        println!("cargo:rustc-link-arg-bins={argument}");
    }

    // wasmer's LLVM compiler may be linked to a shared LLVM outside the system's folders.
    println!("cargo:rerun-if-env-changed=LLVM_SYS_221_PREFIX");
    if env::var_os("CARGO_FEATURE_WASMER_LLVM").is_some()
        && let Ok(prefix) = env::var("LLVM_SYS_221_PREFIX")
    {
        println!("cargo:rustc-link-arg=-Wl,-rpath,{prefix}/lib");
    }

    // How to link V8, where scripts/engines/v8 prepared it.
    println!("cargo:rerun-if-env-changed=PWBENCH_V8_LINK");
    if env::var_os("CARGO_FEATURE_V8").is_some()
        && let Ok(arguments) = env::var("PWBENCH_V8_LINK")
    {
        println!("cargo:rustc-link-arg=@{arguments}");
    }

    let rustc = env::var("RUSTC").unwrap_or_else(|_| "rustc".to_owned());
    let rustc =
        first_line(Command::new(rustc).arg("--version")).unwrap_or_else(|| "unknown".to_owned());
    println!("cargo:rustc-env=PWBENCH_RUSTC={rustc}");

    // Without git, or outside of a clone, the version stands alone.
    let commit = first_line(Command::new("git").args(["rev-parse", "--short=12", "HEAD"]))
        .unwrap_or_default();
    println!("cargo:rustc-env=PWBENCH_COMMIT={commit}");
    for path in [".git/HEAD", ".git/logs/HEAD"] {
        if Path::new(path).exists() {
            println!("cargo:rerun-if-changed={path}");
        }
    }
}

fn first_line(command: &mut Command) -> Option<String> {
    let output = command
        .output()
        .ok()
        .filter(|output| output.status.success())?;
    let text = String::from_utf8(output.stdout).ok()?;
    text.lines().next().map(str::to_owned)
}
