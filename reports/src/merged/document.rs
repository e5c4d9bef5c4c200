//! What joined campaigns have to say.

use super::join::read_joined;
use super::site::{Site, sites};
use super::{Joined, KIND};
use crate::document::{Document, Part, Section};
use crate::export::ExportError;
use crate::kinds::Reported;
use crate::model::{Campaign, SCHEMA};
use crate::run;
use crate::tables::{Column, Entry, Table, format};
use serde::Serialize;
use std::path::Path;

/// `summary.json` of joined campaigns.
#[derive(Serialize)]
struct Output<'a> {
    schema: u32,
    kind: &'static str,
    id: &'a str,
    machines: Vec<OutputSite<'a>>,
}

#[derive(Serialize)]
struct OutputSite<'a> {
    machine: &'a str,
    campaigns: &'a [String],
    summary: &'a crate::summary::Summary,
}

/// Reads a folder of joined campaigns.
pub(crate) fn reported(folder: &Path) -> Result<Reported, ExportError> {
    let (joined, trials) = read_joined(folder)?;
    let sites = sites(&joined, &trials);
    let output = Output {
        schema: SCHEMA,
        kind: KIND,
        id: &joined.id,
        machines: sites
            .iter()
            .map(|site| OutputSite {
                machine: &site.name,
                campaigns: &site.campaigns,
                summary: &site.summary,
            })
            .collect(),
    };
    Ok(Reported {
        document: document(&joined, &sites),
        summary: serde_json::to_value(output)?,
    })
}

fn document(joined: &Joined, sites: &[Site]) -> Document {
    let mut document = match sites {
        [only] => run::document(&only.summary),
        several => of_several(several),
    };
    document.title = format!("pwbench {}", joined.id);
    document.cautions.extend(missing_shards(&joined.campaigns));
    document.sections.push(members(joined, sites));
    document.footer = format!(
        "Made by pwbench {} from {}.",
        joined.pwbench_version,
        counted(joined.campaigns.len(), "joined campaign")
    );
    document
}

fn of_several(sites: &[Site]) -> Document {
    let mut whole = Document {
        subject: "Proxy-Wasm runtimes compared, on several machines".to_owned(),
        headline: format!(
            "{} joined; no figure is compared across machines.",
            counted(sites.len(), "machine")
        ),
        decided: true,
        facts: vec![("Machines".to_owned(), sites.len().to_string())],
        ..Document::default()
    };
    let mut cells = Table::new("All cells");
    for (number, site) in (1..).zip(sites) {
        let own = run::document(&site.summary);
        whole.decided &= own.decided;
        whole
            .points
            .push(format!("{}: {}", site.name, own.headline));
        let cautions = own.cautions.iter();
        let cautions = cautions.map(|text| format!("{}: {text}", site.name));
        whole.cautions.extend(cautions);
        gather(&mut cells, site);
        let own = own.sections.into_iter();
        let own = own.filter(|section| section.id != run::CELLS && !section.is_empty());
        whole
            .sections
            .extend(own.map(|section| at_site(section, number, site)));
    }
    let cells = Section::new(run::CELLS, "All cells").part(Part::table(cells).detail());
    whole.sections.push(cells);
    whole
}

/// A section of one machine: called after it, and found by the filter for it.
fn at_site(mut section: Section, number: usize, site: &Site) -> Section {
    section.id = format!("m{number}-{}", section.id);
    section.details = match section.details.as_str() {
        "" => site.name.clone(),
        details => format!("{details}; {}", site.name),
    };
    section.tags.push(("Machine".to_owned(), site.name.clone()));
    section
}

/// Adds a machine's cells. Scales may differ from machine to machine, so that each has its
/// own unit beside the number.
fn gather(into: &mut Table, site: &Site) {
    let table = run::cells(&site.summary);
    if into.columns.is_empty() {
        into.columns.push(Column {
            heading: "Machine".to_owned(),
            ..Column::default()
        });
        let headings = table.columns.iter().map(|column| Column {
            unit: String::new(),
            ..column.clone()
        });
        into.columns.extend(headings);
    }
    for row in table.rows {
        let with_unit = |(column, entry): (&Column, Entry)| match column.unit.as_str() {
            "" | "blocks" => entry,
            _ if entry.text == "–" => entry,
            unit => Entry::toned(format!("{} {unit}", entry.text), entry.tone),
        };
        let row = table.columns.iter().zip(row).map(with_unit);
        into.row(
            std::iter::once(site.name.as_str().into())
                .chain(row)
                .collect(),
        );
    }
}

fn members(joined: &Joined, sites: &[Site]) -> Section {
    let mut table = Table::new("Joined campaigns")
        .words("Campaign")
        .words("Machine")
        .words("Shard")
        .numbers("Seed", "")
        .numbers("Blocks", "")
        .words("Started")
        .words("pwbench");
    for campaign in &joined.campaigns {
        let home = sites
            .iter()
            .find(|site| site.campaigns.contains(&campaign.id));
        let shard = campaign.shard.map(|shard| shard.to_string());
        table.row(vec![
            campaign.id.as_str().into(),
            home.map(|site| site.name.clone())
                .unwrap_or_default()
                .into(),
            shard.unwrap_or_else(format::dash).into(),
            campaign.seed.to_string().into(),
            campaign.blocks_complete.to_string().into(),
            format::moment(campaign.started_unix_ms).into(),
            campaign.pwbench_version.as_str().into(),
        ]);
    }
    let section = Section::new("campaigns", "Joined campaigns").part(Part::table(table).evidence());
    Section {
        note: "Trials of one machine are summed up together, latencies as counts. Machines are \
               told apart by their fingerprint; what has none is a machine of its own."
            .to_owned(),
        ..section
    }
}

/// Shards of a plan of which others are here.
fn missing_shards(campaigns: &[Campaign]) -> Vec<String> {
    let mut missing = Vec::new();
    for campaign in campaigns {
        let Some(shard) = campaign.shard else {
            continue;
        };
        let has = |number: u32| {
            campaigns.iter().any(|other| {
                other.seed == campaign.seed
                    && other
                        .shard
                        .is_some_and(|own| (own.number, own.of) == (number, shard.of))
            })
        };
        for number in (1..=shard.of).filter(|number| !has(*number)) {
            let text = format!(
                "Shard {number}/{} of the plan with seed {} is missing.",
                shard.of, campaign.seed
            );
            if !missing.contains(&text) {
                missing.push(text);
            }
        }
    }
    missing
}

fn counted(count: usize, what: &str) -> String {
    match count {
        1 => format!("1 {what}"),
        count => format!("{count} {what}s"),
    }
}
