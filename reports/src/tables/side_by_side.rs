//! All rankings in one table: what each runtime pays for each workload and variant.

use super::format::{Scale, dash};
use super::ranking::short;
use super::table::{Entry, Table};
use crate::summary::{Group, Summary};

/// A row for each runtime, a column for each ranking; empty with fewer than two rankings.
/// Rows of one runtime may be compared along the table: the same machine, the same campaign.
pub(crate) fn side_by_side(summary: &Summary) -> Table {
    let groups = &summary.groups;
    let costs = |group: &'_ Group| -> Vec<(String, f64)> {
        let cost = |cell: &crate::summary::CellSummary| {
            let cost = cell.metrics.get(&summary.primary)?.median;
            Some((cell.cell.runtime.clone(), cost))
        };
        group.measured().filter_map(cost).collect()
    };
    let columns: Vec<Vec<(String, f64)>> = groups.iter().map(costs).collect();
    let scale = Scale::times(columns.iter().flatten().map(|(_, cost)| *cost));
    let mut table = Table::new("Side by side")
        .note(format!(
            "{} of every runtime in every ranking, median over blocks.",
            short(summary.primary)
        ))
        .words("Runtime");
    if groups.len() < 2 {
        return table;
    }
    for group in groups {
        table = table.numbers(heading(group, groups), scale.unit);
    }
    let mut runtimes: Vec<&str> = Vec::new();
    for (runtime, _) in columns.iter().flatten() {
        if !runtimes.contains(&runtime.as_str()) {
            runtimes.push(runtime);
        }
    }
    for runtime in runtimes {
        let of = |column: &Vec<(String, f64)>| {
            let own = column.iter().find(|(name, _)| name == runtime);
            own.map_or_else(dash, |(_, cost)| scale.show(*cost))
        };
        let row = columns.iter().map(|column| Entry::from(of(column)));
        table.row(std::iter::once(Entry::from(runtime)).chain(row).collect());
    }
    table
}

/// Workload and variant, and what else sets the group apart from the others.
fn heading(group: &Group, all: &[Group]) -> String {
    let mut heading = format!("{} {}", group.workload, group.variant)
        .trim_end()
        .to_owned();
    let differs = |of: fn(&Group) -> String| all.iter().any(|other| of(other) != of(group));
    if differs(|group| group.isolation.clone()) {
        heading += &format!(" {}", group.isolation);
    }
    if differs(|group| group.threads.to_string()) {
        heading += &format!(" ×{}", group.threads);
    }
    heading
}
