//! The network held to the workload's traffic, whose classes another implementation worked
//! out, with each of the models.

use serde_json::Value;

use crate::features;
use crate::network::Network;

fn headers(exchange: &Value) -> Vec<(&[u8], &[u8])> {
    let pairs = exchange["request"]["headers"].as_array().unwrap().iter();
    let text = |value: &'static str| value.as_bytes();
    let path = exchange["request"]["path"].as_str().unwrap().as_bytes();
    std::iter::once((text(":path"), path))
        .chain(pairs.map(|pair| {
            let (name, value) = (pair[0].as_str().unwrap(), pair[1].as_str().unwrap());
            (name.as_bytes(), value.as_bytes())
        }))
        .collect()
}

#[test]
fn the_class_of_every_request_is_the_one_expected() {
    let models: [&[u8]; 3] = [
        include_bytes!("../../../models/mlp-32.onnx"),
        include_bytes!("../../../models/mlp-128.onnx"),
        include_bytes!("../../../models/mlp-512.onnx"),
    ];
    for model in models {
        let mut network = Network::new(model).unwrap();
        for line in include_str!("../../traffic.jsonl").lines() {
            let exchange: Value = serde_json::from_str(line).unwrap();
            let features = features::of(headers(&exchange));
            let [person, program] = network.log_probabilities(&features).unwrap();
            let forwarded = exchange["expect"].get("forwarded").is_some();
            assert_eq!(person >= program, forwarded, "{}", exchange["id"]);
        }
    }
}
