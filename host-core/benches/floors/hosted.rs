//! The same work through the host core.

use std::sync::Arc;

use host_core::abi::Action;
use host_core::services::InProcess;
use host_core::{Engine, EngineOptions, PluginSettings, Stream, Vm, VmSettings};
use runtime_wasmtime::{Compiler, Mode, WasmtimeEngine};

pub(crate) struct Hosted {
    vm: Vm,
    root: u32,
    stream: u32,
    spare: Option<Box<Stream>>,
}

impl Hosted {
    pub(crate) fn new() -> Self {
        let mode = Mode {
            compiler: Compiler::Cranelift,
            aot: false,
        };
        let engine = WasmtimeEngine::open(mode, EngineOptions::default()).expect("available");
        let wasm = crate::guest();
        let facts = Arc::new(engine.inspect(&wasm).expect("the guest is a filter"));
        let module = engine.compile(&wasm, &facts).expect("the guest compiles");
        let services = Arc::new(InProcess::builder().build());
        let mut vm = Vm::new(&*module, &facts, services, Arc::new(VmSettings::default()))
            .expect("the guest starts");
        let root = vm
            .add_root(PluginSettings::default())
            .expect("the plugin starts");
        let mut stream = Box::<Stream>::default();
        stream.request.headers = crate::headers().into_iter().collect();
        let stream = vm.create_stream(root, stream).expect("no trap");
        Self {
            vm,
            root,
            stream,
            spare: Some(Box::default()),
        }
    }

    pub(crate) fn tick(&mut self) {
        self.vm.on_tick(self.root).expect("no trap");
    }

    pub(crate) fn cycle(&mut self) {
        let stream = self.spare.take().expect("given back each time");
        let id = self.vm.create_stream(self.root, stream).expect("no trap");
        self.spare = self.vm.finish(id).expect("no trap");
    }

    pub(crate) fn look_up(&mut self) {
        let action = self
            .vm
            .on_request_headers(self.stream, true)
            .expect("no trap");
        assert_eq!(action, Action::Continue);
    }
}
