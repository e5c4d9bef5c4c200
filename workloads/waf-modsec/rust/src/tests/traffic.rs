//! The verdict on every exchange of the workload's traffic.

use std::collections::BTreeSet;
use std::io::Write;

use serde_json::Value;

use super::exchange::{decided, expected};
use super::own_rules;

/// What is measured, and every attack and every text that only looks like one.
const SERIES: [(&str, &str); 2] = [
    ("traffic.jsonl", include_str!("../../../traffic.jsonl")),
    ("verdicts.jsonl", include_str!("../../../verdicts.jsonl")),
];

fn exchanges(series: &str) -> impl Iterator<Item = Value> + '_ {
    let lines = series.lines();
    lines.map(|line| serde_json::from_str(line).expect("JSON"))
}

#[test]
fn every_verdict_is_the_one_its_author_expects() {
    let rules = own_rules();
    let mut wrong = Vec::new();
    for (name, series) in SERIES {
        let (mut benign, mut attacks) = (0, 0);
        let (mut false_positives, mut missed, mut others) = (0, 0, 0);
        for exchange in exchanges(series) {
            let id = exchange["id"].as_str().expect("an id");
            let (wanted, got) = (expected(&exchange), decided(&rules, &exchange));
            match wanted {
                Some(_) => attacks += 1,
                None => benign += 1,
            }
            match (wanted, got) {
                (None, None) => {}
                (None, Some(verdict)) => {
                    false_positives += 1;
                    wrong.push(format!("{id}: {verdict}"));
                }
                (Some(rule), None) => {
                    missed += 1;
                    wrong.push(format!("{id}: passes, {rule} should block it"));
                }
                (Some(rule), Some(verdict)) if verdict.rule == rule => {}
                (Some(rule), Some(verdict)) => {
                    others += 1;
                    wrong.push(format!("{id}: {verdict}, not {rule}"));
                }
            }
        }
        // Past the harness, which hides what a passing test prints.
        let _ = writeln!(
            std::io::stderr(),
            "waf-modsec: {name}, {} rules: {benign} benign exchanges, {false_positives} false \
             positives; {attacks} attacks, {missed} missed, {others} blocked by another rule",
            rules.count,
        );
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_rule_that_denies_has_an_attack_it_blocks() {
    let rules = own_rules();
    let all: Vec<Value> = SERIES
        .iter()
        .flat_map(|(_, series)| exchanges(series))
        .collect();
    let blocked: BTreeSet<&str> = all.iter().filter_map(expected).collect();
    let denying = rules.origins.iter().filter(|(_, origin)| origin.denies);
    let idle: BTreeSet<&str> = denying
        .map(|(id, _)| id.as_str())
        .filter(|id| !blocked.contains(id))
        .collect();
    assert!(idle.is_empty(), "no attack for {idle:?}");
}

#[test]
fn one_exchange_in_ten_of_the_measured_mix_is_an_attack_and_every_family_is_there() {
    let all: Vec<Value> = exchanges(SERIES[0].1).collect();
    let rules: Vec<&str> = all.iter().filter_map(expected).collect();
    assert_eq!((all.len(), rules.len()), (300, 30));
    let families: BTreeSet<&str> = rules.iter().map(|rule| &rule[..2]).collect();
    assert_eq!(families.len(), 22, "{families:?}");
}
