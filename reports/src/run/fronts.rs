//! Two figures against each other, with the runtimes that none beats in both.

use crate::charts::{Axis, Chart, Ink, Point, Unit};
use crate::document::Part;
use crate::model::ModeKind;
use crate::summary::{CellSummary, Group, Metric, Summary};
use crate::tables::format::Scale;
use crate::tables::{Entry, Table, Tone, short};

/// One figure of a cell.
struct Aspect {
    /// For a column.
    title: String,
    /// For an axis.
    words: String,
    unit: Unit,
    /// Of a cell, under the ranking's metric.
    value: fn(&CellSummary, Metric) -> Option<f64>,
}

/// Cost against start-up, cost against what is shipped, and start-up against memory.
pub(super) fn parts(summary: &Summary, group: &Group) -> [Part; 3] {
    let planes = [
        ("Cost against start-up", start_up(), cost(summary)),
        ("Cost against size", shipped(), cost(summary)),
        ("Start-up against memory", memory(), start_up()),
    ];
    let part =
        |(title, x, y): (&str, Aspect, Aspect)| plane(title, [&x, &y], group, summary.primary);
    planes.map(part)
}

fn cost(summary: &Summary) -> Aspect {
    Aspect {
        title: short(summary.primary).to_owned(),
        words: short(summary.primary).to_owned(),
        unit: Unit::Nanoseconds,
        value: |cell, primary| Some(cell.metrics.get(&primary)?.median),
    }
}

fn start_up() -> Aspect {
    Aspect {
        title: "Start-up".to_owned(),
        words: "start-up to the first answer".to_owned(),
        unit: Unit::Nanoseconds,
        value: |cell, _| Some(cell.metrics.get(&Metric::Startup)?.median),
    }
}

/// The artifact where one is loaded, else the module.
fn shipped() -> Aspect {
    Aspect {
        title: "Size".to_owned(),
        words: "artifact, or else module".to_owned(),
        unit: Unit::Bytes,
        value: |cell, _| cell.size.artifact_bytes.or(cell.size.module_bytes),
    }
}

fn memory() -> Aspect {
    Aspect {
        title: "Memory".to_owned(),
        words: "resident memory of the first VM".to_owned(),
        unit: Unit::Bytes,
        value: |cell, _| cell.memory.rss_first_vm_bytes,
    }
}

/// A cell with both figures.
struct Candidate<'a> {
    cell: &'a CellSummary,
    x: f64,
    y: f64,
}

fn plane(title: &str, [x, y]: [&Aspect; 2], group: &Group, primary: Metric) -> Part {
    let found: Vec<Candidate<'_>> = group
        .measured()
        .filter_map(|cell| {
            let (x, y) = ((x.value)(cell, primary)?, (y.value)(cell, primary)?);
            // Logarithms need values above zero.
            (x > 0.0 && y > 0.0).then_some(Candidate { cell, x, y })
        })
        .collect();
    let points = found.iter().map(|one| {
        let point = Point::new(
            &one.cell.cell.runtime,
            Ink::kind(one.cell.kind),
            one.x,
            one.y,
        );
        point.front(is_on_front(one, &found))
    });
    let chart = Chart::points(
        title,
        Axis::log(&x.words, x.unit),
        Axis::log(&y.words, y.unit),
        points.collect(),
    )
    .kinds(found.iter().map(|one| one.cell.kind))
    .caption(
        "Medians over blocks, both axes logarithmic; further left and further down is better. \
         Filled and joined: the Pareto front, runtimes that no other beats in both; the native \
         twin takes no part in it. Point estimates: neighbours may be tied.",
    );
    Part::chart_and_table(chart, table(title, [x, y], &found))
}

/// The same as a table.
fn table(title: &str, [x, y]: [&Aspect; 2], found: &[Candidate<'_>]) -> Table {
    let scale = |aspect: &Aspect, values: Vec<f64>| match aspect.unit {
        Unit::Bytes => Scale::sizes(values),
        _ => Scale::times(values),
    };
    let across = scale(x, found.iter().map(|one| one.x).collect());
    let up = scale(y, found.iter().map(|one| one.y).collect());
    let mut table = Table::new(title)
        .words("Runtime")
        .words("Kind")
        .numbers(x.title.as_str(), across.unit)
        .numbers(y.title.as_str(), up.unit)
        .words("On the front");
    for one in found {
        let front = match is_on_front(one, found) {
            true => Entry::toned("yes", Tone::Good),
            false => Entry::toned("no", Tone::Muted),
        };
        table.row(vec![
            one.cell.cell.runtime.as_str().into(),
            Entry::kind(one.cell.kind),
            across.show(one.x).into(),
            up.show(one.y).into(),
            front,
        ]);
    }
    table
}

fn is_on_front(one: &Candidate<'_>, all: &[Candidate<'_>]) -> bool {
    let runs =
        |other: &Candidate<'_>| other.cell.kind != ModeKind::Native && !other.cell.trace_differs();
    let beats = |other: &Candidate<'_>| {
        other.x <= one.x && other.y <= one.y && (other.x < one.x || other.y < one.y)
    };
    runs(one) && !all.iter().any(|other| runs(other) && beats(other))
}
