//! The end of a VM.

use std::sync::Arc;

use host_core::services::InProcess;
use host_core::{Engine, EngineOptions, PluginSettings, Vm, VmSettings};
use runtime_wasmtime::{Compiler, Mode, WasmtimeEngine};

const GUEST: &str = r#"(module
  (import "env" "proxy_log" (func $log (param i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "donedelete")
  (func (export "proxy_abi_version_0_2_1"))
  (func (export "proxy_on_memory_allocate") (param i32) (result i32) (i32.const 0))
  (func (export "proxy_on_context_create") (param i32 i32))
  (func (export "proxy_on_done") (param i32) (result i32)
    (drop (call $log (i32.const 2) (i32.const 0) (i32.const 4))) (i32.const 0))
  (func (export "proxy_on_delete") (param i32)
    (drop (call $log (i32.const 2) (i32.const 4) (i32.const 6)))))
"#;

#[test]
fn each_plugin_is_told_that_the_vm_ends() {
    let mode = Mode {
        compiler: Compiler::Cranelift,
        aot: false,
    };
    let engine = WasmtimeEngine::open(mode, EngineOptions::default()).expect("available");
    let wasm = wat::parse_str(GUEST).expect("a valid guest");
    let facts = Arc::new(engine.inspect(&wasm).expect("a filter"));
    let module = engine.compile(&wasm, &facts).expect("compiles");
    let services = Arc::new(InProcess::builder().collect_logs(10).build());
    let settings = Arc::new(VmSettings::default());
    let mut vm = Vm::new(&*module, &facts, services.clone(), settings).expect("starts");
    for name in ["first", "second"] {
        let name = name.to_owned();
        vm.add_root(PluginSettings {
            name,
            ..PluginSettings::default()
        })
        .expect("is configured");
    }
    vm.shut_down().expect("no trap");
    let said: Vec<_> = services
        .take_logs()
        .into_iter()
        .map(|line| format!("{} {}", line.plugin, String::from_utf8_lossy(&line.message)))
        .collect();
    assert_eq!(
        said,
        ["first done", "first delete", "second done", "second delete"]
    );
}
