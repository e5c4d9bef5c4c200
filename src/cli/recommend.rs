//! What `pwbench recommend` takes.

use std::path::PathBuf;

use clap::Args;

use super::RunArgs;

/// Say which runtimes meet your needs on your workload, and why the others do not.
///
/// Measures as `pwbench run` does, or reads a campaign that was measured before, and holds
/// every runtime against the needs. The cheapest that meets them all stands first.
#[derive(Debug, Args)]
#[command(
    after_help = "Needs, separated by commas (docs/recommending.md has the grammar):
  p50 p90 p99 p999 cpu startup < TIME    TIME: a number with ns, us, ms or s
  memory vm-memory linear-memory size < BYTES    BYTES: a number with B, kB, MB, KiB, MiB
  simd, threads, tail-call ...           a WebAssembly proposal, see `pwbench list --features`
  deadline, memory-limit                 a limit that the engine itself enforces
  security-policy, release-schedule      what the engine's sources state
  sandbox                                not native code
  licence=TEXT, proxies=TEXT ...         a fact of `pwbench list --about` that holds TEXT

Examples:
  pwbench recommend --need 'startup<5ms,memory<4MB,p99<50us,simd' --workload header-rewrite
  pwbench recommend --needs needs.toml --module plugin.wasm --requests recorded.har
  pwbench recommend --need 'cpu<20us,licence=Apache' --campaign results/20261127-101500-full

Exit codes: 0 a runtime meets every need, 1 none does, 3 none surely does but some may: too few \
blocks, or the A/A control failed and a value lies within what it differed by.

With --format json, standard output is an object of: needs, workloads, candidates (runtime, \
standing, findings (need, met, found, value, of_limit), cpu_ns, misses, distance, reason, \
features (by word: has, found), says (by topic)), \
cautions, campaign; in this order."
)]
pub(crate) struct RecommendArgs {
    /// What the runtime must have, separated by commas
    #[arg(long, value_name = "NEEDS", required_unless_present = "needs")]
    pub(crate) need: Option<String>,
    /// The same in a TOML file: `has`, [below] and [says]
    #[arg(long, value_name = "FILE")]
    pub(crate) needs: Option<PathBuf>,
    /// A campaign of `pwbench run` to judge by, in place of measuring now
    #[arg(long, value_name = "DIR", conflicts_with_all = ["module", "workloads", "variants"])]
    pub(crate) campaign: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) run: RunArgs,
}
