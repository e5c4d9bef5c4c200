//! A workload set up on a runtime, as every trial needs it.

use std::sync::Arc;

use host_core::abi::{GraphEncoding, LogLevel};
use host_core::nn::{Inference, Model};
use host_core::services::InProcess;
use host_core::{
    Driver, Engine, Exchange, FailPolicy, Isolation, Plugin, PluginSettings, VmPool, VmSettings,
};
use reports::FailureKind;
use workloads::Workload;

use super::code::{self, Code};
use super::{Failed, Subject, adapter, memory};

/// Seed of what guests take for random.
const RANDOM_SEED: u64 = 0x5eed;
/// What guests take for the time when traces are compared: 2026-01-01.
const FIXED_CLOCK_NS: u64 = 1_767_225_600_000_000_000;
/// How many log lines are kept of a check, for a plugin that says why it does not start.
const KEPT_LINES: usize = 256;

/// Which clock guests see.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Clock {
    /// The machine's, which is what a proxy's filters pay for.
    Real,
    /// One that stands still, so that traces are equal.
    Fixed,
}

/// A workload set up on a runtime.
pub(super) struct Rig {
    pub(super) engine: Box<dyn Engine>,
    pub(super) code: Code,
    pub(super) plugin: Arc<Plugin>,
    pub(super) services: Arc<InProcess>,
    pub(super) exchanges: Vec<Exchange>,
    /// Resident memory before the engine was opened, in bytes.
    pub(super) resident_before: u64,
}

impl Rig {
    /// Opens the runtime and makes the code runnable; no VM yet.
    pub(super) fn new(
        subject: &Subject,
        workload: &Workload,
        clock: Clock,
        count_instructions: bool,
    ) -> Result<Self, Failed> {
        let exchanges = adapter::exchanges(&workload.exchanges)?;
        let bytes = code::module_for(&subject.runtime, workload)?;
        let resident_before = memory::resident_bytes();
        let engine = runtimes::open(&subject.runtime, subject.options(count_instructions))?;
        let code = code::prepare(&*engine, bytes, subject.artifact.as_deref())?;
        let services = services(clock, inference(workload)?);
        let plugin = Arc::new(Plugin {
            module: code.module.clone(),
            facts: code.facts.clone(),
            services: services.clone(),
            vm: Arc::new(VmSettings {
                vm_id: workload.name.clone(),
                transaction_limit: subject.options(false).deadline,
                ..VmSettings::default()
            }),
            settings: PluginSettings {
                name: workload.name.clone(),
                root_id: workload.root_id.clone(),
                configuration: workload.configuration.clone(),
            },
            policy: FailPolicy::Closed,
        });
        Ok(Self {
            engine,
            code,
            plugin,
            services,
            exchanges,
            resident_before,
        })
    }

    /// A driver on VMs of its own.
    pub(super) fn driver(&self, isolation: Isolation) -> Result<Driver, Failed> {
        let pool = VmPool::new(self.plugin.clone(), isolation)?;
        Ok(Driver::new(pool.seat()?, self.services.clone()))
    }
}

/// The backend of wasi-nn that the variant asks for, and the models that the module may name.
fn inference(workload: &Workload) -> Result<Arc<Inference>, Failed> {
    let kind = match &workload.inference {
        Some(name) => name.parse().map_err(Failed::error)?,
        None => inference::Kind::Tract,
    };
    let refused = |error| Failed::new(FailureKind::Refused, error);
    let backend = kind.open().map_err(refused)?;
    let models = workload.models.iter().map(|model| Model {
        name: model.name.clone(),
        file: Some(model.file.clone()),
        encoding: GraphEncoding::Onnx,
        bytes: model.bytes.clone(),
    });
    Ok(Arc::new(Inference::new(backend, models)))
}

/// Logs are kept from level info on and then dropped: the cost of a log's sink is the
/// proxy's, not the runtime's. A check, which is not timed, keeps the first of them.
fn services(clock: Clock, inference: Arc<Inference>) -> Arc<InProcess> {
    let builder = InProcess::builder()
        .inference(inference)
        .log_level(LogLevel::Info)
        .seed(RANDOM_SEED);
    let builder = match clock {
        Clock::Real => builder,
        Clock::Fixed => builder.fixed_clock(FIXED_CLOCK_NS).collect_logs(KEPT_LINES),
    };
    Arc::new(builder.build())
}
