//! What the proxy provides to the VMs of one plugin.

use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use host_core::Stream;
use host_core::abi::{LogLevel, Status};
use host_core::services::{Callout, CalloutOrigin, Metrics, Services, SharedState};

use super::hub::Hub;
use super::{StreamInfo, callout, log};

/// What the proxy provides to the VMs of one plugin.
#[derive(Debug)]
pub(super) struct PluginServices {
    pub(super) hub: Arc<Hub>,
    /// Index of the plugin.
    pub(super) plugin: usize,
}

impl Services for PluginServices {
    fn now(&self) -> u64 {
        let now = SystemTime::now().duration_since(UNIX_EPOCH);
        u64::try_from(now.unwrap_or_default().as_nanos()).unwrap_or(u64::MAX)
    }

    fn monotonic(&self) -> u64 {
        u64::try_from(self.hub.start.elapsed().as_nanos()).unwrap_or(u64::MAX)
    }

    fn log_level(&self) -> LogLevel {
        self.hub.log_level
    }

    fn log(&self, level: LogLevel, plugin: &str, message: &[u8]) {
        log::write(level, plugin, message);
    }

    fn random(&self, bytes: &mut [u8]) {
        rand::fill(bytes);
    }

    fn callout(&self, origin: CalloutOrigin, callout: Callout<'_>) -> Result<(), Status> {
        callout::start(&self.hub, self.plugin, origin, callout)
    }

    fn shared(&self) -> &SharedState {
        &self.hub.shared
    }

    fn metrics(&self) -> &Metrics {
        &self.hub.metrics
    }

    fn property(&self, stream: Option<&Stream>, path: &[u8], out: &mut Vec<u8>) -> bool {
        if path == b"listener_direction" {
            // Inbound, as Envoy numbers traffic directions.
            out.extend_from_slice(&1_i64.to_le_bytes());
            return true;
        }
        stream
            .and_then(|stream| stream.embedder.as_ref())
            .and_then(|info| info.downcast_ref::<StreamInfo>())
            .is_some_and(|info| info.property(path, out))
    }

    fn foreign_function(&self, _: &[u8], _: &[u8], _: &mut Vec<u8>) -> Result<(), Status> {
        Err(Status::NotFound)
    }

    fn tick_period(&self, vm: u64, root: u32, period: Option<Duration>) {
        self.hub.tick(self.plugin, vm, root, period);
    }

    fn vm_ended(&self, vm: u64) {
        self.hub.forget(vm);
    }
}
