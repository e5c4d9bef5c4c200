//! What every WebAssembly engine must do, whatever its mode: shared by the tests of the
//! engine crates.
#![allow(dead_code, unused_imports)] // Not every engine has artifacts.

mod artifacts;
mod calls;
mod deadlines;
mod host;
mod limits;
mod traps;

pub(crate) use artifacts::*;
pub(crate) use calls::*;
pub(crate) use deadlines::*;
pub(crate) use host::host;
pub(crate) use limits::*;
pub(crate) use traps::*;

use std::io::Write as _;
use std::sync::Arc;

use host_core::abi::Callback;
use host_core::{
    Engine, EngineError, EngineOptions, Instance, Module, ModuleFacts, Trap, TrapKind,
};

/// What `proxy_on_done` of the guest does.
pub(crate) mod ask {
    pub(crate) const SEEN: u32 = 0;
    pub(crate) const UNREACHABLE: u32 = 1;
    pub(crate) const OUT_OF_BOUNDS: u32 = 2;
    pub(crate) const RECURSE: u32 = 3;
    pub(crate) const DIVIDE_BY_ZERO: u32 = 4;
    pub(crate) const EXIT: u32 = 5;
    pub(crate) const LOOP: u32 = 6;
    pub(crate) const LOG_LEVEL: u32 = 7;
    pub(crate) const SHARED: u32 = 8;
    pub(crate) const GROW: u32 = 9;
    pub(crate) const GROW_FAR: u32 = 10;
    pub(crate) const GROW_TABLE: u32 = 11;
    pub(crate) const ALLOCATOR_TRAPS: u32 = 12;
    pub(crate) const STARTED: u32 = 13;
}

pub(crate) type Open = fn(EngineOptions) -> Box<dyn Engine>;

pub(crate) fn guest() -> Vec<u8> {
    wat::parse_str(include_str!("guest.wat")).expect("the guest is valid")
}

pub(crate) fn facts(engine: &dyn Engine, wasm: &[u8]) -> Arc<ModuleFacts> {
    Arc::new(engine.inspect(wasm).expect("the guest's facts"))
}

pub(crate) fn compile(engine: &dyn Engine, wasm: &[u8]) -> Result<Arc<dyn Module>, EngineError> {
    engine.compile(wasm, &facts(engine, wasm))
}

/// A started VM of the guest.
pub(crate) fn vm(open: Open, options: EngineOptions) -> Box<dyn Instance> {
    let engine = open(options);
    let module = compile(&*engine, &guest()).expect("compiles");
    let mut vm = module.instantiate(host()).expect("instantiates");
    vm.start().expect("starts");
    vm
}

pub(crate) fn done(vm: &mut dyn Instance, what: u32) -> Result<u32, Trap> {
    vm.call(Callback::Done, &[what, 0, 0, 0, 0])
}

fn trap_kind(open: Open, options: EngineOptions, what: u32) -> TrapKind {
    done(&mut *vm(open, options), what)
        .expect_err("must trap")
        .kind()
}

/// The tests that every mode must pass, in a module of their own.
#[macro_export]
macro_rules! every_engine {
    ($mode:ident, $open:expr, $($more:ident),*) => {
        $crate::every_engine!($mode, $open, unless None::<String>, $($more),*);
    };
    // With the reason why the engine cannot run here, if there is one.
    ($mode:ident, $open:expr, unless $missing:expr, $($more:ident),*) => {
        mod $mode {
            use super::*;
            $crate::engine_tests!($open, || $missing, $($more),*);
            $crate::deadline_tests!($open, || $missing);
        }
    };
}

/// The tests that need no deadline, and those named, unless `$skip` answers why they cannot
/// run here.
#[macro_export]
macro_rules! engine_tests {
    ($open:expr, $skip:expr, $($more:ident),*) => {
        $crate::engine_tests!(@tests $open, $skip,
            every_signature_passes_its_arguments_and_result,
            the_callbacks_are_those_exported_and_others_answer_zero,
            initialise_runs_once_in_start_and_not_before,
            a_host_call_writes_to_the_guests_memory,
            a_host_call_enters_the_guests_allocator,
            a_trap_in_the_allocator_ends_the_callback,
            traps_are_told_apart,
            exit_zero_from_start_is_success,
            memory_grows_up_to_its_limit_and_no_further,
            tables_do_not_grow_without_end,
            a_module_that_wants_more_than_the_limit_is_refused,
            instances_share_nothing,
            an_instance_moves_to_another_thread,
            bytes_that_are_no_module_are_refused
            $(, $more)*
        );
    };
    (@tests $open:expr, $skip:expr, $($test:ident),*) => {
        $(#[test]
        fn $test() {
            if !suite::skipped($skip()) {
                suite::$test($open);
            }
        })*
    };
}

/// The tests of deadlines, unless `$skip` answers why they cannot run here.
#[macro_export]
macro_rules! deadline_tests {
    ($open:expr, $skip:expr) => {
        $crate::engine_tests!(@tests $open, $skip,
            the_deadline_ends_an_endless_loop,
            the_deadline_holds_for_start_and_start_sections,
            every_call_has_the_whole_deadline
        );
    };
}

/// Says so, past the test runner's capture, when there is a reason not to run.
pub(crate) fn skipped(reason: Option<String>) -> bool {
    if let Some(reason) = &reason {
        let _ = writeln!(std::io::stderr(), "skipped: {reason}");
    }
    reason.is_some()
}
