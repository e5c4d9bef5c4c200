//! Notices: what a reader must know before the numbers.

use crate::summary::Summary;

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
    let differing: Vec<&str> = summary
        .groups
        .iter()
        .flat_map(|group| &group.cells)
        .filter(|cell| {
            cell.check
                .as_ref()
                .is_some_and(|check| check.trace_agrees == Some(false))
        })
        .map(|cell| cell.cell.runtime.as_str())
        .collect();
    if !differing.is_empty() {
        notices.push(format!(
            "The host calls of {} differ from those of most runtimes: they did not do the same work.",
            differing.join(", ")
        ));
    }
    notices.extend(summary.warnings.iter().cloned());
    notices
}
