//! Threads beside each other: every isolation gives right outcomes, and waiting for a shared
//! VM is seen by who asked for it.

use std::any::Any;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use host_core::services::InProcess;
use host_core::{
    Driver, Ending, Engine, EngineOptions, Exchange, FailPolicy, Isolation, LockWatch, Plugin,
    PluginSettings, VmPool, VmSettings,
};
use runtime_wasmtime::{Compiler, Mode, WasmtimeEngine};

/// Adds a header to every request; traps where the path is 5 bytes long.
const GUEST: &str = r#"(module
  (import "env" "proxy_add_header_map_value"
    (func $add (param i32 i32 i32 i32 i32) (result i32)))
  (import "env" "proxy_get_header_map_value"
    (func $get (param i32 i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 16) "x-seen1:path")
  (func (export "proxy_abi_version_0_2_1"))
  (func (export "proxy_on_memory_allocate") (param i32) (result i32) (i32.const 1024))
  (func (export "proxy_on_context_create") (param i32 i32))
  (func (export "proxy_on_request_headers") (param i32 i32 i32) (result i32)
    (drop (call $get (i32.const 0) (i32.const 23) (i32.const 5) (i32.const 0) (i32.const 4)))
    (if (i32.eq (i32.load (i32.const 4)) (i32.const 5)) (then unreachable))
    (drop (call $add (i32.const 0)
      (i32.const 16) (i32.const 6) (i32.const 22) (i32.const 1)))
    (i32.const 0)))
"#;

fn plugin(services: &Arc<InProcess>) -> Arc<Plugin> {
    let mode = Mode {
        compiler: Compiler::Cranelift,
        aot: false,
    };
    let engine = WasmtimeEngine::open(mode, EngineOptions::default()).expect("available");
    let wasm = wat::parse_str(GUEST).expect("a valid guest");
    let facts = Arc::new(engine.inspect(&wasm).expect("a filter"));
    Arc::new(Plugin {
        module: engine.compile(&wasm, &facts).expect("compiles"),
        facts,
        services: services.clone(),
        vm: Arc::new(VmSettings::default()),
        settings: PluginSettings::default(),
        policy: FailPolicy::Closed,
    })
}

fn exchange(path: &str) -> Exchange {
    let mut exchange = Exchange::default();
    exchange.request.headers = [(":path", path)].into_iter().collect();
    exchange
}

const ALL: [Isolation; 4] = [
    Isolation::Shared,
    Isolation::Thread,
    Isolation::Pool(2),
    Isolation::Request,
];

#[test]
fn threads_get_right_outcomes_under_every_isolation() {
    for isolation in ALL {
        let services = Arc::new(InProcess::builder().build());
        let pool = VmPool::new(plugin(&services), isolation).expect("starts");
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    let seat = pool.seat().expect("a seat");
                    let mut driver = Driver::new(seat, services.clone());
                    for _ in 0..200 {
                        assert_eq!(driver.run(&exchange("/fine-path")), Ending::Forwarded);
                        let seen = driver.stream().request.headers.get(b"x-seen");
                        assert_eq!(seen, Some(&b"1"[..]), "{isolation}");
                    }
                });
            }
        });
        assert_eq!(pool.rebuilt(), 0, "{isolation}");
    }
}

#[test]
fn a_trap_costs_its_own_stream_and_the_vm_is_built_again() {
    for isolation in [Isolation::Shared, Isolation::Pool(2)] {
        let services = Arc::new(InProcess::builder().build());
        let pool = VmPool::new(plugin(&services), isolation).expect("starts");
        let mut driver = Driver::new(pool.seat().expect("a seat"), services);
        for round in 0..10 {
            let ending = driver.run(&exchange("/trap"));
            assert!(
                matches!(ending, Ending::Failed(_)),
                "{isolation} {round}: {ending:?}"
            );
            for _ in 0..pool.slots() {
                assert_eq!(driver.run(&exchange("/fine-path")), Ending::Forwarded);
            }
        }
        assert!(pool.rebuilt() >= 9, "{isolation}: {}", pool.rebuilt());
    }
}

/// What a seat's locks took.
#[derive(Debug, Default)]
struct Seen {
    free: usize,
    waits: Vec<Duration>,
}

impl LockWatch for Seen {
    fn taken(&mut self, waited: Option<Duration>) {
        match waited {
            Some(waited) => self.waits.push(waited),
            None => self.free += 1,
        }
    }
}

fn seen(watch: Option<Box<dyn LockWatch>>) -> Box<Seen> {
    let watch: Box<dyn Any> = watch.expect("a watch");
    watch.downcast().expect("the one that was set")
}

#[test]
fn a_vm_of_ones_own_takes_no_locks_and_a_free_one_is_not_waited_for() {
    for (isolation, locks) in [(Isolation::Thread, false), (Isolation::Shared, true)] {
        let services = Arc::new(InProcess::builder().build());
        let pool = VmPool::new(plugin(&services), isolation).expect("starts");
        let mut driver = Driver::new(pool.seat().expect("a seat"), services);
        driver.seat().set_lock_watch(Some(Box::<Seen>::default()));
        driver.run(&exchange("/fine-path"));
        let seen = seen(driver.seat().set_lock_watch(None));
        assert_eq!((seen.free > 0, seen.waits.len()), (locks, 0), "{isolation}");
    }
}

#[test]
fn a_wait_is_about_as_long_as_the_lock_was_held() {
    const HELD: Duration = Duration::from_millis(50);
    let services = Arc::new(InProcess::builder().build());
    let pool = VmPool::new(plugin(&services), Isolation::Shared).expect("starts");
    // The second thread may be late by so much that the lock is free again.
    let waited = (0..20).find_map(|_| {
        let (locked, asking) = (AtomicBool::new(false), AtomicBool::new(false));
        std::thread::scope(|scope| {
            scope.spawn(|| {
                let mut seat = pool.seat().expect("a seat");
                let mut binding = seat.bind().expect("bound");
                let held = seat.with(&mut binding, |_, _| {
                    locked.store(true, Ordering::Release);
                    while !asking.load(Ordering::Acquire) {
                        std::thread::yield_now();
                    }
                    std::thread::sleep(HELD);
                });
                held.expect("entered");
            });
            let mut seat = pool.seat().expect("a seat");
            seat.set_lock_watch(Some(Box::<Seen>::default()));
            let mut binding = seat.bind().expect("bound");
            while !locked.load(Ordering::Acquire) {
                std::thread::yield_now();
            }
            asking.store(true, Ordering::Release);
            seat.with(&mut binding, |_, _| ()).expect("entered");
            let seen = seen(seat.set_lock_watch(None));
            seen.waits
                .first()
                .copied()
                .filter(|waited| *waited > HELD / 4)
        })
    });
    let waited = waited.expect("a wait");
    assert!(waited < HELD * 200, "{waited:?}");
}
