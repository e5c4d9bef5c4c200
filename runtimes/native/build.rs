//! Lets this crate's tests and benches offer `proxy_*` to the libraries they open.

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    let argument = match std::env::var("CARGO_CFG_TARGET_VENDOR").as_deref() {
        Ok("apple") => "-Wl,-export_dynamic",
        _ => "-Wl,--export-dynamic-symbol=proxy_*",
    };
    for kind in ["tests", "benches"] {
        println!("cargo:rustc-link-arg-{kind}={argument}");
    }
}
