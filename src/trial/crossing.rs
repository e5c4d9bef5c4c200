//! What crossing between host and guest costs, with a guest that does nothing else.

use std::sync::Arc;
use std::time::Instant;

use host_core::abi::Callback;
use host_core::services::InProcess;
use host_core::{Engine, Host, ModeKind, VmSettings, contain};
use serde::{Deserialize, Serialize};

use super::clock::ns;

/// Callbacks in a run, and host calls from one callback: `calls.wat` has the same number.
const CALLS: u32 = 1_000;
/// Runs; the fastest counts, because whatever else the machine does can only make one slower.
const RUNS: u32 = 9;

/// A filter whose `proxy_on_done` is empty and whose `proxy_on_log` makes 1,000 host calls
/// that are refused at once.
const GUEST: &str = include_str!("crossing.wat");

/// Nanoseconds for one crossing.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Crossing {
    /// From the host into the guest and back.
    pub(crate) callback_ns: f64,
    /// From the guest into the host and back, with a host call that does next to nothing.
    pub(crate) host_call_ns: f64,
}

/// Measures; `None` where the engine does not take the guest, as the native twin's.
pub(super) fn crossing(engine: &dyn Engine) -> Option<Crossing> {
    if matches!(
        engine.info().kind,
        ModeKind::Native | ModeKind::Aot | ModeKind::InterpreterAot
    ) {
        return None;
    }
    contain(|| measure(engine)).ok().flatten()
}

fn measure(engine: &dyn Engine) -> Option<Crossing> {
    let guest = wat::parse_str(GUEST).ok()?;
    let facts = Arc::new(engine.inspect(&guest).ok()?);
    let services = Arc::new(InProcess::builder().build());
    let host = Host::new(services, facts.version, Arc::new(VmSettings::default()));
    let module = engine.compile(&guest, &facts).ok()?;
    let mut instance = module.instantiate(host).ok()?;
    instance.start().ok()?;
    let (mut callback, mut host_calls) = (f64::INFINITY, f64::INFINITY);
    for _ in 0..RUNS {
        let begin = Instant::now();
        for _ in 0..CALLS {
            instance.call(Callback::Done, &[1, 0, 0, 0, 0]).ok()?;
        }
        callback = callback.min(ns(begin.elapsed()) as f64 / f64::from(CALLS));
        let begin = Instant::now();
        instance.call(Callback::Log, &[1, 0, 0, 0, 0]).ok()?;
        host_calls = host_calls.min(ns(begin.elapsed()) as f64);
    }
    Some(Crossing {
        callback_ns: callback,
        host_call_ns: (host_calls - callback).max(0.0) / f64::from(CALLS),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use host_core::EngineOptions;

    #[test]
    fn the_guest_makes_as_many_calls_as_are_counted() {
        assert!(GUEST.contains(&format!("i32.const {CALLS})")));
        assert!(wat::parse_str(GUEST).is_ok());
    }

    #[test]
    fn crossings_are_found_where_the_engine_takes_modules() {
        let engine = runtimes::open("wasmi/eager", EngineOptions::default()).expect("opens");
        let crossing = crossing(&*engine).expect("measured");
        assert!(crossing.callback_ns > 0.0 && crossing.host_call_ns > 0.0);
    }
}
