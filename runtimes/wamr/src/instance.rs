//! One VM.

use std::ffi::CStr;
use std::sync::Arc;

use host_core::abi::{Callback, CallbackSet};
use host_core::{Host, Instance, Trap, TrapKind};

use crate::api::{Api, ExecEnv, RawArguments, RawFunction, RawInstance, RawMemory};
use crate::deadline::Watched;
use crate::exports::{Exports, function};
use crate::guest::VmOwner;
use crate::library::Library;
use crate::loaded::{Loaded, Text};
use crate::module::WamrModule;
use crate::sections::START;
use crate::trap::{deadline, trap};
use crate::{layout, threads};

/// Bytes of one page of linear memory.
const PAGE: u64 = 64 << 10;

pub(crate) struct WamrInstance {
    /// Before what it refers to, as fields are dropped in order.
    watched: Option<Watched>,
    raw: Raw,
    library: &'static Library,
    env: *mut ExecEnv,
    exports: Exports,
    callbacks: CallbackSet,
    start: Option<*mut RawFunction>,
    state: VmOwner,
    _module: Arc<Loaded>,
}

// SAFETY: the pointers lead to what the instance owns alone. What WAMR keeps of a thread in
// an environment (its handle, the end of its stack) it sets whenever a call comes in.
unsafe impl Send for WamrInstance {}

/// An instance of WAMR's, with its environment.
struct Raw {
    api: &'static Api,
    instance: *mut RawInstance,
}

impl Drop for Raw {
    fn drop(&mut self) {
        // SAFETY: alive, ended once, and no guest runs in it.
        unsafe { (self.api.deinstantiate)(self.instance) };
    }
}

impl WamrInstance {
    pub(crate) fn new(module: &WamrModule, host: Host) -> Result<Self, String> {
        let (library, facts) = (module.library, &module.facts);
        let api = &library.api;
        let pages = pages(module)?;
        let limit = threads::enter(library).ok_or("WAMR could not set this thread up")?;
        let mut state = VmOwner::new(host, api);
        // Start sections run in here, and may make host calls.
        state.state_mut().stack_limit = limit;
        let raw = instantiate(module, pages, &state)?;
        let memory = memory_within(&raw, module.options.memory_limit)?;
        // SAFETY: a live instance.
        let env = unsafe { (api.exec_env)(raw.instance) };
        if env.is_null() {
            return Err("WAMR could not allocate its stack".to_owned());
        }
        let exported = |name| function(api, raw.instance, name);
        let allocator = facts.allocator.map(exported).transpose()?;
        let start = facts.start.map(exported).transpose()?;
        let exports = Exports::resolve(api, raw.instance, facts.callbacks, facts.version)?;
        if facts.memory.is_some() {
            state.state_mut().memory = memory;
        }
        state.state_mut().allocator = allocator.unwrap_or(std::ptr::null_mut());
        let watched = module.watch.as_ref().map(|watch| {
            // SAFETY: the field before the instance, and of the build for deadlines.
            unsafe { watch.over(raw.instance, api.terminate) }
        });
        let mut instance = Self {
            watched,
            raw,
            library,
            env,
            exports,
            callbacks: facts.callbacks,
            start,
            state,
            _module: Arc::clone(&module.loaded),
        };
        if module.start_exported {
            let start = function(api, instance.raw.instance, START)?;
            instance
                .enter(start, 0, &mut [0; 5])
                .map_err(|trap| trap.to_string())?;
        }
        Ok(instance)
    }

    /// Calls a function of this instance; results replace the first arguments.
    #[inline]
    fn enter(
        &mut self,
        function: *mut RawFunction,
        cells: u32,
        argv: &mut [u32; 5],
    ) -> Result<(), Trap> {
        let Some(limit) = threads::enter(self.library) else {
            return Err(Trap::new(
                TrapKind::Other,
                "WAMR could not set this thread up",
            ));
        };
        self.state.state_mut().stack_limit = limit;
        if let Some(watched) = &self.watched {
            watched.begin();
        }
        // SAFETY: a function of this instance with so many cells of arguments and at most
        // one of results, in the instance's environment, on a thread that was set up.
        let returned =
            unsafe { (self.library.api.call)(self.env, function, cells, argv.as_mut_ptr()) };
        let stopped = self.watched.as_ref().is_some_and(Watched::end);
        if returned && !stopped {
            Ok(())
        } else {
            Err(self.end(stopped))
        }
    }

    /// Why the call ended.
    #[cold]
    fn end(&mut self, stopped: bool) -> Trap {
        if stopped {
            return deadline();
        }
        // SAFETY: a live instance; the text stays in it.
        let text = unsafe {
            let text = (self.library.api.exception)(self.raw.instance);
            match text.is_null() {
                true => "WAMR gives no reason".into(),
                false => CStr::from_ptr(text).to_string_lossy(),
            }
        };
        trap(&text, self.state.state_mut().ended.take())
    }
}

/// The instance's memory, or null without one. One that is not exported has no minimum that
/// could have been looked at before.
fn memory_within(raw: &Raw, limit: u64) -> Result<*mut RawMemory, String> {
    // SAFETY: a live instance.
    let memory = unsafe { (raw.api.memory)(raw.instance) };
    // SAFETY: its memory.
    if memory.is_null() || unsafe { layout::memory(memory) }.1 as u64 <= limit {
        Ok(memory)
    } else {
        Err("its memory is larger than the memory limit".to_owned())
    }
}

/// The most pages that a VM of the module may have.
fn pages(module: &WamrModule) -> Result<u32, String> {
    let limit = module.options.memory_limit / PAGE;
    let minimum = module.facts.memory.map_or(0, |memory| memory.minimum);
    if minimum > limit || limit == 0 {
        return Err(format!(
            "its memory of {minimum} pages is larger than the memory limit of {limit}"
        ));
    }
    Ok(u32::try_from(limit).map_or(1 << 16, |limit| limit.min(1 << 16)))
}

fn instantiate(module: &WamrModule, pages: u32, state: &VmOwner) -> Result<Raw, String> {
    let api = &module.library.api;
    let mut arguments: *mut RawArguments = std::ptr::null_mut();
    // SAFETY: a place for a pointer.
    if !unsafe { (api.arguments_create)(&mut arguments) } {
        return Err("WAMR is out of memory".to_owned());
    }
    let mut error = Text::new();
    // SAFETY: arguments just made, which end here; a loaded module, which the caller keeps
    // with the instance; state that outlives it; room for a text.
    let instance = unsafe {
        (api.arguments_stack)(arguments, module.stack);
        (api.arguments_heap)(arguments, 0);
        (api.arguments_pages)(arguments, pages);
        (api.arguments_data)(arguments, state.as_ptr().cast());
        let instance = (api.instantiate)(
            module.loaded.as_ptr(),
            arguments,
            error.as_mut_ptr(),
            Text::LENGTH,
        );
        (api.arguments_destroy)(arguments);
        instance
    };
    if instance.is_null() {
        return Err(error.to_string());
    }
    let raw = Raw { api, instance };
    // SAFETY: a live instance.
    let mode = unsafe { (api.running_mode)(instance) };
    match module.running_mode {
        Some(expected) if expected != mode => Err(format!(
            "WAMR runs it in its mode {mode} instead of {expected}"
        )),
        _ => Ok(raw),
    }
}

impl Instance for WamrInstance {
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
        match self.enter(start, 0, &mut [0; 5]) {
            Err(exit) if exit.kind() == TrapKind::Exit(0) => {
                // SAFETY: a live instance, whose guest is to be called again.
                unsafe { (self.library.api.clear_exception)(self.raw.instance) };
                Ok(())
            }
            ended => ended,
        }
    }

    #[inline]
    fn call(&mut self, callback: Callback, arguments: &[u32; 5]) -> Result<u32, Trap> {
        self.host_mut().enter(callback, arguments);
        let export = self.exports.get(callback);
        if export.function.is_null() {
            return Ok(0);
        }
        let mut argv = *arguments;
        self.enter(export.function, export.cells, &mut argv)?;
        Ok(if export.result { argv[0] } else { 0 })
    }

    fn memory_bytes(&self) -> u64 {
        let memory = self.state.state().memory;
        if memory.is_null() {
            return 0;
        }
        // SAFETY: the memory of this instance.
        unsafe { layout::memory(memory) }.1 as u64
    }
}
