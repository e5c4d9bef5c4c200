//! Present so that cargo resolves the build dependencies.
fn main() {
    println!("cargo::rerun-if-changed=build.rs");
}
