//! What must be known beside the figures.

use super::super::{LoadCampaign, LoadSummary};
use crate::tables::format::{digits, moment, size};
use crate::tables::{Entry, Table, Tone};

/// How far apart neighbouring rates of a search are, per cent: sixteen of them double.
pub(super) const GRID: f64 = 4.4;

/// What must be known before the numbers are read.
pub(super) fn cautions(summary: &LoadSummary) -> Vec<String> {
    let campaign = &summary.campaign;
    let mut cautions = Vec::new();
    if campaign.interrupted {
        cautions.push(format!(
            "It was interrupted after {} of {} blocks.",
            campaign.blocks_complete, campaign.blocks_planned
        ));
    }
    cautions.extend(
        summary
            .trust
            .objection
            .iter()
            .map(|why| format!("No verdicts: {why}.")),
    );
    cautions.extend(campaign.notes.iter().map(|note| format!("{note}.")));
    if summary.rejected > 0 {
        cautions.push(format!(
            "{} of {} rounds were rejected because a process did not get its core or the generator was at fault, and were taken again where they could be.",
            summary.rejected,
            summary.rejected + summary.accepted + summary.failures.len()
        ));
    }
    cautions.extend(
        summary
            .failures
            .iter()
            .map(|failure| format!("Failed: {failure}.")),
    );
    cautions
}

/// Facts for the first screen.
pub(super) fn first(summary: &LoadSummary) -> Vec<(String, String)> {
    let campaign = &summary.campaign;
    let plan = &campaign.plan;
    let machine = &campaign.machine;
    let fact = |name: &str, value: String| (name.to_owned(), value);
    let mut facts = vec![
        fact(
            "Workload",
            format!("{} ({})", campaign.workload.name, campaign.workload.variant),
        ),
        fact(
            "Load",
            format!(
                "{} connections of {}, {} s each",
                plan.connections,
                plan.protocol,
                digits(plan.seconds)
            ),
        ),
        fact(
            "Blocks",
            format!(
                "{} of {}",
                campaign.blocks_complete, campaign.blocks_planned
            ),
        ),
        fact(
            "Machine",
            format!("{}, {} cores", machine.cpu_model, machine.cores),
        ),
    ];
    for control in &summary.trust.controls {
        let ratio = control.ratio;
        facts.push(fact(
            &format!(
                "A/A control, {}, {}",
                control.demand.words(),
                control.metric.words()
            ),
            format!(
                "{:.3} ({:.3} to {:.3})",
                ratio.estimate, ratio.interval.low, ratio.interval.high
            ),
        ));
    }
    facts
}

/// The proxies that took part.
pub(super) fn proxies(campaign: &LoadCampaign) -> Table {
    let mut table = Table::new("Proxies that took part")
        .words("Proxy")
        .words("Version")
        .words("SHA-256");
    for proxy in &campaign.proxies {
        table.row(vec![
            proxy.title.as_str().into(),
            proxy.version.as_str().into(),
            Entry::toned(proxy.sha256.as_str(), Tone::Code),
        ]);
        for (name, sha256) in &proxy.parts {
            table.row(vec![
                format!("{}: {name}", proxy.title).into(),
                "".into(),
                Entry::toned(sha256.as_str(), Tone::Code),
            ]);
        }
    }
    table.dispensable(&["SHA-256"])
}

/// What could not take part.
pub(super) fn absences(campaign: &LoadCampaign) -> Table {
    let mut table = Table::new("Not available here")
        .words("What")
        .words("Why")
        .words("How to get it");
    for absence in &campaign.unavailable {
        table.row(vec![
            absence.subject.as_str().into(),
            absence.reason.as_str().into(),
            Entry::toned(absence.remedy.as_str(), Tone::Code),
        ]);
    }
    table
}

/// How figures came about.
pub(super) fn method(summary: &LoadSummary) -> Vec<String> {
    let plan = &summary.campaign.plan;
    let pinned = match plan.proxy_cores.as_str() {
        "" => "Nothing was pinned to cores.".to_owned(),
        cores => format!(
            "The proxy ran on core {cores} alone, the upstream on core {}, the generator on core {}.",
            plan.upstream_cores, plan.generator_cores
        ),
    };
    let mut method = vec![
        format!(
            "Every block is one pass over all rows in random order, every second block in the \
             opposite one. A row's proxy is started anew, loaded for {} s to warm up, then loaded \
             in each way for {} s and ended. {pinned}",
            digits(plan.warm_up_s),
            digits(plan.seconds)
        ),
        "CPU time is the scheduler's account of all threads and processes of the proxy, over all \
         whole answers. Every answer is compared with what the traffic expects; wrong ones are \
         counted and never timed. Ratios and differences are medians over blocks, their intervals \
         a bootstrap over blocks (10,000 resamples)."
            .to_owned(),
        "A round is rejected when the proxy's busiest thread waited for its core more than 5 % of \
         the time, when the hypervisor took more than 5 % of it, or when the generator says of an \
         open loop that it was at fault; also when upstream or generator waited so for a core that \
         they have to themselves. It is taken again up to twice."
            .to_owned(),
    ];
    if let Some(objective) = &plan.objective {
        method.push(format!(
            "The search for the highest rate within {objective} doubles the rate, then halves the \
             gap: rates lie on a grid {GRID} % apart, and smaller differences are the grid's. \
             CPU time and latency are those of one more load at the rate found."
        ));
    }
    method
}

/// Where it ran.
pub(super) fn machine(campaign: &LoadCampaign) -> Table {
    let machine = &campaign.machine;
    let mut table = Table::new("Machine and campaign")
        .words("What")
        .words("Value");
    let rows = [
        ("Started", moment(campaign.started_unix_ms)),
        ("Command", campaign.command_line.join(" ")),
        ("Seed", campaign.seed.to_string()),
        ("System", format!("{}, {}", machine.os, machine.kernel)),
        (
            "CPU",
            format!("{}, {} cores", machine.cpu_model, machine.cores),
        ),
        ("Memory", size(machine.memory_bytes as f64)),
        (
            "Virtualised",
            machine.virtualised.clone().unwrap_or_default(),
        ),
        ("Module", campaign.workload.module_sha256.clone()),
        (
            "Isolation in our proxy",
            campaign.workload.isolation.clone(),
        ),
    ];
    for (what, value) in rows.into_iter().filter(|(_, value)| !value.is_empty()) {
        table.row(vec![what.into(), value.into()]);
    }
    table
}
