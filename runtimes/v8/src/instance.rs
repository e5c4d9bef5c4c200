//! One VM.

use std::sync::Arc;

use host_core::abi::{Callback, CallbackSet};
use host_core::{Host, Instance, ModuleFacts, Trap, TrapKind};
use v8::{
    Context, ContextOptions, ContextScope, Function, HandleScope, Local, Object, TryCatch,
    WasmMemoryObject, WasmModuleObject,
};

use crate::exports::Exports;
use crate::guest::{VmOwner, VmState};
use crate::imports::import_object;
use crate::isolate::{Kept, VmIsolate};
use crate::memory::Memory;
use crate::module::V8Module;
use crate::object;
use crate::trap::{listen, text, trap};
use crate::watchdog::Watch;

// The isolate goes last: all else holds handles of it.
pub(crate) struct V8Instance {
    exports: Exports,
    start: Option<Kept<Function>>,
    context: Kept<Context>,
    state: VmOwner,
    callbacks: CallbackSet,
    /// Present with a deadline.
    watch: Option<Arc<Watch>>,
    isolate: VmIsolate,
}

/// What an instance exports.
struct Made {
    exports: Exports,
    start: Option<Kept<Function>>,
    context: Kept<Context>,
}

impl V8Instance {
    pub(crate) fn new(module: &V8Module, host: Host) -> Result<Self, String> {
        if let Some(refusal) = &module.refusal {
            return Err(refusal.clone());
        }
        let isolate = VmIsolate::new();
        let mut entered = isolate.enter();
        let mut state = VmOwner::new(VmState::new(host), &mut entered);
        listen(&mut entered);
        let watchdog = module.shared.watchdog.as_ref();
        let watch = watchdog.map(|watchdog| watchdog.watch(entered.thread_safe_handle()));
        if let Some(watch) = &watch {
            watch.begin();
        }
        let made = entered.scope(|scope| make(scope, module, &mut state));
        if watch.as_ref().is_some_and(|watch| watch.end()) {
            entered.cancel_terminate_execution();
        }
        drop(entered);
        let made = made?;
        Ok(Self {
            exports: made.exports,
            start: made.start,
            context: made.context,
            state,
            callbacks: module.facts.callbacks,
            watch,
            isolate,
        })
    }

    /// Enters the guest; `body` answers nothing when V8 has an exception instead.
    #[inline]
    fn enter<R>(
        &mut self,
        body: impl FnOnce(&mut HandleScope<'_, ()>, Local<'_, Context>, &Exports) -> Option<R>,
    ) -> Result<R, Trap> {
        let mut entered = self.isolate.enter();
        if let Some(watch) = &self.watch {
            watch.begin();
        }
        let ended = entered.call(|scope| {
            let context = self.context.local(scope);
            body(scope, context, &self.exports)
        });
        if let Some(watch) = &self.watch
            && watch.end()
        {
            entered.cancel_terminate_execution();
        }
        ended.ok_or_else(|| {
            let state = self.state.state_mut();
            trap(state.ending.take(), state.reported.take())
        })
    }
}

/// Instantiates the module in a new context.
fn make(
    scope: &mut HandleScope<'_, ()>,
    module: &V8Module,
    state: &mut VmOwner,
) -> Result<Made, String> {
    let context = Context::new(scope, ContextOptions::default());
    let caught = &mut TryCatch::new(scope);
    let Some(exports) = exports(&mut ContextScope::new(caught, context), module) else {
        let text = text(caught, context);
        let ending = state.state_mut().ending.take();
        return Err(trap(ending, Some(text)).message().to_owned());
    };
    let scope = &mut ContextScope::new(caught, context);
    let context = Kept::new(scope, context);
    resolve(scope, exports, &module.facts, state)
        .map(|(exports, start)| Made {
            exports,
            start,
            context,
        })
        .ok_or_else(|| "its exports are not those of the module that was inspected".to_owned())
}

/// The exports of a new instance; nothing when V8 has an exception instead.
fn exports<'s>(scope: &mut HandleScope<'s>, module: &V8Module) -> Option<Local<'s, Object>> {
    let imports = import_object(scope, &module.facts.imports)?;
    let compiled = WasmModuleObject::from_compiled_module(scope, &module.module)?;
    let constructor = object::instance_constructor(scope)?;
    let instance = constructor.new_instance(scope, &[compiled.into(), imports.into()])?;
    object::get(scope, instance, "exports")?.try_into().ok()
}

fn resolve(
    scope: &mut HandleScope<'_>,
    exports: Local<'_, Object>,
    facts: &ModuleFacts,
    state: &mut VmOwner,
) -> Option<(Exports, Option<Kept<Function>>)> {
    let mut function = |name: Option<&str>| match name {
        Some(name) => {
            let function = object::function(scope, exports, name)?;
            Some(Some(Kept::new(scope, function)))
        }
        None => Some(None),
    };
    let allocator = function(facts.allocator)?;
    let start = function(facts.start)?;
    let memory: Option<Local<'_, WasmMemoryObject>> =
        object::get(scope, exports, "memory").and_then(|memory| memory.try_into().ok());
    let memory = memory.map(|memory| Memory::new(scope, memory));
    let exports = Exports::resolve(scope, exports, facts.callbacks, facts.version)?;
    let state = state.state_mut();
    state.memory = memory;
    state.allocator = allocator;
    Some((exports, start))
}

impl Instance for V8Instance {
    fn host(&self) -> &Host {
        &self.state.state().host
    }

    fn host_mut(&mut self) -> &mut Host {
        &mut self.state.state_mut().host
    }

    fn callbacks(&self) -> CallbackSet {
        self.callbacks
    }

    fn start(&mut self) -> Result<(), Trap> {
        let Some(start) = self.start.take() else {
            return Ok(());
        };
        let ended = self.enter(|scope, context, _| {
            let nothing = v8::undefined(scope).into();
            let function = start.open(scope);
            function
                .call_with_context(scope, context, nothing, &[])
                .map(drop)
        });
        match ended {
            Err(exit) if exit.kind() == TrapKind::Exit(0) => Ok(()),
            ended => ended,
        }
    }

    #[inline]
    fn call(&mut self, callback: Callback, arguments: &[u32; 5]) -> Result<u32, Trap> {
        self.host_mut().enter(callback, arguments);
        if !self.exports.has(callback) {
            return Ok(0);
        }
        self.enter(|scope, context, exports| exports.call(scope, context, callback, arguments))
    }

    fn memory_bytes(&self) -> u64 {
        let Some(memory) = &self.state.state().memory else {
            return 0;
        };
        self.isolate.enter().scope(|scope| memory.length_now(scope)) as u64
    }
}
