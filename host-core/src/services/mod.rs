//! The seam to whatever proxy embeds the host: clock, logs, callouts, shared state, metrics.

mod callout;
mod in_process;
mod metrics;
mod shared;

use std::time::Duration;

pub use callout::{Callout, CalloutEvent, CalloutKind, CalloutOrigin, HttpReply};
pub use in_process::{InProcess, InProcessBuilder, LogLine, Reply};
pub use metrics::{HistogramSnapshot, MetricId, MetricSnapshot, MetricValue, Metrics};
pub use shared::{QueueId, SharedState};

use crate::abi::{LogLevel, Status};
use crate::context::Stream;
use crate::nn::Inference;

/// What the embedding proxy provides to every VM.
///
/// Methods may be called from many threads. None may call back into the VM that called:
/// answers to callouts are delivered later, through [`crate::Vm::deliver`].
pub trait Services: Send + Sync {
    /// Wall clock, ns since the Unix epoch.
    fn now(&self) -> u64;

    /// Monotonic clock, ns since some fixed moment.
    fn monotonic(&self) -> u64;

    /// The least severe level that [`Services::log`] keeps.
    fn log_level(&self) -> LogLevel;

    /// One line of a plugin's log. Only called for levels at or above
    /// [`Services::log_level`]; `message` is the guest's and may be any bytes.
    fn log(&self, level: LogLevel, plugin: &str, message: &[u8]);

    /// Fills `bytes` with random bytes.
    fn random(&self, bytes: &mut [u8]);

    /// Starts or continues a callout.
    ///
    /// # Errors
    /// [`Status::BadArgument`] for an unknown upstream, [`Status::InternalFailure`] when
    /// the callout cannot be started.
    fn callout(&self, origin: CalloutOrigin, callout: Callout<'_>) -> Result<(), Status>;

    /// Data and queues that VMs share.
    fn shared(&self) -> &SharedState;

    /// The metrics that plugins define.
    fn metrics(&self) -> &Metrics;

    /// A property that neither the stream nor the host core knows, into `out`; answers
    /// whether there is one. `path` has its segments separated by NUL.
    fn property(&self, stream: Option<&Stream>, path: &[u8], out: &mut Vec<u8>) -> bool;

    /// Takes note that a plugin set a property of the stream or, without one, of the VM.
    ///
    /// # Errors
    /// The status for the guest where the embedder forbids it.
    fn property_set(
        &self,
        stream: Option<&Stream>,
        path: &[u8],
        value: &[u8],
    ) -> Result<(), Status> {
        let _ = (stream, path, value);
        Ok(())
    }

    /// Calls the foreign function `name`; its result goes into `out`.
    ///
    /// # Errors
    /// [`Status::NotFound`] for an unknown name, else whatever the function answers.
    fn foreign_function(
        &self,
        name: &[u8],
        arguments: &[u8],
        out: &mut Vec<u8>,
    ) -> Result<(), Status>;

    /// The backend and the models of wasi-nn; `None` where modules cannot have any.
    fn inference(&self) -> Option<&Inference> {
        None
    }

    /// Takes note that a root context asked for a tick every `period`; `None` ends them.
    fn tick_period(&self, vm: u64, root: u32, period: Option<Duration>) {
        let _ = (vm, root, period);
    }

    /// Takes note that a VM has ended: nothing of it will be asked for again.
    fn vm_ended(&self, vm: u64) {
        let _ = vm;
    }
}
