//! The sections of a campaign's report.

use super::method::method;
use super::notices::notices;
use super::{cells, charts, fronts};
use crate::document::{Document, Part, Section};
use crate::summary::{Availability, Group, Summary};
use crate::tables::{self, Table, format};

/// Cells whose rankings get sections of their own; those beyond stand in the table of all.
const MOST_CELLS: usize = 400;

/// Rankings that fit beside each other.
const MOST_BESIDE: usize = 24;
/// Rows of variants that anybody will read.
const MOST_LANGUAGE_ROWS: usize = 600;

/// Rankings that the first screen names.
const MOST_POINTS: usize = 12;

/// Anchor of the table of all cells.
pub(crate) const CELLS: &str = "cells";

/// Everything that a campaign has to say.
pub(crate) fn document(summary: &Summary) -> Document {
    let headline = &summary.headline;
    let version = &summary.campaign.pwbench_version;
    let mut cautions = notices(summary);
    if !headline.caution.is_empty() {
        cautions.insert(0, headline.caution.clone());
    }
    Document {
        title: format!("pwbench {}", summary.campaign.id),
        subject: "Proxy-Wasm runtimes compared".to_owned(),
        headline: headline.sentence.clone(),
        decided: headline.decided,
        certainty: headline.certainty.clone(),
        points: points(summary),
        cautions,
        facts: facts(summary),
        sections: sections(summary),
        footer: format!(
            "Made by pwbench {version} from campaign {}.",
            summary.campaign.id
        ),
    }
}

fn points(summary: &Summary) -> Vec<String> {
    let all = &summary.headline.by_ranking;
    let mut points: Vec<String> = all.iter().take(MOST_POINTS).cloned().collect();
    if all.len() > MOST_POINTS {
        let more = all.len() - MOST_POINTS;
        points.push(format!("And {more} further rankings below."));
    }
    points
}

fn sections(summary: &Summary) -> Vec<Section> {
    let groups = &summary.groups;
    let mut room = MOST_CELLS;
    let fits = |group: &&Group| {
        let fits = group.cells.len() <= room;
        room = room.saturating_sub(group.cells.len());
        fits
    };
    let shown: Vec<&Group> = groups.iter().take_while(fits).collect();
    let mut sections: Vec<Section> = shown
        .iter()
        .enumerate()
        .map(|(index, group)| ranking(summary, index, group))
        .collect();
    if let Some(overall) = &summary.overall {
        let mut table = tables::overall(overall, summary.primary);
        let title = std::mem::take(&mut table.title);
        let note = std::mem::take(&mut table.note);
        let part = Part::table(table);
        let section = Section::new("overall", title).part(part);
        sections.push(Section { note, ..section });
    }
    if groups.len() <= MOST_BESIDE {
        sections.push(evidence("side-by-side", tables::side_by_side(summary)));
    }
    if let Some(languages) = languages(summary) {
        sections.push(languages);
    }
    sections.push(pairs(summary));
    sections.push(all_cells(summary, groups.len() - shown.len()));
    sections.push(availability(summary));
    sections.push(controls(summary));
    sections.push(fairness(summary));
    sections.push(method_section(summary));
    sections.push(raw(summary));
    sections
}

/// The variants of each workload that was measured with several; of a campaign too large to
/// be read this way, where they are instead.
fn languages(summary: &Summary) -> Option<Section> {
    let tables = tables::languages(summary);
    let rows: usize = tables.iter().map(|table| table.rows.len()).sum();
    let section = Section::new("languages", "Languages and builds");
    if rows > MOST_LANGUAGE_ROWS {
        let note = format!(
            "{rows} rows are more than anybody reads: the table of all cells has them. Choose \
             with --workload, --variant and --runtime what is to stand side by side."
        );
        return Some(Section { note, ..section });
    }
    let add = |section: Section, table| section.part(Part::table(table).evidence());
    (!tables.is_empty()).then(|| tables.into_iter().fold(section, add))
}

/// A section of one table that is called like it.
fn evidence(id: &str, mut table: Table) -> Section {
    let title = table.title.clone();
    let note = match table.is_empty() {
        true => String::new(),
        false => std::mem::take(&mut table.note),
    };
    let part = Part::table(table).evidence();
    let section = Section::new(id, title).part(part);
    Section { note, ..section }
}

fn ranking(summary: &Summary, index: usize, group: &Group) -> Section {
    let mut table = tables::ranking(summary, group);
    let note = std::mem::take(&mut table.note);
    let label = group.label();
    let details = label.strip_prefix(group.title.as_str());
    let details = details.unwrap_or_default().trim().trim_matches(['(', ')']);
    let [cost_front, size_front, memory_front] = fronts::parts(summary, group);
    // The ranking holds the numbers of the first two charts.
    let parts = [
        Part::table(table).titled(""),
        Part::chart(charts::cost(summary, group)).detail(),
        charts::ratios(summary, group)
            .map(Part::chart)
            .unwrap_or_default()
            .detail(),
        Part::chart_and_table(charts::percentiles(group), tables::latency(group)).detail(),
        Part::table(tables::callbacks(group)).detail(),
        Part::chart_and_table(charts::startup(group), tables::startup(group)).detail(),
        Part::chart_and_table(charts::break_even(group), tables::break_even_table(group)).detail(),
        cost_front.detail(),
        size_front.detail(),
        memory_front.detail(),
        Part::chart_and_table(charts::memory(group), tables::memory(group)).detail(),
        Part::table(tables::counts(group)).detail(),
        Part::table(tables::host_calls(group)).detail(),
    ];
    let section = Section {
        details: details.to_owned(),
        note,
        tags: vec![
            ("Workload".to_owned(), group.workload.clone()),
            ("Isolation".to_owned(), group.isolation.clone()),
        ],
        ..Section::new(format!("ranking-{}", index + 1), &group.title)
    };
    parts.into_iter().fold(section, Section::part)
}

fn pairs(summary: &Summary) -> Section {
    let part = |found| {
        let mut table = tables::pair(found);
        let note = std::mem::take(&mut table.note);
        Part {
            paragraphs: vec![note],
            ..Part::table(table)
        }
    };
    let parts = summary.pairs.iter().map(part);
    parts.fold(Section::new("pairs", "Named pairs"), Section::part)
}

fn all_cells(summary: &Summary, further: usize) -> Section {
    let table = cells::cells(summary);
    // With one ranking the table would say the same again.
    if summary.groups.len() < 2 {
        return Section::default();
    }
    let note = match further {
        0 => String::new(),
        further => format!(
            "{further} rankings have no section of their own, to keep the page small; \
             report.csv and summary.json have all their numbers."
        ),
    };
    let section = Section::new(CELLS, "All cells").part(Part::table(table).detail());
    Section { note, ..section }
}

fn availability(summary: &Summary) -> Section {
    let mut section = Section::new("availability", "Availability, conformance and failures");
    let matrix = tables::availability(summary);
    if matrix.is_empty() {
        section.note = "No runtime took part.".to_owned();
    }
    for table in [
        matrix,
        tables::failures(summary),
        tables::remedies(summary),
        tables::conformance_failures(summary),
    ] {
        section = section.part(Part::table(table).evidence());
    }
    section = section.part(Part::table(tables::features(summary)).detail());
    if summary.failures.is_empty() {
        let none = Part::prose(["No trial failed.".to_owned()]).evidence();
        section = section.part(none);
    }
    section
}

fn controls(summary: &Summary) -> Section {
    let table = tables::controls(summary);
    let note = match table.is_empty() {
        true => "No control was measured; no verdict is possible.",
        false => {
            "The same cell, measured under two names in every block. What differs here is the \
             machine."
        }
    };
    Section {
        note: note.to_owned(),
        ..evidence("control", table)
    }
}

fn fairness(summary: &Summary) -> Section {
    let table = tables::fairness(summary);
    let note = match table.is_empty() {
        true => "No manifest was recorded.",
        false => "What each runtime was given. Rows of unlike kinds do unlike work at start-up.",
    };
    let section = Section::new("fairness", table.title.clone())
        .part(Part::table(table).detail())
        .part(Part::table(tables::workloads(summary)).detail());
    Section {
        note: note.to_owned(),
        ..section
    }
}

fn method_section(summary: &Summary) -> Section {
    Section::new("method", "Method")
        .part(Part::prose(method(summary)).evidence())
        .part(Part::table(tables::machine(summary)).detail())
}

fn raw(summary: &Summary) -> Section {
    let cells: usize = summary.groups.iter().map(|group| group.cells.len()).sum();
    if cells > MOST_CELLS {
        return Section {
            note: format!("Of {cells} cells: in report.csv, beside this page."),
            ..Section::new("raw", "Raw numbers")
        };
    }
    Section::new("raw", "Raw numbers").part(Part::table(tables::raw(summary)).detail())
}

fn facts(summary: &Summary) -> Vec<(String, String)> {
    let campaign = &summary.campaign;
    let machine = &campaign.machine;
    let is_measured = |state: &Availability| matches!(state, Availability::Measured { .. });
    let runtimes = summary.availability.iter();
    let runtimes = runtimes.filter(|row| row.workloads.iter().any(is_measured));
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
    let facts = facts.into_iter().filter(|(_, value)| !value.is_empty());
    facts
        .map(|(what, value)| (what.to_owned(), value))
        .collect()
}
