//! An exchange of a traffic file, run through the rules as the filter runs it.

use std::rc::Rc;

use serde_json::Value;

use crate::inspection::{Client, Inspection};
use crate::seclang::RuleSet;
use crate::verdict::Verdict;

/// What the exchange's author expects: the rule that blocks it, if one does.
pub fn expected(exchange: &Value) -> Option<&str> {
    let headers = exchange["expect"].get("local_response")?["headers"].as_array()?;
    let rule = headers.iter().find(|pair| pair[0] == "x-waf-rule")?;
    rule[1].as_str()
}

/// What the rules decide.
pub fn decided(rules: &Rc<RuleSet>, exchange: &Value) -> Option<Verdict> {
    let (request, response) = (&exchange["request"], &exchange["response"]);
    let mut headers = pairs(request);
    for name in ["method", "scheme", "authority", "path"] {
        let value = request[name].as_str().expect("a pseudo-header");
        headers.insert(0, (format!(":{name}"), value.as_bytes().to_vec()));
    }
    let mut inspection = Inspection::new(rules);
    let client = Client {
        address: "192.0.2.1",
        port: 40_000,
        protocol: "HTTP/1.1",
    };
    let mut decision = inspection.request_headers(&headers, &client);
    if decision == Ok(None) {
        decision = inspection.request_body(&body(request));
    }
    let headers = pairs(response);
    if decision == Ok(None) {
        decision = inspection.response_headers(&headers);
    }
    if decision == Ok(None) {
        let value = |wanted: &str| {
            let named = headers.iter().find(|(name, _)| name == wanted);
            named.map_or("", |(_, value)| std::str::from_utf8(value).expect("text"))
        };
        let examined = rules
            .settings
            .examines_response(value("content-type"), value("content-encoding"));
        let body = if examined { body(response) } else { Vec::new() };
        decision = inspection.response_body(&body);
    }
    decision.expect("rules that can be run")
}

fn pairs(message: &Value) -> Vec<(String, Vec<u8>)> {
    let pairs = message["headers"].as_array().expect("headers").iter();
    let text = |value: &Value| value.as_str().expect("text").to_owned();
    pairs
        .map(|pair| (text(&pair[0]), text(&pair[1]).into_bytes()))
        .collect()
}

fn body(message: &Value) -> Vec<u8> {
    match (&message["body"], &message["body_base64"]) {
        (Value::String(text), _) => text.clone().into_bytes(),
        (_, Value::String(text)) => decoded(text),
        _ => Vec::new(),
    }
}

fn decoded(base64: &str) -> Vec<u8> {
    const ALPHABET: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let (mut bytes, mut bits, mut count) = (Vec::new(), 0u32, 0);
    for digit in base64.bytes().filter(|digit| *digit != b'=') {
        let value = ALPHABET
            .iter()
            .position(|known| *known == digit)
            .expect("base64");
        bits = bits << 6 | value as u32;
        count += 6;
        if count >= 8 {
            count -= 8;
            bytes.push((bits >> count) as u8);
        }
    }
    bytes
}
