//! Services without a proxy, for trials and tests.

mod builder;
mod clock;
mod inbox;
mod logs;
mod random;
mod reply;

pub use builder::InProcessBuilder;
pub use logs::LogLine;
pub use reply::Reply;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use super::{Callout, CalloutEvent, CalloutKind, CalloutOrigin, Metrics, Services, SharedState};
use crate::abi::{LogLevel, Status};
use crate::context::Stream;
use crate::nn::Inference;
use clock::Clock;
use inbox::Inbox;
use logs::Logs;
use random::Random;

type Upstream = Box<dyn Fn(&[u8], &CalloutKind<'_>) -> Reply + Send + Sync>;
type Foreign = Box<dyn Fn(&[u8], &mut Vec<u8>) -> Result<(), Status> + Send + Sync>;

/// Services whose clock, randomness, properties, functions and upstreams are given in
/// advance. Made by [`InProcess::builder`].
pub struct InProcess {
    clock: Clock,
    logs: Logs,
    random: Random,
    shared: SharedState,
    metrics: Metrics,
    properties: HashMap<Vec<u8>, Vec<u8>>,
    functions: HashMap<Vec<u8>, Foreign>,
    upstream: Option<Upstream>,
    inference: Option<Arc<Inference>>,
    inbox: Inbox,
    ticks: Mutex<HashMap<(u64, u32), Duration>>,
}

impl InProcess {
    /// A builder with the real clock, log level info, logs dropped, and nothing else.
    pub fn builder() -> InProcessBuilder {
        InProcessBuilder::default()
    }

    /// Moves a fixed clock; a real one goes by itself.
    pub fn advance(&self, time: Duration) {
        self.clock.advance(time);
    }

    /// Takes the log lines that were collected.
    pub fn take_logs(&self) -> Vec<LogLine> {
        self.logs.take()
    }

    /// Lines that were logged beyond the number to collect.
    pub fn logs_lost(&self) -> u64 {
        self.logs.lost()
    }

    /// Takes what has happened to the callouts of a VM: call and event. Delays are not
    /// waited for; they order events and decide who is late. One call takes the events of
    /// the earliest moment at which there are any, and a fixed clock moves there. Costs one
    /// atomic read while no callout runs anywhere.
    pub fn take_events(&self, vm: u64) -> Vec<(u32, CalloutEvent)> {
        let (events, passed) = self.inbox.take(vm);
        if !passed.is_zero() {
            self.clock.advance(passed);
        }
        events
    }

    /// Root contexts of a VM that asked for ticks, and how often.
    pub fn ticks(&self, vm: u64) -> Vec<(u32, Duration)> {
        let ticks = self.ticks.lock().unwrap_or_else(PoisonError::into_inner);
        let of_vm = ticks.iter().filter(|((owner, _), _)| *owner == vm);
        let mut of_vm: Vec<_> = of_vm.map(|((_, root), period)| (*root, *period)).collect();
        of_vm.sort_unstable();
        of_vm
    }
}

impl Services for InProcess {
    fn now(&self) -> u64 {
        self.clock.now()
    }

    fn monotonic(&self) -> u64 {
        self.clock.monotonic()
    }

    fn log_level(&self) -> LogLevel {
        self.logs.level()
    }

    fn log(&self, level: LogLevel, plugin: &str, message: &[u8]) {
        self.logs.log(level, plugin, message);
    }

    fn random(&self, bytes: &mut [u8]) {
        self.random.fill(bytes);
    }

    fn callout(&self, origin: CalloutOrigin, callout: Callout<'_>) -> Result<(), Status> {
        if matches!(callout.kind, CalloutKind::Cancel) {
            self.inbox.cancel(origin);
            return Ok(());
        }
        let step = matches!(
            callout.kind,
            CalloutKind::GrpcSend { .. } | CalloutKind::GrpcClose
        );
        let opened = if step {
            self.inbox.upstream_of(origin)
        } else {
            None
        };
        let upstream = opened.as_deref().unwrap_or(callout.upstream);
        let reply = match &self.upstream {
            Some(answer) => answer(upstream, &callout.kind),
            None => Reply::UnknownUpstream,
        };
        let (events, after) = match reply {
            Reply::Events { events, after } => (events, after),
            Reply::UnknownUpstream => return Err(Status::BadArgument),
            Reply::Refused => return Err(Status::InternalFailure),
        };
        if matches!(callout.kind, CalloutKind::GrpcStream { .. }) {
            self.inbox.open(origin, upstream);
        }
        let (events, after) = reply::in_time(&callout.kind, events, after);
        self.inbox.put(origin, events, after);
        Ok(())
    }

    fn shared(&self) -> &SharedState {
        &self.shared
    }

    fn metrics(&self) -> &Metrics {
        &self.metrics
    }

    fn property(&self, _: Option<&Stream>, path: &[u8], out: &mut Vec<u8>) -> bool {
        match self.properties.get(path) {
            Some(value) => {
                out.extend_from_slice(value);
                true
            }
            None => false,
        }
    }

    fn foreign_function(
        &self,
        name: &[u8],
        arguments: &[u8],
        out: &mut Vec<u8>,
    ) -> Result<(), Status> {
        let function = self.functions.get(name).ok_or(Status::NotFound)?;
        function(arguments, out)
    }

    fn inference(&self) -> Option<&Inference> {
        self.inference.as_deref()
    }

    fn tick_period(&self, vm: u64, root: u32, period: Option<Duration>) {
        let mut ticks = self.ticks.lock().unwrap_or_else(PoisonError::into_inner);
        match period {
            Some(period) => ticks.insert((vm, root), period),
            None => ticks.remove(&(vm, root)),
        };
    }

    fn vm_ended(&self, vm: u64) {
        self.ticks
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .retain(|(owner, _), _| *owner != vm);
        self.inbox.forget(vm);
    }
}

impl std::fmt::Debug for InProcess {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("InProcess")
            .field("clock", &self.clock)
            .field("logs", &self.logs)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
