//! The runtimes of synthetic campaigns and what is true of them.

use reports::{
    Campaign, CampaignWall, Check, ConformanceRow, Machine, RuntimeManifest, WorkloadInfo,
};

/// What is true of a runtime.
#[derive(Clone)]
pub(crate) struct Truth {
    pub(crate) runtime: &'static str,
    pub(crate) ns: f64,
    pub(crate) compile_ms: Option<f64>,
    pub(crate) load_ms: Option<f64>,
    pub(crate) first_vm_mb: f64,
    pub(crate) native: bool,
}

/// Runtimes with plausible costs.
pub(crate) fn truths() -> Vec<Truth> {
    let truth = |runtime, us: f64, compile_ms, load_ms, first_vm_mb| Truth {
        runtime,
        ns: us * 1e3,
        compile_ms,
        load_ms,
        first_vm_mb,
        native: runtime == "native",
    };
    vec![
        truth("native", 4.1, None, Some(0.31), 0.9),
        truth("wasmtime/cranelift", 7.6, Some(61.0), None, 14.2),
        truth("wasmtime/cranelift-aot", 7.62, None, Some(0.92), 6.1),
        truth("wasmer/cranelift", 8.9, Some(74.0), None, 17.8),
        truth("wasmer/cranelift-aot", 8.95, None, Some(1.9), 8.3),
        truth("wasmtime/winch", 15.1, Some(9.1), None, 9.4),
        truth("wasmer/singlepass", 19.3, Some(7.2), None, 10.9),
        truth("wasmtime/pulley", 61.0, Some(48.0), None, 12.0),
        truth("wasmi/eager", 118.0, Some(3.1), None, 4.4),
        truth("wasmi/lazy", 121.0, Some(0.42), None, 3.9),
    ]
}

pub(crate) fn campaign(truths: &[Truth], workloads: &[&str]) -> Campaign {
    Campaign {
        id: "2026-11-20T2130-quick".into(),
        started_unix_ms: 1_795_210_200_000,
        finished_unix_ms: Some(1_795_210_288_000),
        pwbench_version: "0.1.0".into(),
        command_line: vec!["pwbench".into(), "run".into()],
        preset: "quick".into(),
        seed: 7,
        machine: Machine {
            identity: "0123456789ab".into(),
            os: "linux".into(),
            kernel: "6.12.0".into(),
            cpu_model: "Example CPU @ 2.60GHz".into(),
            cores: 2,
            memory_bytes: 25_000_000_000,
            governor: None,
            virtualised: Some("kvm".into()),
            load_before: Some(0.12),
            rustc: "1.95.0".into(),
        },
        runtimes: truths.iter().map(manifest).collect(),
        workloads: workloads.iter().map(|name| workload(name)).collect(),
        conformance: truths.iter().map(conformance).collect(),
        wall: CampaignWall {
            total_ns: 88_000_000_000,
            in_trials_measured_ns: 61_000_000_000,
            in_compilation_ns: 14_000_000_000,
        },
        ..Campaign::default()
    }
}

fn manifest(truth: &Truth) -> RuntimeManifest {
    let (engine, mode) = truth
        .runtime
        .split_once('/')
        .unwrap_or((truth.runtime, "native"));
    let when = |flag: bool, yes: &str, no: &str| if flag { yes.into() } else { no.into() };
    RuntimeManifest {
        runtime: truth.runtime.into(),
        engine: engine.into(),
        version: when(engine == "wasmtime", "48.0.8", "7.3.0"),
        mode: mode.into(),
        optimisation: "speed".into(),
        bounds_check: when(truth.native, "none", "guard pages"),
        time_limit: when(truth.native, "none", "epoch"),
        memory_limit: when(truth.native, "none", "64 MiB"),
        simd: "on".into(),
        pooling: "off".into(),
        compile_threads: "2".into(),
        compile_included: when(
            truth.load_ms.is_some(),
            "no: artifact made beforehand",
            "yes",
        ),
        native: truth.native,
        ..RuntimeManifest::default()
    }
}

fn workload(name: &str) -> WorkloadInfo {
    let title = match name {
        "header-rewrite" => "Header rewrite",
        "prime-check" => "Prime check",
        other => other,
    };
    WorkloadInfo {
        name: name.into(),
        title: title.into(),
        module_sha256: "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08".into(),
        module_bytes: 148_212,
        exchanges: 240,
        configuration_sha256: "2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae"
            .into(),
        toolchain: "rustc 1.85.1, -O3, lto".into(),
        ..WorkloadInfo::default()
    }
}

fn conformance(truth: &Truth) -> ConformanceRow {
    let failed = u32::from(truth.runtime == "wasmer/singlepass");
    ConformanceRow {
        runtime: truth.runtime.into(),
        passed: 64 - failed,
        failed,
        not_applicable: if truth.native { 9 } else { 0 },
        features: match truth.native {
            true => Default::default(),
            false => [("simd", "yes"), ("tail-call", "no")]
                .map(|(name, word)| (name.to_owned(), word.to_owned()))
                .into(),
        },
        failures: vec![
            "deadline: endless loop in proxy_on_tick was not stopped".into();
            failed as usize
        ],
    }
}

pub(crate) fn check(truth: &Truth) -> Check {
    let counts = [
        ("proxy_get_header_map_pairs", 480),
        ("proxy_add_header_map_value", 720),
        ("proxy_replace_header_map_value", 240),
        ("proxy_remove_header_map_value", 310),
        ("proxy_get_property", 96),
        ("proxy_log", 9_600),
    ];
    Check {
        exchanges: 240,
        matched: 240,
        trace_sha256: "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855".into(),
        host_calls: counts.map(|(name, count)| (name.to_owned(), count)).into(),
        bytes_copied: 611_000,
        instructions: (truth.runtime == "wasmtime/cranelift").then_some(10_900_000),
        expectation: "given".into(),
        ..Check::default()
    }
}

/// Many runtimes, each a little slower than the one before.
pub(crate) fn many(count: u32) -> Vec<Truth> {
    let base = truths();
    let names = (0..count).map(|i| format!("engine-{}/mode-with-a-name-{i}", i / 4));
    let runtime = |(i, name): (usize, String)| Truth {
        runtime: if i == 0 { "native" } else { name.leak() },
        ns: 4_000.0 * 1.12_f64.powi(i as i32),
        native: i == 0,
        ..base[i % base.len()].clone()
    };
    names.enumerate().map(runtime).collect()
}

/// Runtimes whose names are markup.
pub(crate) fn markup() -> Vec<Truth> {
    let mut truths = truths();
    truths.truncate(4);
    truths[2].runtime = super::MARKUP;
    truths
}
