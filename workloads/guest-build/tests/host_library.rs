//! Guest crates, sound and broken, built for the host by a real cargo.

use std::fs;
use std::path::Path;

use guest_build::{BuildError, host_library};
use tempfile::TempDir;

const LOCK: &str = "version = 4\n\n[[package]]\nname = \"guest\"\nversion = \"0.1.0\"\n";

/// A crate without dependencies, of this type and source.
fn guest(crate_type: &str, source: &str) -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let manifest = format!(
        "[package]\nname = \"guest\"\nversion = \"0.1.0\"\nedition = \"2021\"\n\
         [lib]\ncrate-type = [\"{crate_type}\"]\n[profile.release]\npanic = \"abort\"\n[workspace]\n"
    );
    write(folder.path(), "Cargo.toml", &manifest);
    write(folder.path(), "Cargo.lock", LOCK);
    fs::create_dir(folder.path().join("src")).expect("a folder");
    write(folder.path(), "src/lib.rs", source);
    folder
}

fn write(folder: &Path, name: &str, text: &str) {
    fs::write(folder.join(name), text).expect("a file");
}

fn build(guest: &TempDir) -> Result<Vec<u8>, BuildError> {
    host_library(guest.path(), &[], &guest.path().join("out"))
        .map(|library| fs::read(library).expect("the library it names"))
}

#[cfg(unix)]
#[test]
fn host_calls_stay_undefined_and_callbacks_are_exported() {
    let source = "extern \"C\" { fn proxy_done() -> u32; }\n\
                  #[no_mangle] pub extern \"C\" fn proxy_on_tick(_: u32) { unsafe { proxy_done(); } }";
    let library = build(&guest("cdylib", source)).expect("a library");
    for name in ["proxy_done", "proxy_on_tick"] {
        assert!(
            library
                .windows(name.len())
                .any(|window| window == name.as_bytes()),
            "{name}"
        );
    }
}

#[test]
fn a_broken_source_gives_the_compilers_first_error() {
    let error = build(&guest("cdylib", "pub fn broken() -> u32 { missing }")).unwrap_err();
    let BuildError::Failed { error, .. } = &error else {
        panic!("{error}");
    };
    assert!(error.starts_with("error[E0425]"), "{error}");
}

#[test]
fn a_crate_that_makes_no_shared_library_is_told_how() {
    let error = build(&guest("rlib", "")).unwrap_err();
    assert!(matches!(error, BuildError::NoSharedLibrary(_)), "{error}");
    assert!(error.remedy().contains("cdylib"));
}

#[test]
fn an_outdated_lock_file_is_not_mended_in_silence() {
    let guest = guest("cdylib", "");
    write(guest.path(), "Cargo.lock", "version = 4\n");
    assert!(matches!(
        build(&guest).unwrap_err(),
        BuildError::Failed { .. }
    ));
}

#[test]
fn a_missing_lock_file_is_named() {
    let guest = guest("cdylib", "");
    fs::remove_file(guest.path().join("Cargo.lock")).expect("it was there");
    assert!(
        build(&guest)
            .unwrap_err()
            .to_string()
            .contains("Cargo.lock is missing")
    );
}
