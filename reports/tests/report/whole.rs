//! Folders and all exporters together.

use std::fs;
use std::io::Write as _;

use reports::{CampaignFolder, Report, exporters};

use crate::report;
use crate::synthetic::by_name;

#[test]
fn equal_campaigns_give_equal_files() {
    for exporter in exporters() {
        let once = exporter.export(report("accidents").summary()).unwrap();
        let again = exporter.export(report("accidents").summary()).unwrap();
        assert_eq!(once, again, "{}", exporter.file_name());
    }
}

#[test]
fn a_folder_becomes_its_reports_even_with_a_torn_line() {
    let dir = tempfile::tempdir().unwrap();
    let made = by_name("usual").unwrap();
    let mut folder = CampaignFolder::create(dir.path()).unwrap();
    made.trials
        .iter()
        .for_each(|trial| folder.append(trial).unwrap());
    folder.write_campaign(&made.campaign).unwrap();
    let trials = dir.path().join(CampaignFolder::TRIALS);
    fs::OpenOptions::new()
        .append(true)
        .open(trials)
        .unwrap()
        .write_all(b"{\"bl")
        .unwrap();
    let report = Report::from_folder(&CampaignFolder::open(dir.path()).unwrap()).unwrap();
    assert!(
        report
            .summary()
            .warnings
            .iter()
            .any(|warning| warning.contains("cut off"))
    );
    let paths = report.write_all(dir.path()).unwrap();
    let names: Vec<_> = paths.iter().map(|path| path.file_name().unwrap()).collect();
    assert_eq!(
        names,
        ["report.html", "report.md", "report.csv", "summary.json"]
    );
    assert!(
        paths
            .iter()
            .all(|path| fs::metadata(path).unwrap().len() > 1_000)
    );
    let json = fs::read_to_string(&paths[3]).unwrap();
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json["primary"], "cpu_per_transaction");
    assert_eq!(json["groups"][0]["cells"][0]["to_best"]["p99"]["n"], 8);
}
