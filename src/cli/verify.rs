//! What `pwbench verify` takes.

use std::time::Duration;

use clap::Args;

use super::Selection;
use super::numbers::seconds;
use crate::output::Format;

/// Check runtimes: conformance suite, outcomes and host-call traces.
///
/// Each runtime runs in a process of its own. Exit code 1 when anything failed, 2 when
/// the plugin refused its configuration on every runtime.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  pwbench verify
  pwbench verify --runtime 'wasmer/*' --workload header-rewrite
  pwbench verify --module plugin.wasm --requests traffic.jsonl --format json

Fields of --format json, in this order: passed, conformance (each: runtime, passed, failed, \
not_applicable, failures), checks (each: runtime, workload, variant, passed, exchanges, matched, \
trace_sha256, host_calls, bytes_copied, verdicts (harmless, false_positives, attacks, missed, \
answered_otherwise; where the traffic says that some requests are to be stopped), reason, \
warnings (of the plugin while it started)), \
unavailable (each: runtime, workload, reason, \
remedy). Absent facts are null.")]
pub(crate) struct VerifyArgs {
    #[command(flatten)]
    pub(crate) selection: Selection,
    /// Leave the conformance suite out
    #[arg(long)]
    pub(crate) no_conformance: bool,
    /// How to print it
    #[arg(long, value_enum, default_value_t = Format::Table)]
    pub(crate) format: Format,
    /// A check that takes longer is ended and counts as failed
    #[arg(long, value_name = "SECONDS", default_value = "60", value_parser = seconds)]
    pub(crate) trial_timeout: Duration,
}
