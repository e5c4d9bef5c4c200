//! Lets this crate's tests and benches offer the host functions to the libraries they open.

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    let arguments: &[&str] = match std::env::var("CARGO_CFG_TARGET_VENDOR").as_deref() {
        Ok("apple") => &["-Wl,-export_dynamic"],
        _ => &[
            "-Wl,--export-dynamic-symbol=proxy_*",
            "-Wl,--export-dynamic-symbol=wasi_ephemeral_nn_*",
        ],
    };
    for argument in arguments {
        for kind in ["tests", "benches"] {
            println!("cargo:rustc-link-arg-{kind}={argument}");
        }
    }
}
