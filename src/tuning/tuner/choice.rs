//! What was asked for: the module, the runtimes, the layers.

use reports::{Layer, MissingLevel};
use runtimes::{Availability, RuntimeEntry};
use workloads::Workload;

use crate::cli::{TuneArgs, TunedLayer};
use crate::error::Error;

pub(super) fn built_in(arguments: &TuneArgs) -> Result<Option<Workload>, Error> {
    let Some(name) = &arguments.workload else {
        return Ok(None);
    };
    Ok(Some(match &arguments.variant {
        Some(variant) => workloads::find_variant(name, variant)?,
        None => workloads::find(name)?,
    }))
}

pub(super) fn available(
    patterns: &[String],
    missing: &mut Vec<MissingLevel>,
) -> Result<Vec<&'static RuntimeEntry>, Error> {
    let mut here = Vec::new();
    for entry in runtimes::select(patterns)? {
        match entry.availability() {
            // It runs no module.
            _ if entry.id == crate::NATIVE => {}
            Availability::Available => here.push(entry),
            Availability::Unavailable { reason, remedy } => missing.push(MissingLevel {
                runtime: entry.id.clone(),
                factor: "runtime".to_owned(),
                reason,
                remedy,
            }),
        }
    }
    match here.is_empty() {
        true => Err(Error::NothingToRun),
        false => Ok(here),
    }
}

pub(super) fn allowed(arguments: &TuneArgs, layer: Layer) -> bool {
    let wanted = match layer {
        Layer::Build => TunedLayer::Build,
        Layer::WasmOpt => TunedLayer::WasmOpt,
        Layer::Engine => TunedLayer::Engine,
    };
    arguments.layers.is_empty() || arguments.layers.contains(&wanted)
}
