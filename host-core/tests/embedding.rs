//! What an embedder needs beside a stream's own course: streams that other callbacks move on,
//! streams that outlive their VM, and VMs entered by number.

use std::sync::Arc;

use host_core::abi::Action;
use host_core::services::InProcess;
use host_core::{
    Engine, EngineOptions, FailPolicy, Isolation, Plugin, PluginSettings, Seat, Vm, VmGone, VmPool,
    VmSettings,
};
use runtime_wasmtime::{Compiler, Mode, WasmtimeEngine};

/// Holds every request; a tick lets the last one go; a response traps.
const GUEST: &str = r#"(module
  (import "env" "proxy_set_effective_context" (func $effective (param i32) (result i32)))
  (import "env" "proxy_continue_stream" (func $continue (param i32) (result i32)))
  (memory (export "memory") 1)
  (global $last (mut i32) (i32.const 0))
  (func (export "proxy_abi_version_0_2_1"))
  (func (export "proxy_on_memory_allocate") (param i32) (result i32) (i32.const 0))
  (func (export "proxy_on_context_create") (param i32 i32))
  (func (export "proxy_on_request_headers") (param i32 i32 i32) (result i32)
    (global.set $last (local.get 0)) (i32.const 1))
  (func (export "proxy_on_response_headers") (param i32 i32 i32) (result i32) unreachable)
  (func (export "proxy_on_tick") (param i32)
    (drop (call $effective (global.get $last)))
    (drop (call $continue (i32.const 0)))))
"#;

fn seat(isolation: Isolation) -> Seat {
    let mode = Mode {
        compiler: Compiler::Cranelift,
        aot: false,
    };
    let engine = WasmtimeEngine::open(mode, EngineOptions::default()).expect("available");
    let wasm = wat::parse_str(GUEST).expect("a valid guest");
    let facts = Arc::new(engine.inspect(&wasm).expect("a filter"));
    let plugin = Plugin {
        module: engine.compile(&wasm, &facts).expect("compiles"),
        facts,
        services: Arc::new(InProcess::builder().build()),
        vm: Arc::new(VmSettings::default()),
        settings: PluginSettings::default(),
        policy: FailPolicy::Closed,
    };
    let pool = VmPool::new(Arc::new(plugin), isolation).expect("starts");
    pool.seat().expect("a seat")
}

/// A stream that the guest holds.
fn held(vm: &mut Vm, root: u32, path: &str) -> u32 {
    let id = vm.create_stream(root, Box::default()).expect("created");
    let stream = vm.stream_mut(id).expect("there");
    stream.request.headers = [(":path", path)].into_iter().collect();
    assert_eq!(
        vm.on_request_headers(id, true).expect("no trap"),
        Action::Pause
    );
    id
}

#[test]
fn a_stream_that_a_tick_moves_on_is_named() {
    let mut seat = seat(Isolation::Thread);
    let mut binding = seat.bind().expect("bound");
    seat.with(&mut binding, |vm, root| {
        let (first, last) = (held(vm, root, "/a"), held(vm, root, "/b"));
        assert!(!vm.is_stirred());
        vm.on_tick(root).expect("no trap");
        assert!(vm.is_stirred());
        let mut touched = Vec::new();
        vm.each_touched(|id, _| touched.push(id));
        assert_eq!(touched, [last]);
        assert!(!vm.is_stirred());
        assert_eq!(vm.take_continued(first), (false, false));
        assert_eq!(vm.take_continued(last), (true, false));
        vm.on_tick(root).expect("no trap");
        assert!(
            !vm.is_stirred(),
            "nobody waits for a stream that goes on already"
        );
    })
    .expect("there");
}

#[test]
fn streams_are_taken_out_of_a_vm_that_has_trapped() {
    for isolation in [Isolation::Thread, Isolation::Shared, Isolation::Pool(2)] {
        let mut seat = seat(isolation);
        let mut binding = seat.bind().expect("bound");
        let number = binding.vm();
        let streams = seat
            .with(&mut binding, |vm, root| {
                let (first, second) = (held(vm, root, "/a"), held(vm, root, "/b"));
                assert!(vm.on_response_headers(first, true).is_err());
                let streams = vm.take_streams();
                assert_eq!([streams[0].0, streams[1].0], [first, second]);
                assert!(vm.take_streams().is_empty() && vm.stream(second).is_none());
                streams
            })
            .expect("there");
        let paths = streams
            .iter()
            .map(|(_, stream)| stream.request.headers.get(b":path"));
        assert!(paths.eq([Some(&b"/a"[..]), Some(&b"/b"[..])]));
        // Streams in turn come by every slot, and each that has ended is built again.
        for _ in 0..2 {
            seat.bind().expect("bound");
        }
        assert_eq!(seat.with_vm(number, |_, _| ()), Err(VmGone), "{isolation}");
    }
}

#[test]
fn vms_are_entered_by_number() {
    for isolation in [Isolation::Thread, Isolation::Shared, Isolation::Pool(3)] {
        let mut seat = seat(isolation);
        for _ in 0..3 {
            let number = seat.bind().expect("bound").vm();
            let entered = seat.with_vm(number, |vm, _| vm.number());
            assert_eq!(entered, Ok(number), "{isolation}");
        }
        assert_eq!(
            seat.with_vm(u64::MAX, |_, _| ()),
            Err(VmGone),
            "{isolation}"
        );
    }
    let mut seat = seat(Isolation::Request);
    let number = seat.bind().expect("bound").vm();
    assert_eq!(seat.with_vm(number, |_, _| ()), Err(VmGone));
}
