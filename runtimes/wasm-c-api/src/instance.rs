//! One VM.

use std::ptr::null_mut;
use std::sync::Arc;
use std::thread::ThreadId;

use host_core::abi::{Callback, CallbackSet};
use host_core::{Host, Instance, Trap, TrapKind, contain};

use crate::api::{self, Api, Extern, Func};
use crate::exports::{Export, Exports};
use crate::guest::{VmOwner, VmState, bytes};
use crate::link::Linked;
use crate::module::CApiModule;
use crate::trap;
use crate::value::{CVec, Value};

pub(crate) struct CApiInstance {
    api: &'static Api,
    linked: Linked,
    functions: Vec<*mut Func>,
    instance: *mut api::Instance,
    /// The exports, which `resolved` points into.
    externs: CVec<*mut Extern>,
    resolved: Exports,
    arguments: [Value; 5],
    /// The only thread that may call it, where the library's stores do not move.
    thread: Option<ThreadId>,
    module: Arc<CApiModule>,
    /// After all that may call host functions.
    state: VmOwner,
}

// SAFETY: everything is the instance's own. A store may be used by one thread at a time,
// and where the library ties it to one thread, `enter` refuses all others; `Host` is `Send`.
unsafe impl Send for CApiInstance {}

impl CApiInstance {
    pub(crate) fn new(module: &Arc<CApiModule>, host: Host) -> Result<Self, String> {
        let library = module.library;
        let linked = module.link()?;
        let state = VmOwner::new(VmState {
            host,
            api: &library.api,
            store: linked.store,
            memory: null_mut(),
            allocator: null_mut(),
            ended: None,
        });
        let mut instance = Self {
            api: &library.api,
            linked,
            functions: Vec::with_capacity(module.rows.len()),
            instance: null_mut(),
            externs: CVec::empty(),
            resolved: Exports::NONE,
            arguments: [Value::i32(0); 5],
            thread: (!library.moves).then(|| std::thread::current().id()),
            module: Arc::clone(module),
            state,
        };
        instance.instantiate()?;
        Ok(instance)
    }

    fn instantiate(&mut self) -> Result<(), String> {
        let (api, store) = (self.api, self.linked.store);
        for row in &self.module.rows {
            let function = row.make(api, store, self.state.address());
            self.functions.push(function);
        }
        let mut trapped = null_mut();
        // SAFETY: the store's own module and functions, as many as the module imports; the
        // start section may call them. The exports are listed once and deleted on drop.
        unsafe {
            let mut imports: Vec<*mut Extern> = self
                .functions
                .iter()
                .map(|function| (api.func_as_extern)(*function))
                .collect();
            let count = imports.len();
            let imports = CVec::lent(&mut imports, count);
            self.instance = (api.instance_new)(store, self.linked.module, &imports, &mut trapped);
        }
        if !trapped.is_null() {
            // SAFETY: given to the caller.
            let trap = unsafe { trap::take(api, trapped) };
            let trap = self.state.get_mut().ended.take().unwrap_or(trap);
            return Err(trap.message().to_owned());
        }
        if self.instance.is_null() {
            return Err(
                "wasm_instance_new makes no instance, and wasm.h has no way to say why".to_owned(),
            );
        }
        // SAFETY: alive; names and exports come from the same module.
        self.resolved = unsafe {
            (api.instance_exports)(self.instance, &mut self.externs);
            Exports::resolve(api, &self.module.exports, &self.externs, &self.module.facts)?
        };
        let state = self.state.get_mut();
        state.memory = self.resolved.memory;
        state.allocator = self.resolved.allocator;
        Ok(())
    }

    #[inline]
    fn enter(&mut self, export: Export) -> Result<u32, Trap> {
        if self
            .thread
            .is_some_and(|thread| thread != std::thread::current().id())
        {
            return Err(moved());
        }
        let arguments = CVec::lent(&mut self.arguments, export.params);
        let mut result = [Value::i32(0)];
        let mut results = CVec::lent(&mut result, export.results);
        // SAFETY: a function of this VM with as many parameters and results as its type has.
        // No reference into the state lives meanwhile; host calls make their own.
        let trapped = unsafe { (self.api.func_call)(export.function, &arguments, &mut results) };
        match trapped.is_null() {
            true => Ok(result[0].of as u32),
            false => Err(self.trapped(trapped)),
        }
    }

    #[cold]
    fn trapped(&mut self, trapped: *mut api::Trap) -> Trap {
        // SAFETY: given to the caller.
        let trap = unsafe { trap::take(self.api, trapped) };
        self.state.get_mut().ended.take().unwrap_or(trap)
    }
}

#[cold]
fn moved() -> Trap {
    Trap::new(
        TrapKind::Other,
        "this library's stores belong to the thread that made them, and this is another",
    )
}

impl Instance for CApiInstance {
    fn host(&self) -> &Host {
        &self.state.get().host
    }

    fn host_mut(&mut self) -> &mut Host {
        &mut self.state.get_mut().host
    }

    fn callbacks(&self) -> CallbackSet {
        self.module.facts.callbacks
    }

    fn start(&mut self) -> Result<(), Trap> {
        let Some(start) = self.resolved.start.take() else {
            return Ok(());
        };
        let panicked = |panic| Trap::new(TrapKind::Other, panic);
        match contain(|| self.enter(start)).map_err(panicked)? {
            Err(exit) if exit.kind() == TrapKind::Exit(0) => Ok(()),
            ended => ended.map(drop),
        }
    }

    #[inline]
    fn call(&mut self, callback: Callback, arguments: &[u32; 5]) -> Result<u32, Trap> {
        self.host_mut().enter(callback, arguments);
        let export = self.resolved.callbacks[callback.index()];
        if export.function.is_null() {
            return Ok(0);
        }
        for (place, argument) in self.arguments.iter_mut().zip(arguments) {
            place.of = (*argument).into();
        }
        self.enter(export)
    }

    fn memory_bytes(&self) -> u64 {
        // SAFETY: the VM's own memory; its guest does not run.
        unsafe { bytes(self.api, self.state.get().memory) }.len() as u64
    }
}

impl Drop for CApiInstance {
    fn drop(&mut self) {
        let api = self.api;
        // SAFETY: all its own, the users before what they use; module, store and state
        // follow as fields.
        unsafe {
            if !self.externs.data.is_null() {
                (api.extern_vec_delete)(&mut self.externs);
            }
            if !self.instance.is_null() {
                (api.instance_delete)(self.instance);
            }
            for function in &self.functions {
                (api.func_delete)(*function);
            }
        }
    }
}
