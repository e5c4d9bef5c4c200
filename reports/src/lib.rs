//! What a campaign measured, what may be concluded from it, and how it is shown.
//!
//! The crate knows no engine and no host: it reads results. [`CampaignFolder`]
//! keeps `trials.jsonl` (one [`TrialRecord`] per line, written as soon as a
//! trial ends) and `campaign.json` (one [`Campaign`]).
#![forbid(unsafe_code)]

mod charts;
mod comparison;
mod contention;
mod document;
mod export;
mod kinds;
mod load;
mod merged;
mod model;
mod recommendation;
mod run;
mod statistics;
mod summary;
mod tables;
mod tuning;

pub use charts::{Axis, Bar, Chart, ChartError, Ink, Line, Point, Unit};
pub use comparison::{
    Answer, Calibration, CalibrationRecord, CalibrationRow, ComparedCell, ComparisonReport,
    Confirmation, Contrast, Count, Figure, GateOutcome, GateReport, GateRow, GateStatus,
    HistoryEntry, HistoryValue, Judge, Limit, Origin, Others, Percentiles, Player, Question,
    SamplePlan, Share, Sitting, Stage, StoredCampaign, Trend, TrendPoint, history_document,
    machine_difference, machine_name, stored, trends,
};
pub use contention::{
    CONTENTION_KIND, Contended, ContentionCampaign, ContentionControl, ContentionCurve,
    ContentionFailure, ContentionFolder, ContentionHeadline, ContentionPoint, ContentionSummary,
    ContentionTrial, LockPoint, LockWaits, ThreadShare, Way, jain, least_to_most,
};
pub use document::{Document, Part, Section, Weight};
pub use export::{Csv, ExportError, Exporter, Html, Json, Markdown, Report, exporters};
pub use kinds::{RUN, Reported, kind_of, reported};
pub use load::{
    LoadAbsence, LoadCampaign, LoadComparison, LoadControl, LoadDemand, LoadFolder, LoadLatency,
    LoadMetric, LoadPlan, LoadReport, LoadRow, LoadSummary, LoadTrust, LoadWorkload, PhaseSummary,
    ProxyFacts, Round, RoundStatus, RowSummary,
};
pub use merged::{Joined, KIND as MERGED, MergeError, merge};
pub use model::{
    Arm, BoundsMethod, CallbackCost, Campaign, CampaignFolder, CampaignWall, Cell, Check,
    Compilation, ConformanceRow, FailureKind, FolderError, Latency, LatencyError, Machine,
    Measurement, Memory, Mismatch, ModeKind, Pair, ParsePairError, ParseShardError, Regions,
    RuntimeManifest, SCHEMA, Shard, Size, Startup, Status, TrialRecord, Trials, Unavailable,
    Verdicts, WorkloadInfo,
};
pub use recommendation::{
    Candidate, Counted, ENOUGH_FOR_P999, Feature, Finding, Knowledge, Met, Need, NeedError, Needs,
    Quantity, Recommendation, RuntimeValues, Standing, values_of,
};
pub use statistics::{
    BreakEven, ChangePoint, Contender, Control, Course, Estimate, Interval, Located,
    PairedDifference, PairedRatio, Place, Policy, Series, Spending, Stretch, Word, break_even,
    change_points, constant_ratio, criterion_word, estimate, exact_ratio, fastest_stretches,
    geometric_mean, holm, located, log_ratio, median, paired_difference, paired_ratio, rank,
    unpaired_ratio, welch, wilson,
};
pub use summary::{
    Absolute, Aspect, Availability, AvailabilityRow, BreakEvenStretch, CallbackSummary,
    CellSummary, CheckSummary, Claim, ClaimWord, Comparison, ControlRow, Failure, Group, Headline,
    LatencySummary, MemorySummary, Metric, Overall, OverallRow, PairAnswer, PairSummary,
    SizeSummary, StartupSummary, Summary, Trust, Unlikeness,
};
pub use tables::{Column, Entry, Table, Tone};
pub use tuning::{
    Against, CandidateRow, Choice, Compared, Contestant, Copyable, Factor, Fate, Layer,
    MissingLevel, RuntimeTuning, Search, SearchStage, Spent, Step, TUNE_KIND, Traffic,
    TuneConfirmation, Tuning, Worth, WorthWord,
};
