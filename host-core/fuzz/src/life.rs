//! A filter's whole life: VM, root context, streams, callouts, end.

use std::sync::{Arc, LazyLock};

use host_core::abi::{Callback, CallbackSet, LogLevel};
use host_core::services::{CalloutEvent, CalloutKind, InProcess, Reply};
use host_core::{
    EngineError, Host, Instance, Module, ModuleFacts, PluginSettings, Stream, Tape, Trap, TrapKind,
    Vm, VmSettings,
};

use crate::calls::Call;
use crate::guest::{Exited, MEMORY, ScriptedGuest};
use crate::script::Script;

/// Host calls that one callback makes at most.
const CALLS: usize = 24;

/// A module that exports everything and imports nothing: its calls are the script's.
static FACTS: LazyLock<ModuleFacts> = LazyLock::new(|| {
    let mut text = String::from(
        r#"(module (memory (export "memory") 1) (func (export "proxy_abi_version_0_2_1"))
        (func (export "proxy_on_memory_allocate") (param i32) (result i32) (i32.const 0))"#,
    );
    for callback in Callback::ALL {
        let signature = callback.signature(host_core::abi::AbiVersion::V0_2_1);
        let parameters = "i32 ".repeat(signature.params.into());
        let (result, value) = match signature.result {
            true => ("(result i32)", "(i32.const 0)"),
            false => ("", ""),
        };
        text.push_str(&format!(
            "(func (export {:?}) (param {parameters}) {result} {value})",
            callback.export()
        ));
    }
    text.push(')');
    let module = wat::parse_str(text).expect("the text is right");
    ModuleFacts::read(&module).expect("a filter")
});

struct ScriptedModule {
    script: Arc<Script>,
    calls: &'static [Call],
}

struct ScriptedInstance {
    host: Host,
    memory: Vec<u8>,
    script: Arc<Script>,
    calls: &'static [Call],
}

impl Module for ScriptedModule {
    fn serialize(&self) -> Result<Vec<u8>, EngineError> {
        Ok(Vec::new())
    }

    fn code_bytes(&self) -> Option<u64> {
        None
    }

    fn instantiate(&self, host: Host) -> Result<Box<dyn Instance>, EngineError> {
        Ok(Box::new(ScriptedInstance {
            host,
            memory: vec![0; MEMORY],
            script: self.script.clone(),
            calls: self.calls,
        }))
    }
}

impl Instance for ScriptedInstance {
    fn host(&self) -> &Host {
        &self.host
    }

    fn host_mut(&mut self) -> &mut Host {
        &mut self.host
    }

    fn callbacks(&self) -> CallbackSet {
        FACTS.callbacks
    }

    fn start(&mut self) -> Result<(), Trap> {
        Ok(())
    }

    fn call(&mut self, callback: Callback, arguments: &[u32; 5]) -> Result<u32, Trap> {
        self.host.enter(callback, arguments);
        // What the guest has in its memory, wherever it put it.
        let (at, bytes) = (
            usize::from(self.script.byte()),
            self.script.take(usize::from(self.script.byte())),
        );
        self.memory[at..at + bytes.len()].copy_from_slice(&bytes);
        for _ in 0..usize::from(self.script.byte()) % CALLS {
            if self.script.is_over() {
                break;
            }
            let (_, call) = self.calls[usize::from(self.script.byte()) % self.calls.len()];
            let mut guest = ScriptedGuest {
                memory: &mut self.memory,
                host: &mut self.host,
                script: &self.script,
            };
            call(&mut guest).map_err(|Exited(code)| {
                Trap::new(TrapKind::Exit(code), "the guest exited")
            })?;
        }
        // Starts succeed, so that the script gets to the rest.
        Ok(match callback {
            Callback::VmStart | Callback::Configure => 1,
            _ => u32::from(self.script.byte()) % 3,
        })
    }

    fn memory_bytes(&self) -> u64 {
        MEMORY as u64
    }
}

/// Answers every callout: with what it sent, with nothing, or with a refusal.
fn answer(upstream: &[u8], kind: &CalloutKind<'_>) -> Reply {
    match (upstream.first(), kind) {
        (None | Some(0), _) => Reply::Refused,
        (Some(1), _) => Reply::UnknownUpstream,
        (_, CalloutKind::Http { body, .. }) => Reply::http(200, &[("x", "y")], *body),
        (_, CalloutKind::GrpcCall { message, .. }) => Reply::grpc(*message),
        (_, CalloutKind::GrpcSend { message, .. }) => {
            Reply::events(vec![CalloutEvent::GrpcMessage(message.to_vec())])
        }
        _ => Reply::silence(),
    }
}

/// Plays `script` as the life of a filter whose host calls come from `calls`.
pub fn live(script: &[u8], calls: &'static [Call]) {
    let script = Arc::new(Script::new(script));
    let services = Arc::new(
        InProcess::builder()
            .fixed_clock(1)
            .log_level(LogLevel::Trace)
            .collect_logs(64)
            .property(&["a", "b"], *b"value")
            .foreign_function("echo", |arguments, out| {
                out.extend_from_slice(arguments);
                Ok(())
            })
            .upstream(answer)
            .build(),
    );
    let module = ScriptedModule {
        script: script.clone(),
        calls,
    };
    let settings = Arc::new(VmSettings {
        vm_id: "vm".to_owned(),
        configuration: b"vm".to_vec(),
        environment: vec![("NAME".to_owned(), "value".to_owned())],
        ..VmSettings::default()
    });
    let Ok(mut vm) = Vm::new(&module, &FACTS, services.clone(), settings) else {
        return;
    };
    if script.byte() % 2 == 1 {
        vm.set_tape(Some(Box::new(Tape::new())));
    }
    let plugin = PluginSettings {
        name: "plugin".to_owned(),
        root_id: "root".to_owned(),
        configuration: b"configuration".to_vec(),
    };
    let Ok(root) = vm.add_root(plugin) else {
        return;
    };
    while !script.is_over() && vm.ended().is_none() {
        // Traps end the VM, which the loop looks at.
        let _ = step(&mut vm, root, &services, &script);
    }
    drop(vm.take_streams());
    let _ = vm.shut_down();
}

fn step(vm: &mut Vm, root: u32, services: &InProcess, script: &Script) -> Result<(), Trap> {
    let mut stream = Box::<Stream>::default();
    stream.connection = script.byte() % 8 == 0;
    stream.request.headers = [(":path", "/"), ("a", "b")].into_iter().collect();
    let id = vm
        .create_stream(root, stream)
        .map_err(|(trap, _)| trap)?;
    vm.on_request_headers(id, false)?;
    vm.on_request_body(id, b"body", script.byte() % 2 == 0)?;
    vm.on_request_trailers(id)?;
    for (call, event) in services.take_events(vm.number()) {
        vm.deliver(call, event)?;
    }
    for (root, queue) in vm.take_wakes() {
        vm.on_queue_ready(root, queue)?;
    }
    vm.on_foreign_function(root, 1, b"arguments")?;
    vm.on_tick(root)?;
    if let Some(stream) = vm.stream_mut(id) {
        stream.response.headers = [(":status", "200")].into_iter().collect();
    }
    vm.on_response_headers(id, false)?;
    vm.on_response_body(id, b"answer", true)?;
    vm.take_continued(id);
    vm.each_touched(|_, _| {});
    vm.finish(id)?;
    vm.take_finished().map(drop)
}
