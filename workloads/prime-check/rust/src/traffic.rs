//! The arithmetic held to the workload's traffic, whose outcomes another
//! implementation worked out.

use serde_json::Value;

use crate::filter::passes;

/// The value a host gives for the token header: several joined, none absent.
fn token(headers: &Value) -> Option<String> {
    let headers = headers.as_array().unwrap().iter();
    let tokens = headers.filter(|pair| pair[0] == "token");
    let values: Vec<&str> = tokens.map(|pair| pair[1].as_str().unwrap()).collect();
    (!values.is_empty()).then(|| values.join(", "))
}

#[test]
fn the_outcome_of_every_exchange_is_the_one_expected() {
    for line in include_str!("../../traffic.jsonl").lines() {
        let exchange: Value = serde_json::from_str(line).unwrap();
        let token = token(&exchange["request"]["headers"]);
        let forwarded = exchange["expect"].get("forwarded").is_some();
        assert_eq!(
            passes(token.map(String::into_bytes)),
            forwarded,
            "{}",
            exchange["id"]
        );
    }
}
