//! The rules held to the workload's traffic, whose outcomes another
//! implementation worked out.

use serde_json::Value;

use crate::condition::without_query;
use crate::configuration::Configuration;
use crate::headers::list::List;
use crate::rule::apply;

type Pairs<'a> = Vec<(&'a str, &'a str)>;

fn pairs(list: &Value) -> Pairs<'_> {
    let list = list.as_array().unwrap().iter();
    list.map(|pair| (pair[0].as_str().unwrap(), pair[1].as_str().unwrap()))
        .collect()
}

/// Sorted by name: the order matters only among values of one name.
fn by_name(mut pairs: Pairs<'_>) -> Pairs<'_> {
    pairs.sort_by_key(|(name, _)| *name);
    pairs
}

#[test]
fn the_outcome_of_every_exchange_is_the_one_expected() {
    hold(
        include_bytes!("../../config.json"),
        include_str!("../../traffic.jsonl"),
    );
}

#[test]
fn the_same_holds_for_the_two_headers_of_a_load_comparison() {
    let configuration = include_bytes!("../../load.json");
    hold(
        configuration,
        include_str!("../../../add-headers/traffic.jsonl"),
    );
    let configuration = Configuration::parse(configuration).unwrap();
    assert!(configuration.request.is_empty() && !configuration.asks_for_path);
}

fn hold(configuration: &[u8], traffic: &str) {
    let configuration = Configuration::parse(configuration).unwrap();
    for line in traffic.lines() {
        let exchange: Value = serde_json::from_str(line).unwrap();
        let target = exchange["request"]["path"].as_str().unwrap();
        let path = without_query(target.as_bytes());
        for (message, rules) in [
            ("request", &configuration.request),
            ("response", &configuration.response),
        ] {
            let mut headers = List::new(&pairs(&exchange[message]["headers"]));
            apply(rules, message, &mut headers, path);
            let expected = &exchange["expect"]["forwarded"][format!("{message}_headers")];
            assert_eq!(
                by_name(headers.pairs()),
                by_name(pairs(expected)),
                "{} {message}",
                exchange["id"]
            );
        }
    }
}
