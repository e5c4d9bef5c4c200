//! `report.html`: one file, no network.

use super::method::method;
use super::notices::notices;
use super::{ExportError, Exporter};
use crate::charts::{self, Chart};
use crate::summary::{Group, Summary};
use crate::tables::{self, Table, format};
use askama::Template;

/// One HTML file that needs no network, in light and dark, for wide and narrow pages and for print.
#[derive(Debug, Clone, Copy, Default)]
pub struct Html;

#[derive(Template)]
#[template(path = "report.html")]
struct Page<'a> {
    summary: &'a Summary,
    title: String,
    notices: Vec<String>,
    facts: Vec<(&'static str, String)>,
    groups: Vec<Section>,
    overall: Option<Table>,
    side_by_side: Table,
    pairs: Vec<Table>,
    availability: Table,
    gaps: Vec<Table>,
    controls: Table,
    fairness: Table,
    workloads: Table,
    machine: Table,
    method: Vec<String>,
    raw: Table,
}

/// A group on the page.
struct Section {
    id: String,
    title: String,
    details: String,
    ranking: Table,
    parts: Vec<Part>,
}

/// A chart with its table, or either alone.
struct Part {
    title: String,
    chart: Option<Chart>,
    table: Option<Table>,
}

impl Exporter for Html {
    fn file_name(&self) -> &'static str {
        "report.html"
    }

    fn export(&self, summary: &Summary) -> Result<String, ExportError> {
        let groups: Result<Vec<Section>, ExportError> = summary
            .groups
            .iter()
            .enumerate()
            .map(|(index, group)| section(summary, index, group))
            .collect();
        let page = Page {
            title: format!("pwbench {}", summary.campaign.id),
            notices: notices(summary),
            facts: facts(summary),
            groups: groups?,
            overall: summary
                .overall
                .as_ref()
                .map(|o| tables::overall(o, summary.primary)),
            side_by_side: tables::side_by_side(summary),
            pairs: summary.pairs.iter().map(tables::pair).collect(),
            availability: tables::availability(summary),
            gaps: vec![
                tables::failures(summary),
                tables::remedies(summary),
                tables::conformance_failures(summary),
            ],
            controls: tables::controls(summary),
            fairness: tables::fairness(summary),
            workloads: tables::workloads(summary),
            machine: tables::machine(summary),
            method: method(summary),
            raw: tables::raw(summary),
            summary,
        };
        Ok(page.render()?)
    }
}

fn section(summary: &Summary, index: usize, group: &Group) -> Result<Section, ExportError> {
    let part = |chart: Option<Chart>, table: Option<Table>| {
        let table = table.filter(|table| !table.is_empty());
        let title = chart.as_ref().map(|chart| &chart.title);
        let title = title.or(table.as_ref().map(|table| &table.title))?.clone();
        Some(Part {
            title,
            chart,
            table,
        })
    };
    // The ranking table stands above these two and holds their numbers.
    let parts = [
        part(charts::cost(summary, group)?, None),
        part(charts::ratios(summary, group)?, None),
        part(charts::percentiles(group)?, Some(tables::latency(group))),
        part(None, Some(tables::callbacks(group))),
        part(charts::startup(group)?, Some(tables::startup(group))),
        part(
            charts::break_even(group)?,
            Some(tables::break_even_table(group)),
        ),
        part(charts::memory(group)?, Some(tables::memory(group))),
        part(None, Some(tables::counts(group))),
        part(None, Some(tables::host_calls(group))),
    ];
    let label = group.label();
    let details = label
        .strip_prefix(group.title.as_str())
        .unwrap_or_default()
        .trim();
    Ok(Section {
        id: format!("ranking-{}", index + 1),
        title: group.title.clone(),
        details: details.trim_matches(['(', ')']).to_owned(),
        ranking: tables::ranking(summary, group),
        parts: parts.into_iter().flatten().collect(),
    })
}

fn facts(summary: &Summary) -> Vec<(&'static str, String)> {
    let campaign = &summary.campaign;
    let machine = &campaign.machine;
    let runtimes = summary.availability.iter().filter(|row| {
        row.workloads
            .iter()
            .any(|state| matches!(state, crate::summary::Availability::Measured { .. }))
    });
    let facts = [
        ("Campaign", campaign.id.clone()),
        ("Started", format::moment(campaign.started_unix_ms)),
        (
            "Blocks",
            format!(
                "{} of {}",
                campaign.blocks_complete, campaign.blocks_planned
            ),
        ),
        ("Runtimes", runtimes.count().to_string()),
        (
            "Machine",
            match machine.cores {
                0 => String::new(),
                1 => format!("{}, 1 core", machine.cpu_model),
                cores => format!("{}, {cores} cores", machine.cpu_model),
            },
        ),
    ];
    facts
        .into_iter()
        .filter(|(_, value)| !value.is_empty())
        .collect()
}
