//! Campaigns joined: together where one machine measured them, apart where not.

#[path = "synthetic/mod.rs"]
mod synthetic;

use reports::{Campaign, CampaignFolder, MergeError, Shard, kind_of, merge, reported};
use serde_json::Value;
use std::path::{Path, PathBuf};
use synthetic::{Synthetic, truths};

/// A campaign of one workload on a machine, in a folder.
fn campaign(
    within: &Path,
    id: &str,
    workload: &str,
    blocks: u32,
    change: impl FnOnce(&mut Campaign),
) -> PathBuf {
    let mut made = Synthetic::new(&truths(), &[workload]);
    made.measure(&truths(), blocks, 1.0);
    made.campaign.id = id.to_owned();
    change(&mut made.campaign);
    let path = within.join(id);
    let mut folder = CampaignFolder::create(&path).unwrap();
    made.trials
        .iter()
        .for_each(|trial| folder.append(trial).unwrap());
    folder.write_campaign(&made.campaign).unwrap();
    path
}

fn joined(folders: &[PathBuf], into: &Path) -> (reports::Document, Value) {
    merge(folders, into, "test").unwrap();
    assert_eq!(kind_of(into).unwrap(), "merged");
    let found = reported(into).unwrap();
    (found.document, found.summary)
}

fn machines(summary: &Value) -> &Vec<Value> {
    summary["machines"].as_array().unwrap()
}

#[test]
fn shards_of_one_machine_are_one_summary_with_a_mean_over_their_rankings() {
    let dir = tempfile::tempdir().unwrap();
    let folders = [
        campaign(dir.path(), "a", "header-rewrite", 8, |own| {
            own.shard = Some(Shard { number: 1, of: 2 });
        }),
        campaign(dir.path(), "b", "prime-check", 8, |own| {
            own.shard = Some(Shard { number: 2, of: 2 });
        }),
    ];
    let (document, summary) = joined(&folders, &dir.path().join("all"));
    let [machine] = machines(&summary).as_slice() else {
        panic!("one machine: {summary}");
    };
    assert_eq!(machine["campaigns"], serde_json::json!(["a", "b"]));
    assert_eq!(machine["summary"]["groups"].as_array().unwrap().len(), 2);
    assert!(
        machine["summary"]["overall"]["rows"]
            .as_array()
            .unwrap()
            .len()
            > 5
    );
    assert!(
        document
            .cautions
            .iter()
            .all(|text| !text.contains("missing"))
    );
}

#[test]
fn the_same_cells_of_one_machine_have_the_blocks_and_counts_of_both_campaigns() {
    let dir = tempfile::tempdir().unwrap();
    let folders = ["a", "b"].map(|id| campaign(dir.path(), id, "prime-check", 5, |_| {}));
    let (_, summary) = joined(&folders, &dir.path().join("all"));
    let cells = &machines(&summary)[0]["summary"]["groups"][0]["cells"];
    for cell in cells.as_array().unwrap() {
        assert_eq!(cell["blocks"], 10, "{cell}");
        // Histograms are added: all transactions of all ten trials.
        let all = 10 * synthetic::TRANSACTIONS;
        assert_eq!(cell["latency"]["count"], all);
    }
}

#[test]
fn two_machines_stand_beside_each_other_and_share_no_ratio() {
    let dir = tempfile::tempdir().unwrap();
    let folders = [
        campaign(dir.path(), "a", "prime-check", 8, |_| {}),
        campaign(dir.path(), "b", "prime-check", 8, |own| {
            own.machine.identity = "another".to_owned();
        }),
        // Who cannot be told apart from others is a machine of its own.
        campaign(dir.path(), "c", "prime-check", 8, |own| {
            own.machine.identity = String::new();
        }),
    ];
    let (document, summary) = joined(&folders, &dir.path().join("all"));
    assert_eq!(machines(&summary).len(), 3);
    for machine in machines(&summary) {
        let cells = &machine["summary"]["groups"][0]["cells"];
        assert_eq!(cells[0]["blocks"], 8);
    }
    assert!(
        document.headline.contains("3 machines"),
        "{}",
        document.headline
    );
    let rankings = |document: &reports::Document| {
        let ids = document.sections.iter().map(|section| section.id.clone());
        ids.filter(|id| id.contains("ranking-")).collect::<Vec<_>>()
    };
    assert_eq!(
        rankings(&document),
        ["m1-ranking-1", "m2-ranking-1", "m3-ranking-1"]
    );
    let page = document.html().unwrap();
    assert!(page.contains("Example CPU @ 2.60GHz ×2 #3"));
}

#[test]
fn a_missing_shard_is_named() {
    let dir = tempfile::tempdir().unwrap();
    let folders = [campaign(dir.path(), "a", "prime-check", 6, |own| {
        own.shard = Some(Shard { number: 3, of: 3 });
    })];
    let (document, _) = joined(&folders, &dir.path().join("all"));
    let missing = document
        .cautions
        .iter()
        .filter(|text| text.contains("is missing"));
    assert_eq!(missing.count(), 2, "{:?}", document.cautions);
}

#[test]
fn what_does_not_belong_together_is_refused_with_the_folder_and_a_remedy() {
    let dir = tempfile::tempdir().unwrap();
    let first = campaign(dir.path(), "a", "prime-check", 1, |_| {});
    let other = campaign(dir.path(), "b", "prime-check", 1, |own| {
        own.workloads[0].module_sha256 = "00".repeat(32);
    });
    let into = dir.path().join("all");
    let twice = merge(&[first.clone(), first.clone()], &into, "test").unwrap_err();
    assert!(matches!(twice, MergeError::Twice { .. }), "{twice}");
    let module = merge(&[first.clone(), other], &into, "test").unwrap_err();
    assert!(module.to_string().contains("/b: prime-check"), "{module}");
    let nothing = merge(&[dir.path().join("none")], &into, "test").unwrap_err();
    assert!(nothing.to_string().contains("none"), "{nothing}");
    let load = dir.path().join("load");
    std::fs::create_dir(&load).unwrap();
    std::fs::write(load.join("campaign.json"), "{\"kind\": \"unheard-of\"}").unwrap();
    let kind = merge(std::slice::from_ref(&load), &into, "test").unwrap_err();
    assert!(kind.to_string().contains("`unheard-of`"), "{kind}");
    let unknown = reported(&load).unwrap_err().to_string();
    assert!(unknown.contains("this version knows"), "{unknown}");
    // Nothing was left behind, so that the name is free.
    merge(&[first], &into, "test").unwrap();
}

#[test]
fn campaigns_beside_each_other_get_ratios_on_one_machine_only() {
    let made = |blocks, identity: &str| {
        let mut made = Synthetic::usual(blocks);
        made.campaign.machine.identity = identity.to_owned();
        reports::Report::new(made.campaign, &made.trials)
    };
    let headings = |here: &reports::Report, there: &reports::Report| {
        let document = here.beside(there);
        let section = &document.sections[0];
        assert_eq!(section.id, "beside");
        let table = section
            .parts
            .iter()
            .filter_map(|part| part.table.as_ref())
            .next_back()
            .unwrap();
        assert_eq!(table.rows.len(), 20);
        let headings = table.columns.iter().map(|column| column.heading.clone());
        headings.collect::<Vec<_>>()
    };
    let (here, same, other) = (made(8, "x"), made(7, "x"), made(8, "y"));
    assert!(
        headings(&here, &same)
            .iter()
            .any(|heading| heading == "B / A")
    );
    let apart = headings(&here, &other);
    assert!(apart.iter().all(|heading| heading != "B / A"), "{apart:?}");
    assert!(apart.contains(&"p99 B".to_owned()));
}

#[test]
fn documents_are_taken_along_with_their_sections() {
    let mut whole = synthetic::by_name("usual")
        .map(|made| reports::Report::new(made.campaign, &made.trials).document())
        .unwrap();
    let other = synthetic::by_name("drift")
        .map(|made| reports::Report::new(made.campaign, &made.trials).document())
        .unwrap();
    let before = whole.sections.len();
    whole.take_along(other.clone());
    whole.take_along(other.clone());
    assert_eq!(whole.sections.len(), before + 2 * other.sections.len());
    assert!(whole.points.last().unwrap().contains(&other.headline));
    let page = whole.html().unwrap();
    assert!(page.contains("id=\"w2-ranking-1\"") && page.contains("id=\"w3-ranking-1\""));
}
