//! Trying a proposal on an engine.

use std::sync::Arc;

use host_core::abi::Callback;
use host_core::services::InProcess;
use host_core::{
    Engine, EngineError, Host, Instance, ModeKind, ModuleFacts, TrapKind, VmSettings, contain,
};

use super::Proposal;

/// What came of trying a proposal on a runtime.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Attempt {
    /// The engine took the filter, and every answer was right.
    Works,
    /// The engine did not take the filter.
    Refused(String),
    /// The engine took the filter and computed something else.
    Wrong(String),
    /// The engine took the filter and ended its call.
    Trapped(String),
}

/// Tries `proposal` on an engine: compiles its filter the way the runtime is used, starts it
/// and asks it.
///
/// An engine that crashes or hangs takes the caller with it: call this in a process of its
/// own.
pub fn attempt(engine: &dyn Engine, proposal: &Proposal) -> Attempt {
    let wasm = proposal.module();
    let started = contain(|| start(engine, &wasm));
    let mut instance = match started {
        Ok(Ok(instance)) => instance,
        Ok(Err(reason)) | Err(reason) => return Attempt::Refused(reason),
    };
    contain(|| ask(&mut *instance, proposal)).unwrap_or_else(Attempt::Trapped)
}

fn start(engine: &dyn Engine, wasm: &[u8]) -> Result<Box<dyn Instance>, String> {
    let facts = Arc::new(ModuleFacts::read(wasm).map_err(|error| error.to_string())?);
    let services = Arc::new(InProcess::builder().build());
    let host = Host::new(services, facts.version, Arc::new(VmSettings::default()));
    let instance = || {
        let mut module = engine.compile(wasm, &facts)?;
        if matches!(engine.info().kind, ModeKind::Aot | ModeKind::InterpreterAot) {
            module = engine.load(&module.serialize()?, &facts)?;
        }
        module.instantiate(host)
    };
    instance().map_err(|error: EngineError| error.to_string())
}

fn ask(instance: &mut dyn Instance, proposal: &Proposal) -> Attempt {
    if let Err(trap) = instance.start() {
        return Attempt::Trapped(trap.to_string());
    }
    for (argument, expected) in proposal.asks {
        match instance.call(Callback::Done, &[*argument, 0, 0, 0, 0]) {
            Ok(answer) if answer == *expected => {}
            Ok(answer) => {
                return Attempt::Wrong(format!(
                    "{answer:#x} for {argument:#x}, where {expected:#x} is right"
                ));
            }
            Err(trap) if trap.kind() == TrapKind::StackOverflow => {
                return Attempt::Trapped("the call used up the stack".to_owned());
            }
            Err(trap) => return Attempt::Trapped(trap.to_string()),
        }
    }
    Attempt::Works
}
