//! Tables of cost: latency, callbacks, start-up, memory, break-even.

use super::format::{Scale, count, dash, digits, time};
use super::table::{Entry, Table, Tone};
use crate::model::ModeKind;
use crate::statistics::{BreakEven, break_even};
use crate::summary::{CellSummary, Group};

/// Reads one number of a cell.
type Field = fn(&CellSummary) -> Option<f64>;

/// Percentiles of latency.
pub(crate) fn latency(group: &Group) -> Table {
    let latencies = || group.measured().filter_map(|cell| cell.latency.as_ref());
    let scale = Scale::times(latencies().map(|latency| latency.p50 as f64));
    let mut table = Table::new("Latency of a transaction")
        .note("All blocks merged as counts. p99.9 needs 10,000 transactions.")
        .words("Runtime")
        .numbers("p50", scale.unit)
        .numbers("p90", scale.unit)
        .numbers("p99", scale.unit)
        .numbers("p99.9", scale.unit)
        .numbers("max", scale.unit)
        .numbers("n", "transactions");
    for cell in group.measured() {
        let Some(latency) = &cell.latency else {
            continue;
        };
        let show = |ns: u64| Entry::from(scale.show(ns as f64));
        table.row(vec![
            cell.cell.runtime.as_str().into(),
            show(latency.p50),
            show(latency.p90),
            show(latency.p99),
            scale.maybe(latency.p999.map(|ns| ns as f64)).into(),
            show(latency.max),
            count(latency.count as f64).into(),
        ]);
    }
    table
}

/// Cost by callback, per transaction.
pub(crate) fn callbacks(group: &Group) -> Table {
    let mut names: Vec<&str> = Vec::new();
    for callback in group.measured().flat_map(|cell| &cell.callbacks) {
        if !names.contains(&callback.name.as_str()) {
            names.push(&callback.name);
        }
    }
    let all = group
        .measured()
        .flat_map(|cell| &cell.callbacks)
        .map(|c| c.ns_per_transaction);
    let scale = Scale::times(all);
    let mut table = Table::new("Cost by callback")
        .note("Wall time per transaction inside the callback, its host calls included.")
        .words("Runtime");
    for name in &names {
        table = table.numbers(name.trim_start_matches("proxy_"), scale.unit);
    }
    for cell in group.measured().filter(|cell| !cell.callbacks.is_empty()) {
        let mut row = vec![Entry::from(cell.cell.runtime.as_str())];
        row.extend(names.iter().map(|name| {
            let found = cell
                .callbacks
                .iter()
                .find(|callback| callback.name == *name);
            scale
                .maybe(found.map(|callback| callback.ns_per_transaction))
                .into()
        }));
        table.row(row);
    }
    table
}

/// Start-up, split into its steps.
pub(crate) fn startup(group: &Group) -> Table {
    let totals = group.measured().filter_map(|cell| cell.startup.total_ns);
    let scale = Scale::times(totals);
    let mut table = Table::new("Start-up")
        .note("From the module's bytes to the first answered request; medians over blocks.")
        .words("Runtime")
        .words("Kind");
    for step in [
        "Compile",
        "Load",
        "Instantiate",
        "Start",
        "First request",
        "Total",
    ] {
        table = table.numbers(step, scale.unit);
    }
    table = table.numbers("Compile CPU", scale.unit);
    for cell in group.measured() {
        let startup = &cell.startup;
        let steps = [
            startup.compile_ns.filter(|_| startup.load_aot_ns.is_none()),
            startup.load_aot_ns,
            startup.instantiate_ns,
            startup.start_ns,
            startup.first_request_ns,
            startup.total_ns,
            startup.compile_cpu_ns,
        ];
        let mut row = vec![cell.cell.runtime.as_str().into(), Entry::kind(cell.kind)];
        row.extend(steps.map(|step| Entry::from(scale.maybe(step))));
        table.row(row);
    }
    table
}

/// Memory and code size.
pub(crate) fn memory(group: &Group) -> Table {
    let of =
        |field: fn(&CellSummary) -> Option<f64>| Scale::sizes(group.measured().filter_map(field));
    let fields: [(&str, Field); 6] = [
        ("First VM", |cell| cell.memory.rss_first_vm_bytes),
        ("Each further VM", |cell| cell.memory.rss_per_vm_bytes),
        ("Linear memory", |cell| cell.memory.linear_bytes),
        ("Module", |cell| cell.size.module_bytes),
        ("Artifact", |cell| cell.size.artifact_bytes),
        ("Code", |cell| cell.size.code_bytes),
    ];
    let scales = fields.map(|(_, field)| of(field));
    let mut table = Table::new("Memory and size")
        .note("First VM: growth of resident memory from before the engine's start; further VMs: the slope.")
        .words("Runtime");
    for ((heading, _), scale) in fields.iter().zip(&scales) {
        table = table.numbers(*heading, scale.unit);
    }
    for cell in group.measured() {
        let mut row = vec![Entry::from(cell.cell.runtime.as_str())];
        let columns = fields.iter().zip(&scales);
        row.extend(columns.map(|((_, field), scale)| Entry::from(scale.maybe(field(cell)))));
        table.row(row);
    }
    table
}

/// When each runtime has made up for its start-up, and when it is overtaken.
pub(crate) fn break_even_table(group: &Group) -> Table {
    let table = Table::new("Break-even")
        .note(stretches(group))
        .words("Runtime");
    let courses = || {
        group
            .measured()
            .filter_map(|cell| Some((cell, cell.course()?)))
    };
    let quickest = courses()
        .filter(|(cell, _)| cell.kind != ModeKind::Native)
        .min_by(|a, b| a.1.startup_ns.total_cmp(&b.1.startup_ns));
    let best = courses().find(|(cell, _)| group.best.as_ref() == Some(&cell.cell.runtime));
    let (Some((quickest, quickest_course)), Some((best, best_course))) = (quickest, best) else {
        return table;
    };
    let name = |cell: &CellSummary| cell.cell.runtime.clone();
    let mut table = table
        .numbers("Start-up", "")
        .numbers("Each request", "")
        .words(format!("Overtakes {}", name(quickest)))
        .words(format!("Overtaken by {}", name(best)));
    for (cell, course) in courses() {
        let is = |other: &CellSummary| cell.cell.runtime == other.cell.runtime;
        let overtakes = break_even(course, quickest_course);
        let overtaken = break_even(best_course, course);
        table.row(vec![
            cell.cell.runtime.as_str().into(),
            time(course.startup_ns).into(),
            time(course.request_ns).into(),
            when((!is(quickest)).then_some(overtakes)),
            when((!is(best)).then_some(overtaken)),
        ]);
    }
    table
}

fn when(found: Option<BreakEven>) -> Entry {
    match found {
        None | Some(BreakEven::Unknown) => Entry::toned(dash(), Tone::Muted),
        Some(BreakEven::AtOnce) => "from the first request".into(),
        Some(BreakEven::After(requests)) => {
            format!("from request {}", requests_words(requests)).into()
        }
        Some(BreakEven::Never) => Entry::toned("never", Tone::Muted),
    }
}

/// `Least total time: a up to request 12, then b.`
fn stretches(group: &Group) -> String {
    let mut text = String::new();
    for (at, stretch) in group.break_even.iter().enumerate() {
        let from = requests_words(stretch.from_requests);
        text += &match at {
            0 => format!(
                "Least time in all: {} from the first request",
                stretch.runtime
            ),
            _ => format!(", {} from request {from}", stretch.runtime),
        };
    }
    if text.is_empty() {
        text
    } else {
        format!("{text}. Point estimates, without intervals.")
    }
}

fn requests_words(requests: f64) -> String {
    if requests < 1e6 {
        count(requests)
    } else {
        format!("{} million", digits(requests / 1e6))
    }
}
