//! The guest of the overhead benches, in the host core and for hand-written hosts.

use std::sync::Arc;

use host_core::services::InProcessBuilder;
use host_core::{Engine, PluginSettings, Stream, Vm, VmSettings};

#[path = "headers.rs"]
mod headers;
pub(crate) use headers::{CALLS, HEADERS};

pub(crate) fn wasm() -> Vec<u8> {
    wat::parse_str(include_str!("guest.wat")).expect("the guest is valid")
}

/// A started VM with one plugin.
pub(crate) struct Running {
    pub(crate) vm: Vm,
    pub(crate) root: u32,
}

impl Running {
    pub(crate) fn new(engine: &dyn Engine) -> Self {
        let wasm = wasm();
        let facts = Arc::new(engine.inspect(&wasm).expect("facts"));
        let module = engine.compile(&wasm, &facts).expect("compiles");
        let services = Arc::new(InProcessBuilder::default().build());
        let mut vm =
            Vm::new(&*module, &facts, services, Arc::new(VmSettings::default())).expect("starts");
        let root = vm.add_root(PluginSettings::default()).expect("configures");
        Self { vm, root }
    }

    /// A stream whose request headers the guest may read.
    pub(crate) fn stream(&mut self) -> u32 {
        let mut stream = Box::<Stream>::default();
        stream.request.headers = HEADERS.into_iter().collect();
        let id = self
            .vm
            .create_stream(self.root, stream)
            .map_err(|(trap, _)| trap);
        let id = id.expect("no trap");
        self.vm.on_request_headers(id, false).expect("no trap");
        id
    }
}
