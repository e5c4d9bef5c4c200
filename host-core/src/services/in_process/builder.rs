//! Sets up services without a proxy.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use super::clock::Clock;
use super::inbox::Inbox;
use super::logs::{Logs, Sink};
use super::random::Random;
use super::{Foreign, InProcess, LogLine, Reply, Upstream};
use crate::abi::{LogLevel, Status};
use crate::nn::Inference;
use crate::services::{CalloutKind, Metrics, SharedState};

/// Sets up an [`InProcess`].
pub struct InProcessBuilder {
    clock: Clock,
    level: LogLevel,
    sink: Sink,
    seed: u64,
    properties: HashMap<Vec<u8>, Vec<u8>>,
    functions: HashMap<Vec<u8>, Foreign>,
    upstream: Option<Upstream>,
    inference: Option<Arc<Inference>>,
}

impl Default for InProcessBuilder {
    fn default() -> Self {
        Self {
            clock: Clock::real(),
            level: LogLevel::Info,
            sink: Sink::Drop,
            seed: 0,
            properties: HashMap::new(),
            functions: HashMap::new(),
            upstream: None,
            inference: None,
        }
    }
}

impl InProcessBuilder {
    /// A clock that stands at `now` (ns since the Unix epoch) unless it is moved. The
    /// monotonic clock starts at 0.
    #[must_use]
    pub fn fixed_clock(mut self, now: u64) -> Self {
        self.clock = Clock::fixed(now);
        self
    }

    /// The least severe level that is kept.
    #[must_use]
    pub fn log_level(mut self, level: LogLevel) -> Self {
        self.level = level;
        self
    }

    /// Collects the first `limit` log lines, for [`InProcess::take_logs`].
    #[must_use]
    pub fn collect_logs(mut self, limit: usize) -> Self {
        self.sink = Sink::Collect { limit };
        self
    }

    /// Hands each log line to `forward`.
    #[must_use]
    pub fn forward_logs(mut self, forward: impl Fn(&LogLine) + Send + Sync + 'static) -> Self {
        self.sink = Sink::Forward(Box::new(forward));
        self
    }

    /// Where randomness starts; equal seeds give equal bytes.
    #[must_use]
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// A property of every stream and VM, by its path's segments.
    #[must_use]
    pub fn property(mut self, path: &[&str], value: impl Into<Vec<u8>>) -> Self {
        self.properties
            .insert(path.join("\0").into_bytes(), value.into());
        self
    }

    /// A foreign function: gets arguments, appends its result.
    #[must_use]
    pub fn foreign_function(
        mut self,
        name: &str,
        function: impl Fn(&[u8], &mut Vec<u8>) -> Result<(), Status> + Send + Sync + 'static,
    ) -> Self {
        self.functions
            .insert(name.as_bytes().to_vec(), Box::new(function));
        self
    }

    /// What answers callouts: gets the upstream's name and what is asked of it. Each step of
    /// a gRPC stream is asked for, with the name under which the stream was opened.
    #[must_use]
    pub fn upstream(
        mut self,
        answer: impl Fn(&[u8], &CalloutKind<'_>) -> Reply + Send + Sync + 'static,
    ) -> Self {
        self.upstream = Some(Box::new(answer));
        self
    }

    /// The backend and the models of wasi-nn.
    #[must_use]
    pub fn inference(mut self, inference: Arc<Inference>) -> Self {
        self.inference = Some(inference);
        self
    }

    /// The services.
    pub fn build(self) -> InProcess {
        InProcess {
            clock: self.clock,
            logs: Logs::new(self.level, self.sink),
            random: Random::new(self.seed),
            shared: SharedState::new(),
            metrics: Metrics::new(),
            properties: self.properties,
            functions: self.functions,
            upstream: self.upstream,
            inference: self.inference,
            inbox: Inbox::default(),
            ticks: Mutex::default(),
        }
    }
}

impl std::fmt::Debug for InProcessBuilder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("InProcessBuilder")
            .field("level", &self.level)
            .finish_non_exhaustive()
    }
}
