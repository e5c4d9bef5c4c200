//! Proxies under load: what `pwbench load` measured and what follows from it.
//!
//! A round is one load on one proxy that was started for it. Each row (a proxy with a filter)
//! has its rounds in every block, and is compared with the same proxy without a filter in the
//! same block.

mod campaign;
mod document;
mod folder;
mod metric;
mod report;
mod round;
mod row;
mod summary;

pub use campaign::{LoadAbsence, LoadCampaign, LoadPlan, LoadWorkload, ProxyFacts};
pub use folder::LoadFolder;
pub use metric::LoadMetric;
pub use report::LoadReport;
pub(crate) use report::reported;
pub use round::{LoadDemand, Round, RoundStatus};
pub use row::LoadRow;
pub use summary::{
    LoadComparison, LoadControl, LoadLatency, LoadSummary, LoadTrust, PhaseSummary, RowSummary,
};
