//! How a load campaign is shown.

mod charts;
mod facts;
mod headline;
mod rates;
mod tables;

pub(super) use tables::everything;

use super::{LoadDemand, LoadSummary, PhaseSummary};
use crate::document::{Document, Part, Section};
use crate::tables::format::moment;

/// The whole document.
pub(super) fn document(summary: &LoadSummary) -> Document {
    let campaign = &summary.campaign;
    let headline = headline::of(summary);
    let mut sections: Vec<Section> = summary
        .phases
        .iter()
        .enumerate()
        .map(|(index, phase)| section(index, phase))
        .collect();
    sections.push(
        Section::new("proxies", "Proxies, machine and method")
            .part(Part::table(facts::proxies(campaign)))
            .part(Part::table(facts::absences(campaign)))
            .part(
                Part::prose(facts::method(summary))
                    .titled("How figures came about")
                    .evidence(),
            )
            .part(Part::table(facts::machine(campaign)).detail()),
    );
    Document {
        title: format!("pwbench {}", campaign.id),
        subject: "Proxies and their filters under load".to_owned(),
        headline: headline.sentence,
        decided: headline.decided,
        certainty: headline.certainty,
        points: headline.points,
        cautions: facts::cautions(summary),
        facts: facts::first(summary),
        sections,
        footer: format!(
            "Written by pwbench {} from {} and rounds.jsonl, {}.",
            campaign.pwbench_version,
            "campaign.json",
            moment(campaign.started_unix_ms)
        ),
    }
}

fn section(index: usize, phase: &PhaseSummary) -> Section {
    let words = phase.demand.words();
    let mut title = words.clone();
    if let Some(first) = title.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    let first = match phase.demand {
        LoadDemand::Search => Part::chart_and_table(rates::chart(phase), rates::table(phase)),
        _ => Part::chart_and_table(charts::cost(phase), tables::costs(phase)),
    };
    Section::new(format!("load-{}", index + 1), title)
        .part(first)
        .part(Part::chart(charts::cpu(phase)).evidence())
        .part(Part::table(tables::proxies(phase)))
        .part(Part::table(tables::latencies(phase)))
        .part(Part::table(tables::pairs(phase)).evidence())
}
