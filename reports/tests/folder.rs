//! The results folder survives crashes and tells what is wrong with it.

use hdrhistogram::Histogram;
use reports::{
    Arm, Campaign, CampaignFolder, Cell, FailureKind, FolderError, Latency, Measurement, Status,
    TrialRecord,
};
use std::fs;
use std::io::Write as _;

fn cell() -> Cell {
    Cell {
        workload: "header-rewrite".into(),
        runtime: "wasmtime/cranelift".into(),
        variant: "rust".into(),
        isolation: "thread".into(),
        threads: 1,
        arm: Arm::Main,
    }
}

fn trial(block: u32) -> TrialRecord {
    let mut histogram = Histogram::<u64>::new(3).unwrap();
    histogram.record(1_234).unwrap();
    let measurement = Measurement {
        transactions: 1,
        latency: Latency::from_histogram(&histogram).unwrap(),
        ..Measurement::default()
    };
    TrialRecord {
        measurement: Some(measurement),
        ..TrialRecord::ok("c", block, 0, cell())
    }
}

#[test]
fn what_is_appended_is_read_back() {
    let dir = tempfile::tempdir().unwrap();
    let mut folder = CampaignFolder::create(dir.path().join("a/b")).unwrap();
    let failed = TrialRecord::failed("c", 2, 1, cell(), FailureKind::Timeout, "killed");
    folder.append(&trial(1)).unwrap();
    folder.append(&failed).unwrap();
    let read = CampaignFolder::open(folder.path())
        .unwrap()
        .trials()
        .unwrap();
    assert_eq!(read.records, vec![trial(1), failed]);
    assert!(!read.torn);
}

#[test]
fn a_torn_last_line_is_left_out_and_cut_off_before_the_next_one() {
    let dir = tempfile::tempdir().unwrap();
    let mut folder = CampaignFolder::create(dir.path()).unwrap();
    folder.append(&trial(1)).unwrap();
    let path = dir.path().join(CampaignFolder::TRIALS);
    let mut file = fs::OpenOptions::new().append(true).open(&path).unwrap();
    file.write_all(br#"{"schema":1,"campaign":"c","blo"#)
        .unwrap();
    let mut folder = CampaignFolder::open(dir.path()).unwrap();
    let read = folder.trials().unwrap();
    assert!(read.torn);
    assert_eq!(read.records, vec![trial(1)]);
    folder.append(&trial(2)).unwrap();
    let read = folder.trials().unwrap();
    assert!(!read.torn);
    assert_eq!(read.records, vec![trial(1), trial(2)]);
}

#[test]
fn a_whole_last_line_without_its_end_is_kept() {
    let dir = tempfile::tempdir().unwrap();
    let mut folder = CampaignFolder::create(dir.path()).unwrap();
    folder.append(&trial(1)).unwrap();
    let path = dir.path().join(CampaignFolder::TRIALS);
    let text = fs::read_to_string(&path).unwrap();
    fs::write(&path, text.trim_end()).unwrap();
    let mut folder = CampaignFolder::open(dir.path()).unwrap();
    folder.append(&trial(2)).unwrap();
    assert_eq!(folder.trials().unwrap().records, vec![trial(1), trial(2)]);
}

#[test]
fn a_wrong_line_is_named_with_file_line_and_remedy() {
    let dir = tempfile::tempdir().unwrap();
    let mut folder = CampaignFolder::create(dir.path()).unwrap();
    folder.append(&trial(1)).unwrap();
    let path = dir.path().join(CampaignFolder::TRIALS);
    let mut text = fs::read_to_string(&path).unwrap();
    text.push_str("{\"block\":\"x\"}\n");
    fs::write(&path, text).unwrap();
    let error = folder.trials().unwrap_err();
    assert!(matches!(error, FolderError::Trial { line: 2, .. }));
    let text = error.to_string();
    assert!(
        text.contains("trials.jsonl:2:") && text.contains("delete the line"),
        "{text}"
    );
}

#[test]
fn fields_and_kinds_of_a_later_version_are_tolerated() {
    let dir = tempfile::tempdir().unwrap();
    let line = r#"{"schema":99,"later":[1],"block":3,"cell":{"workload":"w","runtime":"r","hue":"red"},"status":"failed","kind":"melted","reason":"hot"}"#;
    fs::write(dir.path().join(CampaignFolder::TRIALS), format!("{line}\n")).unwrap();
    let read = CampaignFolder::open(dir.path()).unwrap().trials().unwrap();
    assert_eq!(read.records[0].cell.threads, 1);
    let Status::Failed { kind, reason } = &read.records[0].status else {
        panic!("failed")
    };
    assert_eq!((*kind, reason.as_str()), (FailureKind::Error, "hot"));
}

#[test]
fn a_campaign_of_the_first_schema_is_read_and_its_machine_is_nobody_elses() {
    let dir = tempfile::tempdir().unwrap();
    let text = r#"{"schema":1,"id":"old","machine":{"cpu_model":"x","cores":2},
        "conformance":[{"runtime":"a/b","passed":3}]}"#;
    fs::write(dir.path().join(CampaignFolder::CAMPAIGN), text).unwrap();
    let read = CampaignFolder::open(dir.path())
        .unwrap()
        .campaign()
        .unwrap();
    assert_eq!(
        (read.id.as_str(), read.schema, read.shard),
        ("old", 1, None)
    );
    assert!(read.conformance[0].features.is_empty());
    assert!(!read.machine.is_same(&read.machine));
    assert_eq!(reports::kind_of(dir.path()).unwrap(), "run");
}

#[test]
fn a_campaign_is_written_whole_and_read_back() {
    let dir = tempfile::tempdir().unwrap();
    let folder = CampaignFolder::create(dir.path()).unwrap();
    assert_eq!(folder.campaign().unwrap(), Campaign::default());
    let campaign = Campaign {
        id: "x".into(),
        blocks_planned: 9,
        ..Campaign::default()
    };
    folder.write_campaign(&campaign).unwrap();
    assert_eq!(folder.campaign().unwrap(), campaign);
    assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1);
    assert!(matches!(
        CampaignFolder::create(dir.path()),
        Err(FolderError::Occupied { .. })
    ));
}

#[test]
fn an_empty_folder_is_not_a_campaign() {
    let dir = tempfile::tempdir().unwrap();
    let error = CampaignFolder::open(dir.path()).unwrap_err();
    assert!(matches!(error, FolderError::NotACampaign { .. }));
}

#[test]
fn latencies_are_merged_as_counts() {
    let mut slow = Histogram::<u64>::new(3).unwrap();
    slow.record_n(1_000_000, 1).unwrap();
    let mut fast = Histogram::<u64>::new(3).unwrap();
    fast.record_n(1_000, 99).unwrap();
    let pair = [&slow, &fast].map(|h| Latency::from_histogram(h).unwrap());
    let sum = Latency::merge(&pair).unwrap();
    assert_eq!(sum.len(), 100);
    assert!(sum.value_at_quantile(0.98) < 1_002 && sum.max() >= 1_000_000);
    let broken: Latency = serde_json::from_str("\"%%\"").unwrap();
    assert!(broken.to_histogram().is_err());
}
