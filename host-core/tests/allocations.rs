//! A host call allocates nothing on the host's heap once the VM is warm, besides what a map
//! stores. A counting allocator watches.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::sync::Arc;

use host_core::services::InProcess;
use host_core::{Engine, EngineOptions, PluginSettings, Stream, Vm, VmSettings};
use runtime_wasmtime::{Compiler, Mode, WasmtimeEngine};

thread_local! {
    static ALLOCATIONS: Cell<u64> = const { Cell::new(0) };
}

struct Counting;

fn count() {
    // A thread that is ending has no counter any more, and nobody asks for it.
    let _ = ALLOCATIONS.try_with(|allocations| allocations.set(allocations.get() + 1));
}

// SAFETY: every call is passed on to the system's allocator unchanged.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count();
        // SAFETY: the caller keeps the contract of `alloc`.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, place: *mut u8, layout: Layout) {
        // SAFETY: the caller keeps the contract of `dealloc`.
        unsafe { System.dealloc(place, layout) }
    }

    unsafe fn realloc(&self, place: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        count();
        // SAFETY: the caller keeps the contract of `realloc`.
        unsafe { System.realloc(place, layout, size) }
    }
}

#[global_allocator]
static COUNTING: Counting = Counting;

/// A filter that calls host functions of the hot path: look up, list, replace, remove, add,
/// log below the level, time, body size.
const GUEST: &str = r#"(module
  (import "env" "proxy_get_header_map_value" (func $get (param i32 i32 i32 i32 i32) (result i32)))
  (import "env" "proxy_get_header_map_pairs" (func $pairs (param i32 i32 i32) (result i32)))
  (import "env" "proxy_replace_header_map_value" (func $set (param i32 i32 i32 i32 i32) (result i32)))
  (import "env" "proxy_add_header_map_value" (func $add (param i32 i32 i32 i32 i32) (result i32)))
  (import "env" "proxy_remove_header_map_value" (func $remove (param i32 i32 i32) (result i32)))
  (import "env" "proxy_log" (func $log (param i32 i32 i32) (result i32)))
  (import "env" "proxy_get_current_time_nanoseconds" (func $now (param i32) (result i32)))
  (memory (export "memory") 2)
  (data (i32.const 16) "x-wanted")
  (data (i32.const 32) "some value")
  (func (export "proxy_abi_version_0_2_1"))
  (func (export "proxy_on_memory_allocate") (param i32) (result i32) (i32.const 4096))
  (func (export "proxy_on_context_create") (param i32 i32))
  (func (export "proxy_on_done") (param i32) (result i32) (i32.const 1))
  (func (export "proxy_on_delete") (param i32))
  (func (export "proxy_on_request_headers") (param i32 i32 i32) (result i32)
    (i32.or (call $get (i32.const 0) (i32.const 16) (i32.const 8) (i32.const 0) (i32.const 4))
    (i32.or (call $pairs (i32.const 0) (i32.const 0) (i32.const 4))
    (i32.or (call $set (i32.const 0) (i32.const 16) (i32.const 8) (i32.const 32) (i32.const 10))
    (i32.or (call $remove (i32.const 0) (i32.const 16) (i32.const 8))
    (i32.or (call $add (i32.const 0) (i32.const 16) (i32.const 8) (i32.const 32) (i32.const 10))
    (i32.or (call $log (i32.const 1) (i32.const 32) (i32.const 10))
            (call $now (i32.const 64))))))))))
"#;

fn filter() -> (Vm, u32) {
    let mode = Mode {
        compiler: Compiler::Cranelift,
        aot: false,
    };
    let engine = WasmtimeEngine::open(mode, EngineOptions::default()).expect("available");
    let wasm = wat::parse_str(GUEST).expect("a valid guest");
    let facts = Arc::new(engine.inspect(&wasm).expect("a filter"));
    let module = engine.compile(&wasm, &facts).expect("compiles");
    let services = Arc::new(InProcess::builder().build());
    let settings = Arc::new(VmSettings::default());
    let mut vm = Vm::new(&*module, &facts, services, settings).expect("starts");
    let root = vm
        .add_root(PluginSettings::default())
        .expect("is configured");
    (vm, root)
}

/// One transaction's request; answers the guest's statuses or-ed together, as an action.
fn transaction(vm: &mut Vm, root: u32, mut stream: Box<Stream>) -> Box<Stream> {
    stream.clear();
    for number in 0..15_u8 {
        let name = [b'x', b'-', b'a' + number];
        stream
            .request
            .headers
            .add(&name, b"a value of usual length")
            .expect("room");
    }
    stream
        .request
        .headers
        .add(b"x-wanted", b"0123456789abcdef0123456789abcdef")
        .expect("room");
    let id = vm.create_stream(root, stream).expect("no trap");
    vm.on_request_headers(id, true).expect("no trap");
    vm.finish(id).expect("no trap").expect("not delayed")
}

#[test]
fn a_warm_vm_serves_transactions_without_allocating() {
    let (mut vm, root) = filter();
    let mut stream = Box::<Stream>::default();
    for _ in 0..10 {
        stream = transaction(&mut vm, root, stream);
    }
    assert_eq!(
        stream.request.headers.get(b"x-wanted"),
        Some(&b"some value"[..]),
        "the guest's calls must have succeeded"
    );
    let before = ALLOCATIONS.get();
    for _ in 0..1_000 {
        stream = transaction(&mut vm, root, stream);
    }
    assert_eq!(
        ALLOCATIONS.get() - before,
        0,
        "allocations in 1,000 transactions"
    );
}

#[test]
fn the_counter_counts() {
    let before = ALLOCATIONS.get();
    drop(std::hint::black_box(vec![1_u8; 100]));
    assert!(ALLOCATIONS.get() > before);
}
