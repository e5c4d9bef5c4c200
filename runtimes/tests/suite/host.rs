//! The host's state for one VM.

use std::sync::Arc;

use host_core::abi::AbiVersion;
use host_core::services::InProcessBuilder;
use host_core::{Host, VmSettings};

pub(crate) fn host() -> Host {
    let services = Arc::new(InProcessBuilder::default().build());
    Host::new(
        services,
        AbiVersion::V0_2_1,
        Arc::new(VmSettings::default()),
    )
}
