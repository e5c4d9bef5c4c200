//! Two campaigns beside each other, cell by cell.

use crate::document::{Document, Part, Section};
use crate::model::{Campaign, Cell, ModeKind};
use crate::summary::{CellSummary, Metric, Summary};
use crate::tables::format::{Scale, dash, moment, ratio};
use crate::tables::{Entry, Table, short};
use std::collections::BTreeMap;

/// Both of one cell, where both have it.
struct Both<'a> {
    cell: &'a Cell,
    kind: ModeKind,
    here: Option<&'a CellSummary>,
    there: Option<&'a CellSummary>,
}

/// Adds to a campaign's document a first section that holds it against another campaign.
///
/// Figures of one machine get a ratio; those of different machines stand beside each other and
/// no more, and none gets a verdict: nothing was measured in the same blocks.
pub(crate) fn beside(document: &mut Document, here: &Summary, there: &Summary) {
    let same = here.campaign.machine.is_same(&there.campaign.machine);
    let note = match same {
        true => {
            "Both ran on this machine, one after the other: the ratio B / A carries whatever \
             else changed between them, and no verdict. For one, measure both in the same \
             blocks with `pwbench compare`."
        }
        false => {
            "They did not run on one machine, or it cannot be told whether they did: figures \
             stand beside each other and have no ratio."
        }
    };
    let section = Section::new("beside", "Two campaigns beside each other")
        .part(Part::table(campaigns(here, there)).titled("").evidence())
        .part(Part::table(cells(here, there, same)).evidence());
    let section = Section {
        note: note.to_owned(),
        ..section
    };
    document.sections.insert(0, section);
    let facts = [
        ("A", here.campaign.id.as_str()),
        ("B", there.campaign.id.as_str()),
    ];
    let facts = facts.map(|(name, id)| (name.to_owned(), id.to_owned()));
    document.facts.splice(0..0, facts);
    document.cautions.insert(
        0,
        format!(
            "The headline is that of campaign A, {}; campaign B said: {}",
            here.campaign.id, there.headline.sentence
        ),
    );
}

fn campaigns(here: &Summary, there: &Summary) -> Table {
    let mut table = Table::new("Campaigns").words("What").words("A").words("B");
    let both = |of: &dyn Fn(&Campaign) -> String| [of(&here.campaign), of(&there.campaign)];
    let rows = [
        ("Campaign", both(&|own| own.id.clone())),
        ("Started", both(&|own| moment(own.started_unix_ms))),
        ("pwbench", both(&|own| own.pwbench_version.clone())),
        ("CPU", both(&|own| own.machine.cpu_model.clone())),
        ("Cores", both(&|own| own.machine.cores.to_string())),
        (
            "System",
            both(&|own| format!("{} {}", own.machine.os, own.machine.kernel)),
        ),
        ("Blocks", both(&|own| own.blocks_complete.to_string())),
    ];
    for (what, [a, b]) in rows {
        table.row(vec![what.into(), a.into(), b.into()]);
    }
    for (at, name) in ["A", "B"].iter().enumerate() {
        let other = [here, there][at];
        let objection = other.trust.objection.clone();
        let mut row = vec![Entry::from(format!("A/A control of {name}"))];
        let own = objection.unwrap_or_else(|| "holds".to_owned());
        row.extend(match at {
            0 => [Entry::from(own), dash().into()],
            _ => [dash().into(), own.into()],
        });
        table.row(row);
    }
    table
}

fn pair<'a>(here: &'a Summary, there: &'a Summary) -> Vec<Both<'a>> {
    fn all(summary: &Summary) -> impl Iterator<Item = &CellSummary> {
        summary.groups.iter().flat_map(|group| &group.cells)
    }
    let theirs: BTreeMap<&Cell, &CellSummary> = all(there).map(|own| (&own.cell, own)).collect();
    let mut pairs: Vec<Both<'a>> = all(here)
        .map(|own| Both {
            cell: &own.cell,
            kind: own.kind,
            here: Some(own),
            there: theirs.get(&own.cell).copied(),
        })
        .collect();
    let ours: std::collections::BTreeSet<&Cell> = all(here).map(|own| &own.cell).collect();
    let only_theirs = all(there).filter(|own| !ours.contains(&own.cell));
    pairs.extend(only_theirs.map(|own| Both {
        cell: &own.cell,
        kind: own.kind,
        here: None,
        there: Some(own),
    }));
    pairs
}

fn cells(here: &Summary, there: &Summary, same: bool) -> Table {
    let pairs = pair(here, there);
    let metrics = [here.primary, Metric::P99, Metric::Startup];
    let value = |cell: Option<&CellSummary>, metric: Metric| {
        let cell = cell.filter(|cell| cell.withheld.is_none())?;
        Some(cell.metrics.get(&metric)?.median)
    };
    let scale = |metric: Metric| {
        let values = pairs.iter();
        Scale::times(values.flat_map(|both| {
            let values = [value(both.here, metric), value(both.there, metric)];
            values.into_iter().flatten()
        }))
    };
    let scales = metrics.map(scale);
    let mut table = Table::new("Cells of A and B")
        .words("Workload")
        .words("Variant")
        .words("Isolation")
        .numbers("Threads", "")
        .words("Runtime")
        .words("Kind");
    for (metric, scale) in metrics.iter().zip(&scales) {
        for name in ["A", "B"] {
            table = table.numbers(format!("{} {name}", short(*metric)), scale.unit);
        }
        if same {
            table = table.numbers("B / A", "");
        }
    }
    for both in &pairs {
        let id = both.cell;
        let mut row = vec![
            Entry::from(id.workload.as_str()),
            id.variant.as_str().into(),
            id.isolation.as_str().into(),
            id.threads.to_string().into(),
            id.runtime.as_str().into(),
            Entry::kind(both.kind),
        ];
        for (metric, scale) in metrics.iter().zip(&scales) {
            let (a, b) = (value(both.here, *metric), value(both.there, *metric));
            row.push(scale.maybe(a).into());
            row.push(scale.maybe(b).into());
            if same {
                let found = a.zip(b).map(|(a, b)| ratio(b / a));
                row.push(found.unwrap_or_else(dash).into());
            }
        }
        table.row(row);
    }
    table
}
