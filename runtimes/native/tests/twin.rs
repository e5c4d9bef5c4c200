//! A small native guest, compiled here, through the engine.
#![cfg(unix)]

#[path = "../../tests/suite/host.rs"]
mod host;

use std::path::Path;
use std::process::Command;
use std::sync::{Arc, LazyLock};

use host::host;
use host_core::abi::{AbiVersion, Callback, Status};
use host_core::{Engine, EngineOptions, Instance, ModuleError};
use runtime_native::NativeEngine;

/// The guest's library, compiled once.
static TWIN: LazyLock<Vec<u8>> = LazyLock::new(|| library("twin.rs", "pub fn unused() {}"));

/// Compiles a file of `tests/guest`, or `source` where there is none of that name.
fn library(name: &str, source: &str) -> Vec<u8> {
    let folder = tempfile::tempdir().expect("a folder");
    let mut file = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/guest")
        .join(name);
    if !file.exists() {
        file = folder.path().join(name);
        std::fs::write(&file, source).expect("writes");
    }
    let output = folder.path().join("library");
    let mut rustc = Command::new(std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into()));
    rustc
        .args(["--edition=2024", "--crate-type=cdylib", "-O", "-o"])
        .arg(&output)
        .arg(&file);
    if cfg!(target_vendor = "apple") {
        rustc.args(["-C", "link-arg=-undefined", "-C", "link-arg=dynamic_lookup"]);
    }
    assert!(rustc.status().expect("rustc runs").success());
    std::fs::read(output).expect("reads")
}

fn engine() -> NativeEngine {
    NativeEngine::open(EngineOptions::default()).expect("opens")
}

fn vms<const N: usize>() -> [Box<dyn Instance>; N] {
    let engine = engine();
    let facts = Arc::new(engine.inspect(&TWIN).expect("facts"));
    let module = engine.compile(&TWIN, &facts).expect("opens");
    std::array::from_fn(|_| module.instantiate(host()).expect("instantiates"))
}

fn ask(vm: &mut dyn Instance, what: u32) -> u32 {
    vm.call(Callback::RequestTrailers, &[what, 0, 0, 0, 0])
        .expect("no trap")
}

#[test]
fn facts_are_read_from_the_symbols() {
    let facts = engine().inspect(&TWIN).expect("facts");
    assert_eq!(facts.version, AbiVersion::V0_2_1);
    assert_eq!(facts.allocator, Some("proxy_on_memory_allocate"));
    assert_eq!(facts.start, Some("_initialize"));
    assert!(facts.callbacks.contains(Callback::RequestTrailers));
    assert!(!facts.callbacks.contains(Callback::Tick));
}

#[test]
fn callbacks_pass_their_arguments_and_results() {
    let [mut vm] = vms();
    let vm = &mut *vm;
    let arguments = [1, 2, 3, 4, 5];
    for (callback, result, seen) in [
        (Callback::ContextCreate, 0, 21),
        (Callback::Log, 0, 1),
        (Callback::Configure, 1, 1),
        (Callback::RequestHeaders, 121, 1),
        (Callback::HttpCallResponse, 0, 54_321),
        (Callback::Tick, 0, 54_321),
    ] {
        assert_eq!(
            vm.call(callback, &arguments).expect("no trap"),
            result,
            "{callback:?}"
        );
        assert_eq!(ask(vm, 0), seen, "{callback:?}");
    }
    assert_eq!(
        vm.call(Callback::Configure, &[2, 1, 0, 0, 0])
            .expect("no trap"),
        0
    );
}

#[test]
fn host_calls_write_through_native_pointers() {
    let [mut vm] = vms();
    assert!(ask(&mut *vm, 2) <= 5);
}

#[test]
fn host_calls_enter_the_guests_allocator() {
    let [mut vm] = vms();
    for _ in 0..3 {
        assert_eq!(ask(&mut *vm, 3), 5000 + u32::from(b'h'));
    }
}

#[test]
fn null_with_a_length_is_an_invalid_access() {
    let [mut vm] = vms();
    assert_eq!(ask(&mut *vm, 4), Status::InvalidMemoryAccess as u32);
}

#[test]
fn host_calls_from_a_thread_of_the_guests_own_fail() {
    let [mut vm] = vms();
    assert_eq!(ask(&mut *vm, 5), Status::InternalFailure as u32);
}

#[test]
fn every_vm_has_statics_and_thread_locals_of_its_own() {
    let [mut first, mut second] = vms();
    first.start().expect("starts");
    first
        .call(Callback::Log, &[7, 0, 0, 0, 0])
        .expect("no trap");
    assert_eq!((ask(&mut *first, 0), ask(&mut *first, 1)), (7, 1));
    assert_eq!((ask(&mut *second, 0), ask(&mut *second, 1)), (0, 0));
}

#[test]
fn a_vm_runs_on_the_thread_that_called_it_first_and_on_no_other() {
    let [mut vm] = vms();
    let mut vm = std::thread::spawn(move || {
        vm.start().expect("starts");
        vm
    })
    .join()
    .expect("no panic");
    let trap = vm
        .call(Callback::Log, &[1, 0, 0, 0, 0])
        .expect_err("another thread");
    assert!(trap.message().contains("another"), "{trap}");
}

#[test]
fn what_is_no_library_is_refused() {
    for bytes in [&b""[..], b"\0asm\x01\0\0\0", &TWIN[..100]] {
        let refused = engine().inspect(bytes).expect_err("refused");
        assert!(matches!(refused, ModuleError::Library { .. }), "{refused}");
    }
}

#[test]
fn a_library_that_is_no_guest_is_refused() {
    let library = library("empty.rs", "pub fn unused() {}");
    let refused = engine().inspect(&library).expect_err("refused");
    assert!(
        matches!(refused, ModuleError::NoVersion { .. }),
        "{refused}"
    );
}

#[test]
fn a_library_that_wants_unknown_host_functions_is_refused_by_name() {
    let source = r#"
        unsafe extern "C" { fn proxy_no_such_thing(); }
        #[unsafe(no_mangle)] pub extern "C" fn proxy_abi_version_0_2_1() {}
        #[unsafe(no_mangle)] pub extern "C" fn proxy_on_log(_: u32) {
            unsafe { proxy_no_such_thing() }
        }"#;
    let library = library("stranger.rs", source);
    let refused = engine().inspect(&library).expect_err("refused");
    assert!(matches!(refused, ModuleError::Library { .. }), "{refused}");
    assert!(
        refused.to_string().contains("proxy_no_such_thing"),
        "{refused}"
    );
}

#[test]
fn all_host_functions_are_exported() {
    // 43 of Proxy-Wasm and 6 of wasi-nn.
    assert_eq!(runtime_native::keep_exports(), 49);
}
