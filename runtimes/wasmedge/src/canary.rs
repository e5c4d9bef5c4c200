//! Whether compiled code really runs as such, found out without a clock.
//!
//! WasmEdge 0.17 interprets an artifact without a word when it was not told its run mode.
//! So a small module, the canary, travels in each artifact. It calls itself some levels
//! deep, and calls the host from each. Machine code stands deeper on the processor's stack
//! at each level; the interpreter, which keeps guests' frames on its heap, does not. That
//! this interpreter does not is checked too: else the difference would prove nothing.

use std::ffi::c_void;
use std::sync::OnceLock;
use std::sync::mpsc::{Sender, channel};

use host_core::EngineOptions;

use crate::api::{Api, Executor, Frame, Function, ModuleInstance, Text};
use crate::compiler::{Config, Parsed};
use crate::executor::Running;
use crate::jit::JitVm;
use crate::mode::Mode;
use crate::value::{Outcome, Value};

/// `nest` with n calls the host n + 1 times, first from the deepest level.
const TEXT: &str = r#"(module
    (import "pwbench" "mark" (func $mark))
    (import "pwbench" "park" (func $park))
    (func $nest (export "nest") (param $n i32)
        (if (local.get $n) (then (call $nest (i32.sub (local.get $n) (i32.const 1)))))
        (call $mark))
    (func (export "park") (call $park)))"#;
const LEVELS: u32 = 32;

/// The canary as a module.
pub(crate) fn wasm() -> Vec<u8> {
    wat::parse_str(TEXT).expect("the canary is valid")
}

/// Fails unless `canary`, what the compiler made of it or, for the JIT, its bytecode, runs
/// as machine code in `mode`. The first success also keeps the engine's fault handlers in
/// place, for good.
pub(crate) fn check(api: &'static Api, mode: Mode, canary: &[u8]) -> Result<(), String> {
    // First of all, because leaving compiled code takes away everybody's fault handlers.
    hold(api, mode, canary)?;
    if depth(api, Mode::Interpreter, canary)? != 0 {
        return Err(
            "its interpreter stands on the processor's stack, so that nothing tells it from \
             machine code"
                .to_owned(),
        );
    }
    if depth(api, mode, canary)? < LEVELS as usize * size_of::<usize>() {
        return Err("it interprets code that it should run compiled".to_owned());
    }
    Ok(())
}

/// Bytes of the processor's stack between the canary's levels.
fn depth(api: &'static Api, mode: Mode, canary: &[u8]) -> Result<usize, String> {
    let mut marks = Marks::default();
    let mut canary = Canary::new(api, mode, canary, &mut marks)?;
    #[cfg(target_os = "linux")]
    if mode.is_compiled() && !crate::native_stack::is_learnt() {
        // Read by `mark`, from the pointer that it was registered with.
        marks.inside = Some(canary.find("nest"));
    }
    // SAFETY: no argument.
    let i32 = unsafe { (api.ValTypeGenI32)() };
    canary.call("nest", &[Value::new(LEVELS.into(), i32)])?;
    drop(canary);
    match marks.count == LEVELS + 1 + marks.inner {
        true => Ok(marks.highest - marks.lowest),
        false => Err(format!(
            "it called the host {} times for {}",
            marks.count,
            LEVELS + 1
        )),
    }
}

/// Where the host stood on the stack when the canary called it.
#[derive(Default)]
struct Marks {
    count: u32,
    lowest: usize,
    highest: usize,
    /// What to call out of the first mark of compiled code: executor, function, argument.
    inside: Option<(&'static Api, *mut Executor, *mut Function)>,
    /// Marks of the inner calls.
    inner: u32,
}

unsafe extern "C" fn mark(
    marks: *mut c_void,
    _: *const Frame,
    _: *const Value,
    _: *mut Value,
) -> Outcome {
    let local = 0_u8;
    let here = std::ptr::from_ref(std::hint::black_box(&local)).addr();
    let place = marks.cast::<Marks>();
    // SAFETY: what the function was registered with, and nobody else uses it meanwhile.
    let marks = unsafe { &mut *place };
    if marks.count == 0 {
        (marks.lowest, marks.highest) = (here, here);
    }
    marks.count += 1;
    marks.lowest = marks.lowest.min(here);
    marks.highest = marks.highest.max(here);
    #[cfg(target_os = "linux")]
    if let Some((api, executor, function)) = marks.inside.take() {
        let outer = std::mem::take(marks);
        inside(api, executor, function);
        // SAFETY: the inner call, which wrote there, has returned.
        let marks = unsafe { &mut *place };
        let inner = marks.count;
        *marks = Marks {
            inner,
            count: outer.count + inner,
            ..outer
        };
    }
    Outcome::SUCCESS
}

/// Learns what a call out of a host function leaves changed.
#[cfg(target_os = "linux")]
fn inside(api: &'static Api, executor: *mut Executor, function: *mut Function) {
    use crate::native_stack::{learn, snapshot};
    let code = api.VersionGet as *const () as usize;
    // SAFETY: the canary's own function, which takes a number and gives none.
    let call = || unsafe {
        let argument = Value::new(0, (api.ValTypeGenI32)());
        let _ = (api.ExecutorInvoke)(executor, function, &argument, 1, std::ptr::null_mut(), 0);
    };
    let before = snapshot(code);
    call();
    learn(code, &before);
}

/// Keeps one thread inside of compiled code for the life of the process.
#[cfg(target_os = "linux")]
fn hold(api: &'static Api, mode: Mode, canary: &[u8]) -> Result<(), String> {
    static HELD: OnceLock<Result<(), String>> = OnceLock::new();
    HELD.get_or_init(|| {
        let canary = canary.to_vec();
        let (sender, parked) = channel();
        let (go, went) = channel();
        let thread = std::thread::Builder::new().name("wasmedge-faults".to_owned());
        let inside = move || {
            let _ = PARKED.set(sender.clone());
            let mut marks = Marks::default();
            let ended = Canary::new(api, mode, &canary, &mut marks).and_then(|mut canary| {
                let _ = sender.send(Ok(()));
                let () = went.recv().map_err(|_| "nobody waits for it".to_owned())?;
                canary.call("park", &[])
            });
            let _ = sender.send(ended.and(Err("it left the canary".to_owned())));
        };
        thread
            .spawn(inside)
            .map_err(|error| format!("no thread: {error}"))?;
        let next = || {
            let gone = |_| "the canary's thread is gone".to_owned();
            parked.recv().map_err(gone)?
        };
        next()?;
        crate::native_stack::install(|| {
            let _ = go.send(());
            next()
        })
    })
    .clone()
}

#[cfg(not(target_os = "linux"))]
fn hold(_: &'static Api, _: Mode, _: &[u8]) -> Result<(), String> {
    Ok(())
}

static PARKED: OnceLock<Sender<Result<(), String>>> = OnceLock::new();

/// Tells that it is there and never comes back.
unsafe extern "C" fn park(
    _: *mut c_void,
    _: *const Frame,
    _: *const Value,
    _: *mut Value,
) -> Outcome {
    let Some(parked) = PARKED.get() else {
        return Outcome::SUCCESS;
    };
    let _ = parked.send(Ok(()));
    loop {
        std::thread::park();
    }
}

/// The canary, instantiated.
struct Canary {
    api: &'static Api,
    cage: Cage,
}

enum Cage {
    Loaded {
        running: Running,
        /// After the instance that was made of it.
        _parsed: Parsed,
    },
    Compiled(JitVm),
}

impl Canary {
    /// `marks` must outlive it.
    fn new(
        api: &'static Api,
        mode: Mode,
        canary: &[u8],
        marks: &mut Marks,
    ) -> Result<Self, String> {
        let config = Config::new(api, mode, &EngineOptions::default())?;
        let imports = imports(api, marks);
        let cage = if mode == Mode::Jit {
            // SAFETY: imports of its own.
            let mut vm = unsafe { JitVm::new(&config, canary, vec![imports]) }?;
            vm.instantiate()?;
            Cage::Compiled(vm)
        } else {
            let mut running = Running::new(&config)?;
            // SAFETY: imports of its own.
            unsafe { running.register(imports) }?;
            let parsed = config.parse(canary)?;
            running.instantiate(&parsed)?;
            Cage::Loaded {
                running,
                _parsed: parsed,
            }
        };
        Ok(Self { api, cage })
    }

    fn find(&self, name: &'static str) -> (&'static Api, *mut Executor, *mut Function) {
        let (executor, instance) = match &self.cage {
            Cage::Loaded { running, .. } => (running.executor(), running.instance()),
            Cage::Compiled(vm) => (vm.executor(), vm.instance()),
        };
        // SAFETY: alive, and one of the canary's exports.
        let function = unsafe { (self.api.ModuleInstanceFindFunction)(instance, Text::new(name)) };
        (self.api, executor.as_ptr(), function)
    }

    fn call(&mut self, name: &'static str, arguments: &[Value]) -> Result<(), String> {
        let (api, executor, function) = self.find(name);
        // SAFETY: the canary's own exports, with arguments of their types and no result.
        let outcome = unsafe {
            let count = arguments.len() as u32;
            let none = std::ptr::null_mut();
            (api.ExecutorInvoke)(executor, function, arguments.as_ptr(), count, none, 0)
        };
        api.check(outcome)
    }
}

fn imports(api: &Api, marks: &mut Marks) -> *mut ModuleInstance {
    let marks = std::ptr::from_mut(marks).cast();
    // SAFETY: names and type are copied; the functions belong to the module.
    unsafe {
        let module = (api.ModuleInstanceCreate)(Text::new("pwbench"));
        let ty = (api.FunctionTypeCreate)(std::ptr::null(), 0, std::ptr::null(), 0);
        let mark = (api.FunctionInstanceCreate)(ty, mark, marks, 0);
        (api.ModuleInstanceAddFunction)(module, Text::new("mark"), mark);
        let park = (api.FunctionInstanceCreate)(ty, park, std::ptr::null_mut(), 0);
        (api.ModuleInstanceAddFunction)(module, Text::new("park"), park);
        (api.FunctionTypeDelete)(ty);
        module
    }
}
