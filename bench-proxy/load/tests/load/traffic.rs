//! Mixes from workloads.

use std::time::Duration;

use load::{Check, Demand, Mix, Plan, Protocol, Tag, UpstreamPlan};

use crate::support::{plan, recorded, run_mix, upstream};

#[test]
fn every_recorded_answer_of_every_workload_comes_back_as_it_was() {
    for workload in [
        "header-rewrite",
        "prime-check",
        "inference-mlp",
        "waf-modsec",
    ] {
        for tag in [Tag::Header, Tag::Authority] {
            for protocol in [Protocol::Http1, Protocol::Http2] {
                let (exchanges, mix) = recorded(workload, tag);
                let upstream = upstream(UpstreamPlan {
                    exchanges,
                    ..UpstreamPlan::default()
                });
                let count = 2 * mix.len() as u64;
                let outcome = run_mix(
                    &Plan {
                        protocol,
                        demand: Demand::Closed,
                        requests: Some(count),
                        duration: Duration::from_secs(20),
                        timeout: Duration::from_secs(10),
                        ..plan(upstream.address())
                    },
                    &mix,
                );
                assert_eq!(
                    (outcome.counts.good, outcome.counts.wrong),
                    (count, 0),
                    "{workload} {tag:?} {protocol:?}: {:?} {:?}",
                    outcome.wrong_answers,
                    outcome.first_errors
                );
                assert_eq!(upstream.counts().requests, count);
            }
        }
    }
}

#[test]
fn an_upstream_that_gives_another_answer_is_found_out() {
    let (mut exchanges, mix) = recorded("header-rewrite", Tag::Header);
    let wrong = 7;
    exchanges[wrong]
        .response
        .headers
        .retain(|(name, _)| name == "content-type");
    exchanges[wrong].response.body = b"other".to_vec();
    let upstream = upstream(UpstreamPlan {
        exchanges,
        ..UpstreamPlan::default()
    });
    let outcome = run_mix(
        &Plan {
            demand: Demand::Closed,
            requests: Some(mix.len() as u64),
            duration: Duration::from_secs(20),
            ..plan(upstream.address())
        },
        &mix,
    );
    assert_eq!(outcome.counts.wrong, 1);
    assert_eq!(outcome.counts.good, mix.len() as u64 - 1);
    assert_eq!(outcome.wrong_answers.len(), 1);
}

#[test]
fn what_cannot_be_sent_is_left_out_and_told() {
    let mut exchanges = workloads::find("waf-modsec").expect("a workload").exchanges;
    let mut tunnel = exchanges[0].clone();
    (tunnel.id, tunnel.request.method) = ("tunnel".to_owned(), "CONNECT".to_owned());
    exchanges.push(tunnel);
    let mix = Mix::of(&exchanges, Check::Filtered, Tag::None).expect("a mix");
    assert_eq!(mix.left_out().len(), 1);
    assert!(mix.left_out()[0].contains("CONNECT"));
    assert_eq!(mix.len() + 1, exchanges.len());
    assert_eq!(mix.unchecked(), 0);
    assert!(Mix::of(&[], Check::Filtered, Tag::None).is_err());
}
