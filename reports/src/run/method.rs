//! The method in prose.

use crate::summary::Summary;
use crate::tables::format;

/// The paragraphs of the section on method.
pub(super) fn method(summary: &Summary) -> Vec<String> {
    let policy = &summary.policy;
    let percent = |share: f64| format!("{} %", share * 100.0);
    vec![
        format!(
            "A trial is a process of its own that measures one cell: a runtime on a workload. A block is one \
             pass over all cells in random order. Each trial counts as one sample, however many \
             transactions it carried. The rankings go by {}.",
            summary.primary.title()
        ),
        format!(
            "Two cells are compared by the ratio of their values within each block, since whatever slowed the \
             machine during a block slowed both. The estimate is the median of the logarithms of these ratios; the \
             {} interval is a percentile bootstrap over blocks with {} resamples and a fixed seed. The \
             raw numbers add the exact signed-rank interval, which draws no random numbers.",
            percent(policy.level),
            format::count(policy.resamples as f64)
        ),
        format!(
            "Differences below {band} do not matter in practice. A runtime is faster or slower when its whole interval \
             lies outside that band and the difference survives Holm's adjustment over the ranking at {alpha} \
             (Yuen's test on trimmed log ratios against the edge of the band); it is the same when the whole \
             interval lies within the band; otherwise the matter is undecided. Fewer than {blocks} blocks give no \
             verdict. Who is not shown to be slower than the leader is tied with it.",
            band = percent(policy.band),
            alpha = percent(policy.alpha),
            blocks = policy.min_blocks
        ),
        format!(
            "One cell is measured under two names in every block. When the interval of this A/A control excludes 1 \
             and does not lie within {} of it, the machine invents differences, and every verdict is undecided.",
            percent(policy.control_band)
        ),
        "Before any time is shown, the outcome of every exchange is compared with the expected one; runtimes with \
         wrong outcomes have their times withheld. Host-call traces must agree across runtimes. Latencies of several \
         trials are merged as counts, never as percentiles. The leader is chosen by the same data that it is \
         compared on, which flatters it a little; a second campaign is the remedy."
            .to_owned(),
    ]
}
