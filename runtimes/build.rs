//! Links V8 into the tests the way `scripts/engines/v8` prepared it, where it did.

use std::env;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-env-changed=PWBENCH_V8_LINK");
    if env::var_os("CARGO_FEATURE_V8").is_some()
        && let Ok(arguments) = env::var("PWBENCH_V8_LINK")
    {
        println!("cargo::rustc-link-arg=@{arguments}");
    }
}
