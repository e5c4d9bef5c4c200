//! Tables of counts: what was done, whatever the time.

use super::format::{dash, rate};
use super::table::{Entry, Table, Tone};
use crate::summary::{CheckSummary, Group};

/// Outcomes, host calls, bytes and instructions.
pub(crate) fn counts(group: &Group) -> Table {
    let mut table = Table::new("Counts and outcomes")
        .note("Per transaction. Instructions are counted by the reference engine and hold for all WebAssembly runtimes.")
        .words("Runtime")
        .words("Outcomes")
        .words("Expected by")
        .words("Host-call trace")
        .numbers("Host calls", "")
        .numbers("Copied", "B")
        .numbers("Instructions", "");
    for cell in &group.cells {
        let Some(check) = &cell.check else { continue };
        table.row(vec![
            cell.cell.runtime.as_str().into(),
            outcomes(check),
            check.expectation.as_str().into(),
            trace(check),
            rate(check.host_calls_per_transaction).into(),
            rate(check.bytes_copied_per_transaction).into(),
            check
                .instructions_per_transaction
                .map_or_else(dash, rate)
                .into(),
        ]);
    }
    table
}

/// Host calls by name, from the first cell that counted them; the traces say whether the others agree.
pub(crate) fn host_calls(group: &Group) -> Table {
    let table = Table::new("Host calls by name")
        .words("Host call")
        .numbers("Per transaction", "");
    let counted = group.cells.iter().filter(|cell| cell.withheld.is_none());
    let check = counted.filter_map(|cell| Some((cell, cell.check.as_ref()?)));
    let Some((cell, check)) = check
        .into_iter()
        .find(|(_, check)| !check.host_calls.is_empty())
    else {
        return table;
    };
    let mut table = table.note(format!("As counted on {}.", cell.cell.runtime));
    for (name, each) in &check.host_calls {
        table.row(vec![Entry::toned(name, Tone::Code), rate(*each).into()]);
    }
    table
}

fn outcomes(check: &CheckSummary) -> Entry {
    let text = format!("{} of {}", check.matched, check.exchanges);
    let right = check.matched == check.exchanges;
    Entry::toned(text, if right { Tone::Good } else { Tone::Bad })
}

fn trace(check: &CheckSummary) -> Entry {
    let short: String = check.trace_sha256.chars().take(12).collect();
    match check.trace_agrees {
        Some(false) => Entry::toned(format!("differs ({short})"), Tone::Bad),
        _ if short.is_empty() => dash().into(),
        _ => Entry::toned(short, Tone::Code),
    }
}
