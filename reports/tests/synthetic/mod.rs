//! Synthetic campaigns with a known truth, for tests and for looking at reports.

mod model;

use hdrhistogram::Histogram;
use rand::rngs::ChaCha8Rng;
use rand::{RngExt, SeedableRng};
use reports::{
    Arm, CallbackCost, Campaign, Cell, Check, FailureKind, Latency, Measurement, Memory, Mismatch,
    Regions, Size, Startup, TrialRecord, Unavailable,
};

pub(crate) use model::{Truth, truths};

/// A campaign under construction.
pub(crate) struct Synthetic {
    pub(crate) campaign: Campaign,
    pub(crate) trials: Vec<TrialRecord>,
    transactions: u64,
    random: ChaCha8Rng,
}

pub(crate) const TRANSACTIONS: u64 = 2_400;

impl Synthetic {
    pub(crate) fn new(truths: &[Truth], workloads: &[&str]) -> Self {
        Synthetic {
            campaign: model::campaign(truths, workloads),
            trials: Vec::new(),
            transactions: TRANSACTIONS,
            random: ChaCha8Rng::seed_from_u64(42),
        }
    }

    /// The usual campaign: every runtime on both workloads.
    pub(crate) fn usual(blocks: u32) -> Self {
        let truths = truths();
        let mut synthetic = Synthetic::new(&truths, &["header-rewrite", "prime-check"]);
        synthetic.measure(&truths, blocks, 1.0);
        synthetic
    }

    /// Measures every cell in every block; the control arm's cost is `drift` times its twin's.
    pub(crate) fn measure(&mut self, truths: &[Truth], blocks: u32, drift: f64) {
        let workloads: Vec<String> = self
            .campaign
            .workloads
            .iter()
            .map(|info| info.name.clone())
            .collect();
        for block in 0..=blocks {
            let weather = 1.0 + 0.08 * self.random.random::<f64>();
            for (scale, workload) in [1.0, 4.5, 2.0].iter().zip(&workloads) {
                for (order, truth) in (0..).zip(truths) {
                    let cell = cell(truth.runtime, workload);
                    let cost = scale * weather;
                    let trial = self.trial(block, order, cell, truth, cost);
                    self.trials.push(trial);
                }
                let order = truths.len() as u32;
                if let Some(truth) = truths.get(1).or(truths.first()) {
                    let control = cell(truth.runtime, workload).control_arm();
                    let trial = self.trial(block, order, control, truth, scale * weather * drift);
                    self.trials.push(trial);
                }
            }
        }
        self.campaign.blocks_planned = blocks;
        self.campaign.blocks_complete = blocks;
    }

    /// Ten thousand cells: 40 runtimes on 25 workloads with five variants and two isolations,
    /// of few transactions each.
    pub(crate) fn huge() -> Self {
        let truths = model::many(40);
        let names: Vec<String> = (1..=25).map(|n| format!("workload-{n:02}")).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let mut synthetic = Synthetic::new(&truths, &names);
        synthetic.transactions = 60;
        for block in 0..=6 {
            for (at, workload) in names.iter().enumerate() {
                for (variant, isolation) in (0..5).flat_map(|v| [(v, "thread"), (v, "request")]) {
                    let scale = 1.0 + 0.3 * at as f64 + 0.1 * f64::from(variant);
                    let at = |truth: &Truth| Cell {
                        variant: format!("variant-{variant}"),
                        isolation: isolation.into(),
                        ..cell(truth.runtime, workload)
                    };
                    let control = at(&truths[1]).control_arm();
                    for truth in &truths {
                        let trial = synthetic.trial(block, 0, at(truth), truth, scale);
                        synthetic.trials.push(trial);
                    }
                    let trial = synthetic.trial(block, 0, control, &truths[1], scale);
                    synthetic.trials.push(trial);
                }
            }
        }
        synthetic.campaign.blocks_planned = 6;
        synthetic.campaign.blocks_complete = 6;
        synthetic
    }

    /// Adds the rows that something going wrong leaves behind.
    pub(crate) fn with_accidents(mut self) -> Self {
        let at = |runtime: &str| cell(runtime, "header-rewrite");
        let accidents = [
            (
                0,
                "wamr/fast-jit",
                FailureKind::Refused,
                "module uses bulk memory, which this build lacks",
            ),
            (
                3,
                "wasmi/lazy",
                FailureKind::Timeout,
                "no end after 30 s; killed",
            ),
            (
                5,
                "wasmi/lazy",
                FailureKind::Timeout,
                "no end after 30 s; killed",
            ),
            (
                2,
                "wasmer/singlepass",
                FailureKind::Crash,
                "signal 11 (SIGSEGV)",
            ),
            (
                4,
                "wasmtime/pulley",
                FailureKind::Trap,
                "unreachable in proxy_on_request_headers",
            ),
        ];
        for (block, runtime, kind, reason) in accidents {
            let matches = |t: &TrialRecord| t.block == block && t.cell == at(runtime);
            self.trials.retain(|trial| !matches(trial));
            self.trials.push(TrialRecord::failed(
                "synthetic",
                block,
                99,
                at(runtime),
                kind,
                reason,
            ));
        }
        let mut wrong = TrialRecord::ok("synthetic", 0, 99, cell("wasmedge/aot", "prime-check"));
        wrong.check = Some(Check {
            exchanges: 240,
            matched: 238,
            mismatches: vec![Mismatch {
                exchange: "token-17".into(),
                detail: "status 200 where 403 was expected".into(),
            }],
            ..Check::default()
        });
        self.trials.push(wrong);
        self.campaign.unavailable.push(Unavailable {
            runtime: "v8/turbofan".into(),
            workload: None,
            reason: "built without the feature `v8`".into(),
            remedy: "cargo run --release --features v8 -- run".into(),
        });
        self
    }

    fn trial(
        &mut self,
        block: u32,
        order: u32,
        cell: Cell,
        truth: &Truth,
        scale: f64,
    ) -> TrialRecord {
        let mut trial = TrialRecord::ok("synthetic", block, order, cell);
        if block == 0 {
            trial.check = Some(model::check(truth));
        } else {
            trial.measurement = Some(self.measurement(truth, scale));
        }
        trial.wall_ns = 400_000_000;
        trial
    }

    fn measurement(&mut self, truth: &Truth, scale: f64) -> Measurement {
        let transactions = self.transactions;
        let noise = 1.0 + 0.01 * (self.random.random::<f64>() - 0.5);
        let cost = truth.ns * scale * noise;
        let mut histogram = Histogram::<u64>::new(3).unwrap();
        for _ in 0..transactions {
            let tail = self.random.random::<f64>().powi(2).mul_add(-0.999_9, 1.0);
            let ns = cost * (0.75 + 0.25 / tail.powf(0.6));
            histogram.record(ns as u64).unwrap();
        }
        let total = (cost * transactions as f64) as u64;
        let callback = |name: &str, share: f64| CallbackCost {
            name: name.into(),
            calls: transactions,
            total_ns: (share * total as f64) as u64,
        };
        let ns = |ms: f64| (ms * 1e6 * noise) as u64;
        Measurement {
            transactions,
            passes: 10,
            wall_ns: total,
            cpu_ns: (total as f64 * 0.98) as u64,
            latency: Latency::from_histogram(&histogram).unwrap(),
            callbacks: vec![
                callback("proxy_on_context_create", 0.06),
                callback("proxy_on_request_headers", 0.48),
                callback("proxy_on_response_headers", 0.33),
                callback("proxy_on_log", 0.05),
                callback("proxy_on_delete", 0.03),
            ],
            callback_transactions: transactions,
            startup: Startup {
                compile_ns: truth.compile_ms.map(ns),
                compile_cpu_ns: truth.compile_ms.map(|ms| ns(ms * 1.8)),
                load_aot_ns: truth.load_ms.map(ns),
                instantiate_ns: ns(0.05),
                start_ns: ns(0.2 + truth.ns / 40_000.0),
                first_request_ns: ns(0.01 + truth.ns / 300_000.0),
            },
            memory: Memory {
                linear_bytes: 1_179_648,
                rss_before_bytes: 9_000_000,
                rss_first_vm_bytes: (truth.first_vm_mb * noise * 1e6) as u64,
                rss_per_vm_bytes: if truth.native {
                    41_000
                } else {
                    (1.3e6 * noise) as u64
                },
                further_vms: 16,
            },
            size: Size {
                module_bytes: 148_212,
                artifact_bytes: truth.load_ms.map(|_| 412_000),
                code_bytes: truth.compile_ms.map(|_| 301_000),
            },
            regions: Regions {
                measured_ns: total,
                compile_ns: 30_000_000,
                other_ns: 9_000_000,
            },
        }
    }
}

pub(crate) fn cell(runtime: &str, workload: &str) -> Cell {
    Cell {
        workload: workload.into(),
        runtime: runtime.into(),
        variant: "rust".into(),
        isolation: "thread".into(),
        threads: 1,
        arm: Arm::Main,
    }
}

/// A synthetic campaign by its name.
pub(crate) fn by_name(name: &str) -> Option<Synthetic> {
    let one = |truths: &[Truth], workload: &str, blocks, drift| {
        let mut synthetic = Synthetic::new(truths, &[workload]);
        synthetic.measure(truths, blocks, drift);
        synthetic
    };
    Some(match name {
        "usual" => Synthetic::usual(8),
        "accidents" => Synthetic::usual(9).with_accidents(),
        "many" => one(&model::many(30), "header-rewrite", 8, 1.0),
        "few" => Synthetic::usual(3),
        "empty" => Synthetic::new(&truths(), &["header-rewrite"]),
        "drift" => one(&truths(), "prime-check", 8, 1.06),
        "huge" => Synthetic::huge(),
        "markup" => one(&model::markup(), MARKUP, 7, 1.0),
        _ => return None,
    })
}

/// A name that every format must defuse.
pub(crate) const MARKUP: &str = "<script>alert(1)</script>|*x*\"'&`\u{1b}[31m";
