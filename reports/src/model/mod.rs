//! The result model: plain data, read and written with serde.
//!
//! Readers ignore fields they do not know and fill absent ones with defaults,
//! so that a report can be made from the results of another version.

mod campaign;
mod cell;
mod check;
mod folder;
mod latency;
mod manifest;
mod manifest_class;
mod measurement;
mod pair;
mod shard;
mod trial;

pub use campaign::{Campaign, CampaignWall, Machine, Unavailable, WorkloadInfo};
pub use cell::{Arm, Cell};
pub use check::{Check, ConformanceRow, Mismatch, Verdicts};
pub(crate) use folder::write_whole;
pub use folder::{CampaignFolder, FolderError, Trials};
pub use latency::{Latency, LatencyError};
pub use manifest::{ModeKind, RuntimeManifest};
pub use manifest_class::{BoundsMethod, Compilation};
pub use measurement::{CallbackCost, Measurement, Memory, Regions, Size, Startup};
pub use pair::{Pair, ParsePairError};
pub use shard::{ParseShardError, Shard};
pub use trial::{FailureKind, Status, TrialRecord};

/// Version of the result model written into every file. 2 adds shards, the machine's identity
/// and the proposals that a runtime has; files of 1 are read as having none.
pub const SCHEMA: u32 = 2;

fn schema() -> u32 {
    SCHEMA
}
