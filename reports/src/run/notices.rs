//! Notices: what a reader must know before the numbers.

use crate::summary::{CellSummary, Summary};

/// One line each; empty when all is well.
pub(super) fn notices(summary: &Summary) -> Vec<String> {
    let campaign = &summary.campaign;
    let mut notices = Vec::new();
    if campaign.interrupted {
        notices.push(format!(
            "The campaign was interrupted after {} of {} blocks; what was measured is shown.",
            campaign.blocks_complete, campaign.blocks_planned
        ));
    }
    notices.extend(campaign.notes.iter().cloned());
    if let Some(objection) = summary
        .trust
        .objection
        .as_ref()
        .filter(|_| summary.blocks_measured > 0)
    {
        notices.push(format!("Every verdict is undecided: {objection}."));
    }
    if !summary.failures.is_empty() {
        let trials: usize = summary
            .failures
            .iter()
            .map(|failure| failure.blocks.len())
            .sum();
        let trials = if trials == 1 {
            "One trial".to_owned()
        } else {
            format!("{trials} trials")
        };
        notices.push(format!("{trials} failed; see the failures below."));
    }
    for group in &summary.groups {
        let differs = |cell: &&CellSummary| cell.trace_differs();
        let names: Vec<&str> = group
            .cells
            .iter()
            .filter(differs)
            .map(|cell| cell.cell.runtime.as_str())
            .collect();
        if !names.is_empty() {
            notices.push(format!(
                "{}: the host calls of {} differ from those of most runtimes; they did not do the \
                 same work and have no rank.",
                group.title,
                names.join(", ")
            ));
        }
    }
    notices.extend(summary.warnings.iter().cloned());
    notices
}
