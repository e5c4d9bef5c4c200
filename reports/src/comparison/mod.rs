//! Comparisons: a base and a new side, cell by cell.
//!
//! [`Sitting`]s are the samples, [`Judge`] turns them into one of four words for
//! each [`Question`], under a [`SamplePlan`] that was fixed before.

mod calibration;
mod document;
mod figure;
mod folder;
mod gate;
mod gate_text;
mod history;
mod judge;
mod plan;
mod result;
mod sitting;
mod stored;

pub use calibration::{Calibration, CalibrationRecord, CalibrationRow, Others, Share};
pub use document::history_document;
pub use figure::Figure;
pub(crate) use folder::reported;
pub use gate::{GateOutcome, GateReport, GateRow, GateStatus, Limit};
pub use history::{HistoryEntry, HistoryValue, Trend, TrendPoint, machine_name, trends};
pub use judge::{Answer, Confirmation, Judge, Question};
pub use plan::SamplePlan;
pub use result::{ComparedCell, ComparisonReport, Count, Origin};
pub use sitting::{Contrast, Percentiles, Player, Sitting, Stage};
pub use stored::{StoredCampaign, machine_difference, stored};
