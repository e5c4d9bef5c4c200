//! Tables about the campaign itself: availability, failures, controls, fairness, machine.

use super::format::{count, dash, digits, moment, size};
use super::table::{Entry, Table, Tone};
use crate::model::RuntimeManifest;
use crate::summary::{Availability, Summary};
use std::collections::BTreeSet;

/// Which runtime ran which workload.
pub(crate) fn availability(summary: &Summary) -> Table {
    let mut table = Table::new("Availability").words("Runtime");
    for name in &summary.workload_names {
        table = table.words(name);
    }
    table = table.words("Conformance");
    for row in &summary.availability {
        let mut entries = vec![Entry::from(row.runtime.as_str())];
        entries.extend(row.workloads.iter().map(|state| match state {
            Availability::Measured { blocks } => {
                Entry::toned(format!("{blocks} blocks"), Tone::Good)
            }
            Availability::Withheld { reason } => Entry::toned(reason, Tone::Bad),
            Availability::Unavailable { .. } => Entry::toned("unavailable", Tone::Bad),
            Availability::NotMeasured => Entry::toned("not measured", Tone::Muted),
        }));
        let found = summary
            .campaign
            .conformance
            .iter()
            .find(|c| c.runtime == row.runtime);
        entries.push(match found {
            None => Entry::toned(dash(), Tone::Muted),
            Some(found) => {
                let skipped = match found.not_applicable {
                    0 => String::new(),
                    skipped => format!(", {skipped} not applicable"),
                };
                let text = format!(
                    "{} of {}{skipped}",
                    found.passed,
                    found.passed.saturating_add(found.failed)
                );
                Entry::toned(
                    text,
                    if found.failed == 0 {
                        Tone::Good
                    } else {
                        Tone::Bad
                    },
                )
            }
        });
        table.row(entries);
    }
    table
}

/// What could not take part, and how it could.
pub(crate) fn remedies(summary: &Summary) -> Table {
    let mut table = Table::new("Unavailable here")
        .words("Runtime")
        .words("Workload")
        .words("Reason")
        .words("Remedy");
    for row in &summary.campaign.unavailable {
        table.row(vec![
            if row.runtime.is_empty() {
                "all"
            } else {
                &row.runtime
            }
            .into(),
            row.workload.as_deref().unwrap_or("all").into(),
            row.reason.as_str().into(),
            Entry::toned(&row.remedy, Tone::Code),
        ]);
    }
    table
}

/// Conformance items that failed.
pub(crate) fn conformance_failures(summary: &Summary) -> Table {
    let mut table = Table::new("Conformance items failed")
        .words("Runtime")
        .words("Item");
    for row in &summary.campaign.conformance {
        for failure in &row.failures {
            table.row(vec![row.runtime.as_str().into(), failure.as_str().into()]);
        }
    }
    table
}

/// Which runtime has which proposal of WebAssembly.
pub(crate) fn features(summary: &Summary) -> Table {
    let rows = || summary.campaign.conformance.iter();
    let proposals: BTreeSet<&str> = rows()
        .flat_map(|row| row.features.keys().map(String::as_str))
        .collect();
    let mut table = Table::new("Proposals of WebAssembly")
        .note("Found by trying each in the runtime, as it is set up for this campaign.")
        .words("Runtime");
    for name in &proposals {
        table = table.words(*name);
    }
    for row in rows().filter(|row| !row.features.is_empty()) {
        let found = proposals.iter().map(|name| match row.features.get(*name) {
            None => Entry::toned(dash(), Tone::Muted),
            Some(word) => match word.as_str() {
                "yes" => Entry::toned(word, Tone::Good),
                "no" | "unknown" => Entry::toned(word, Tone::Muted),
                _ => Entry::toned(word, Tone::Bad),
            },
        });
        let name = Entry::from(row.runtime.as_str());
        table.row(std::iter::once(name).chain(found).collect());
    }
    table
}

/// Trials that failed.
pub(crate) fn failures(summary: &Summary) -> Table {
    let mut table = Table::new("Failed trials")
        .words("Cell")
        .words("How")
        .words("Reason")
        .words("Blocks");
    for failure in &summary.failures {
        let block = |block: &u32| match block {
            0 => "check".to_owned(),
            block => block.to_string(),
        };
        let blocks: Vec<String> = failure.blocks.iter().map(block).collect();
        table.row(vec![
            failure.cell.as_str().into(),
            Entry::toned(failure.kind.word(), Tone::Bad),
            failure.reason.as_str().into(),
            blocks.join(", ").into(),
        ]);
    }
    table
}

/// The A/A controls.
pub(crate) fn controls(summary: &Summary) -> Table {
    let mut table = Table::new("A/A control")
        .words("Cell")
        .words("Metric")
        .numbers("Control / main", "")
        .numbers("Interval", "")
        .words("Trusted")
        .numbers("n", "blocks");
    for row in &summary.trust.controls {
        let ratio = &row.control.ratio;
        let trusted = match row.control.trusted {
            true => Entry::toned("yes", Tone::Good),
            false => Entry::toned("no", Tone::Bad),
        };
        table.row(vec![
            format!("{} · {}", row.cell.workload, row.cell.runtime).into(),
            row.metric.title().into(),
            format!("{:.3}", ratio.estimate).into(),
            format!("{:.3} to {:.3}", ratio.interval.low, ratio.interval.high).into(),
            trusted,
            ratio.n.to_string().into(),
        ]);
    }
    table
}

/// The fairness manifest.
pub(crate) fn fairness(summary: &Summary) -> Table {
    let mut table = Table::new("Fairness manifest");
    for heading in [
        "Runtime",
        "Kind",
        "Version",
        "Interface",
        "Optimisation",
        "Bounds checks",
        "Time limit",
        "Memory limit",
        "SIMD",
        "Pooling",
        "Compile threads",
        "Compilation counted",
    ] {
        table = table.words(heading);
    }
    // Most campaigns leave everything as it usually stands.
    let turned = |row: &RuntimeManifest| !row.knobs.is_empty();
    let knobs = summary.campaign.runtimes.iter().any(turned);
    if knobs {
        table = table.words("Knobs");
    }
    for row in &summary.campaign.runtimes {
        let mut entries = vec![row.runtime.as_str().into(), Entry::kind(row.mode_kind())];
        entries.extend(
            [
                &row.version,
                &row.interface,
                &row.optimisation,
                &row.bounds_check,
                &row.time_limit,
                &row.memory_limit,
                &row.simd,
                &row.pooling,
                &row.compile_threads,
                &row.compile_included,
            ]
            .map(|text| Entry::from(text.as_str())),
        );
        if knobs {
            entries.push(if turned(row) { &row.knobs } else { "usual" }.into());
        }
        table.row(entries);
    }
    table
}

/// The workloads' fingerprints.
pub(crate) fn workloads(summary: &Summary) -> Table {
    let mut table = Table::new("Workloads")
        .words("Workload")
        .numbers("Exchanges", "")
        .numbers("Module", "")
        .words("Module SHA-256")
        .words("Configuration SHA-256")
        .words("Toolchain");
    for info in &summary.campaign.workloads {
        let short =
            |hash: &str| Entry::toned(hash.chars().take(16).collect::<String>(), Tone::Code);
        table.row(vec![
            format!("{} {}", info.name, info.variant).trim_end().into(),
            count(info.exchanges as f64).into(),
            size(info.module_bytes as f64).into(),
            short(&info.module_sha256),
            short(&info.configuration_sha256),
            match info.inference.as_str() {
                "" => info.toolchain.as_str().into(),
                library => format!("{}; inference by {library}", info.toolchain).into(),
            },
        ]);
    }
    table
}

/// The machine and the campaign's own figures.
pub(crate) fn machine(summary: &Summary) -> Table {
    let campaign = &summary.campaign;
    let machine = &campaign.machine;
    let or = |text: &Option<String>| text.clone().unwrap_or_else(|| "unknown".to_owned());
    let share = campaign.wall.useful_share();
    let facts = [
        ("Campaign", campaign.id.clone()),
        ("Command", campaign.command_line.join(" ")),
        ("pwbench", campaign.pwbench_version.clone()),
        (
            "Preset, seed",
            format!("{}, {}", campaign.preset, campaign.seed),
        ),
        ("Started", moment(campaign.started_unix_ms)),
        (
            "Finished",
            campaign.finished_unix_ms.map(moment).unwrap_or_default(),
        ),
        (
            "Blocks complete",
            format!(
                "{} of {}",
                campaign.blocks_complete, campaign.blocks_planned
            ),
        ),
        ("CPU", machine.cpu_model.clone()),
        ("Cores", machine.cores.to_string()),
        ("Memory", size(machine.memory_bytes as f64)),
        ("System", format!("{} {}", machine.os, machine.kernel)),
        ("Virtualised", or(&machine.virtualised)),
        ("Frequency governor", or(&machine.governor)),
        (
            "Load before",
            machine
                .load_before
                .map_or_else(|| "unknown".to_owned(), digits),
        ),
        ("Compiler of pwbench", machine.rustc.clone()),
        (
            "Wall time in measuring or compilation",
            share.map_or_else(
                || "unknown".to_owned(),
                |share| format!("{:.0} %", share * 100.0),
            ),
        ),
    ];
    let mut table = Table::new("Machine and campaign")
        .words("What")
        .words("Value");
    for (what, value) in facts
        .into_iter()
        .filter(|(_, value)| !value.trim().is_empty())
    {
        table.row(vec![what.into(), value.into()]);
    }
    table
}
