//! The network in the guest, its SIMD twin and the network in the host agree.

use std::io::Write as _;
use std::sync::Arc;

use host_core::abi::GraphEncoding;
use host_core::nn::{Inference, Model};
use host_core::services::InProcess;
use host_core::{EngineOptions, Plugin, PluginSettings, Tape, TapeItem};
use workloads::{Exchange, Workload};

/// The most that two log-probabilities may differ.
const TOLERANCE: f32 = 1e-4;

/// What a variant made of every request: log-probabilities of person and program.
fn predictions(runtime: &str, workload: &Workload) -> Vec<[f32; 2]> {
    let backend = match &workload.inference {
        Some(name) => name.parse().expect("a backend"),
        None => inference::Kind::Tract,
    };
    let models = workload.models.iter().map(|model| Model {
        name: model.name.clone(),
        file: Some(model.file.clone()),
        encoding: GraphEncoding::Onnx,
        bytes: model.bytes.clone(),
    });
    let inference = Inference::new(backend.open().expect("available"), models);
    let engine = runtimes::open(runtime, EngineOptions::default()).expect("opens");
    let facts = Arc::new(engine.inspect(&workload.module).expect("a filter"));
    let plugin = Plugin {
        module: engine.compile(&workload.module, &facts).expect("compiles"),
        facts,
        services: Arc::new(InProcess::builder().inference(Arc::new(inference)).build()),
        vm: Arc::default(),
        settings: PluginSettings {
            root_id: workload.root_id.clone(),
            configuration: workload.configuration.clone(),
            ..PluginSettings::default()
        },
        policy: host_core::FailPolicy::Closed,
    };
    let mut plugin = plugin.start().expect("starts");
    let exchanges = workload.exchanges.iter();
    exchanges
        .map(|exchange| {
            plugin.vm.set_tape(Some(Box::new(Tape::new())));
            let root = plugin.root;
            let stream = plugin
                .vm
                .create_stream(root, Box::default())
                .expect("a stream");
            plugin.vm.stream_mut(stream).expect("alive").request.headers = headers(exchange);
            plugin.vm.on_request_headers(stream, true).expect("no trap");
            plugin.vm.finish(stream).expect("no trap");
            let tape = plugin.vm.set_tape(None).expect("a tape");
            log_probabilities(&tape)
        })
        .collect()
}

fn headers(exchange: &Exchange) -> host_core::http::HeaderMap {
    let request = &exchange.request;
    let pseudo = [
        (":method", &request.method),
        (":scheme", &request.scheme),
        (":authority", &request.authority),
        (":path", &request.path),
    ];
    let pseudo = pseudo.map(|(name, value)| (name, value.as_str()));
    let fields = request
        .headers
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()));
    pseudo.into_iter().chain(fields).collect()
}

/// The property that the filter sets for others.
fn log_probabilities(tape: &Tape) -> [f32; 2] {
    let mut set = tape
        .entries()
        .iter()
        .filter(|entry| entry.name == "proxy_set_property");
    let value = set.next().and_then(|entry| entry.items.get(1));
    let Some(TapeItem::Input(bytes)) = value else {
        panic!("no property was set: {tape}");
    };
    let (numbers, rest) = bytes.head().as_chunks::<4>();
    assert!(rest.is_empty());
    let numbers: Vec<f32> = numbers
        .iter()
        .map(|bytes| f32::from_le_bytes(*bytes))
        .collect();
    numbers.try_into().expect("two numbers")
}

fn variant(workload: &str, name: &str) -> Workload {
    workloads::find_variant(workload, name).expect("built in")
}

/// Whether ONNX Runtime is installed here; a line says so where it is not.
fn has_onnx_runtime() -> bool {
    let opened = inference::Kind::OnnxRuntime.open();
    if let Err(missing) = &opened {
        // Past the test runner's capture, so that it is seen.
        let _ = writeln!(std::io::stderr(), "skipped: onnxruntime: {missing}");
    }
    opened.is_ok()
}

fn assert_close(left: &[[f32; 2]], right: &[[f32; 2]], what: &str) {
    assert_eq!(left.len(), right.len());
    for (index, (left, right)) in left.iter().zip(right).enumerate() {
        for (left, right) in left.iter().zip(right) {
            assert!(
                (left - right).abs() <= TOLERANCE,
                "{what}, exchange {index}: {left} and {right}"
            );
        }
    }
}

#[test]
fn guest_and_host_agree_on_every_request_and_every_width() {
    let runtime = runtimes::reference();
    for width in [32, 128, 512] {
        let guest = predictions(
            runtime,
            &variant("inference-mlp", &format!("scalar-{width}")),
        );
        assert!(guest.len() >= 200);
        // Both classes, and no probability that is none.
        assert!(guest.iter().any(|[person, program]| person > program));
        assert!(guest.iter().any(|[person, program]| person < program));
        for [person, program] in &guest {
            assert!((person.exp() + program.exp() - 1.0).abs() < 1e-5);
        }
        let host = predictions(
            runtime,
            &variant("inference-wasi-nn", &format!("tract-{width}")),
        );
        assert_close(&guest, &host, &format!("tract, width {width}"));
    }
}

#[test]
fn guest_and_onnx_runtime_agree() {
    if !has_onnx_runtime() {
        return;
    }
    let runtime = runtimes::reference();
    for width in [32, 128, 512] {
        let guest = predictions(
            runtime,
            &variant("inference-mlp", &format!("scalar-{width}")),
        );
        let name = format!("onnxruntime-{width}");
        let host = predictions(runtime, &variant("inference-wasi-nn", &name));
        assert_close(&guest, &host, &name);
    }
}

#[test]
fn vector_instructions_and_engines_change_no_bit_in_the_guest() {
    let scalar = predictions(
        runtimes::reference(),
        &variant("inference-mlp", "scalar-128"),
    );
    for runtime in [runtimes::reference(), "wasmi/eager"] {
        let simd = predictions(runtime, &variant("inference-mlp", "simd-128"));
        assert_eq!(scalar, simd, "{runtime}");
    }
}

#[test]
fn a_model_by_name_and_the_same_model_by_bytes_answer_the_same() {
    let runtime = "wasmi/eager";
    let named = predictions(runtime, &variant("inference-wasi-nn", "tract-128"));
    let given = predictions(runtime, &variant("inference-wasi-nn", "tract-bytes-128"));
    assert_eq!(named, given);
}
