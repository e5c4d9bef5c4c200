//! Reports of synthetic campaigns: what they say, and that they hold together.

mod csv;
mod failures;
mod html;
mod manifest;
mod markdown;
mod odd;
mod pairs;
mod summary;
#[path = "../synthetic/mod.rs"]
mod synthetic;
mod terminal;
mod whole;

use reports::{Report, Summary};
use synthetic::by_name;

const KINDS: [&str; 7] = [
    "usual",
    "accidents",
    "many",
    "few",
    "empty",
    "drift",
    "markup",
];

fn report(kind: &str) -> Report {
    let made = by_name(kind).unwrap();
    Report::new(made.campaign, &made.trials)
}

fn group<'a>(summary: &'a Summary, workload: &str) -> &'a reports::Group {
    summary
        .groups
        .iter()
        .find(|group| group.workload == workload)
        .unwrap()
}
