//! Documents of every other kind of result, from synthetic values.

use hdrhistogram::Histogram;
use reports::{
    Arm, Cell, ComparedCell, ComparisonReport, Contended, ContentionCampaign, ContentionSummary,
    ContentionTrial, Copyable, Count, Document, Factor, Figure, GateReport, Judge, Latency, Layer,
    LoadCampaign, LoadDemand, LoadReport, LoadRow, LockWaits, Player, Quantity, Question, Round,
    RuntimeTuning, SamplePlan, Search, Sitting, Spent, Stage, Status, Step, ThreadShare, Tuning,
};
use std::collections::BTreeMap;

/// What a name may hold that a page must not take for its own.
const ODD: &str = "a <b>|x & \"y\"";

/// The documents, each with its name.
pub(crate) fn documents() -> Vec<(&'static str, Document)> {
    let comparison = comparison();
    let limits = BTreeMap::from([(Figure::Cpu, 0.01), (Figure::HostCalls, 0.0)]);
    let ceilings = BTreeMap::from([(Figure::Cpu, 9_000.0)]);
    vec![
        ("compare", comparison.document()),
        (
            "gate",
            GateReport::of(comparison, &limits, &ceilings).document(),
        ),
        ("tune", tuning().document()),
        ("contend", contention().document()),
        ("load", load().document()),
    ]
}

/// A little noise that repeats.
fn jitter(number: u32) -> f64 {
    1.0 + f64::from(number * 7 % 11) / 1_000.0
}

fn comparison() -> ComparisonReport {
    let question = |cell, ceiling| Question {
        cell,
        figure: Figure::Cpu,
        band: 0.01,
        decides: true,
        ceiling,
    };
    let questions = vec![
        question(0, None),
        question(0, Some(9_000.0)),
        question(1, None),
    ];
    let plan = SamplePlan::default();
    let mut judge = Judge::new(questions, plan.clone(), 7);
    let player = |number: u32, cost: f64| Player {
        cpu_ns: vec![(1e6 * cost * jitter(number)) as u64; 8],
        ..Player::default()
    };
    let mut sittings = Vec::new();
    for stage in [Stage::Main, Stage::Confirmation] {
        for block in 1..=16 {
            for cell in 0..2 {
                let cost = [1.1, 1.0][cell];
                sittings.push(Sitting {
                    cell,
                    stage,
                    block,
                    transactions: 100,
                    base: player(block, 1.0),
                    control: player(block + 1, 1.0),
                    new: player(block + 2, cost),
                    twin: player(block + 3, cost),
                    ..Sitting::default()
                });
            }
        }
    }
    judge.look(2, true, &sittings);
    judge.confirm(&sittings);
    let cell = |number: usize| ComparedCell {
        label: format!("{ODD} {number}"),
        answers: judge
            .answers()
            .iter()
            .filter(|answer| answer.question.cell == number)
            .cloned()
            .collect(),
        counts: vec![Count {
            figure: Figure::HostCalls,
            base: 50.0,
            new: 51.0,
        }],
        sittings: 32,
        failure: None,
    };
    ComparisonReport {
        id: "synthetic-compare".to_owned(),
        base: ODD.to_owned(),
        new: "new".to_owned(),
        notes: vec![ODD.to_owned()],
        cells: vec![cell(0), cell(1)],
        plan,
        ..ComparisonReport::default()
    }
}

fn tuning() -> Tuning {
    let factors: Vec<Factor> = ["opt", "--gufa"]
        .map(|name| Factor {
            name: name.to_owned(),
            layer: Layer::WasmOpt,
            default: "off".to_owned(),
            levels: vec!["on".to_owned()],
            only_told: false,
        })
        .to_vec();
    let runtime = |name: &str, scale: f64| {
        let mut search = Search::new(factors.clone(), vec![Quantity::P50, Quantity::Size], 7);
        let mut number = 0;
        while let Step::Measure {
            block,
            contestants,
            traffic,
        } = search.next(Spent::default())
        {
            for index in contestants {
                number += 1;
                let changed = search.contestants()[index].choice.0.len() as f64;
                let noise = jitter(number);
                let values = BTreeMap::from([
                    (Quantity::P50, scale * noise * (1.0 - 0.1 * changed)),
                    (Quantity::Startup, 1e6 * noise / scale),
                    (Quantity::Size, 1e5 * (1.0 + 0.2 * changed)),
                    (Quantity::Memory, 1e6 * noise),
                ]);
                search.record(index, block, traffic, &values);
            }
        }
        RuntimeTuning::of(name, &factors, &search, |_| Copyable {
            commands: vec![ODD.to_owned()],
            ..Copyable::default()
        })
    };
    let mut tuning = Tuning {
        id: "synthetic-tune".to_owned(),
        subject: ODD.to_owned(),
        objectives: vec![Quantity::P50, Quantity::Size],
        runtimes: vec![runtime("one/x", 1_000.0), runtime("two/y", 5_000.0)],
        ..Tuning::default()
    };
    tuning.join_fronts();
    tuning
}

fn histogram(values: impl Iterator<Item = u64>) -> Latency {
    let mut histogram = Histogram::<u64>::new(3).expect("a histogram");
    for value in values {
        histogram.record(value).expect("in range");
    }
    Latency::from_histogram(&histogram).expect("written")
}

fn contention() -> ContentionSummary {
    let cell = |isolation: &str, threads| Cell {
        workload: ODD.to_owned(),
        runtime: "wasmtime/cranelift".to_owned(),
        variant: "rust".to_owned(),
        isolation: isolation.to_owned(),
        threads,
        arm: Arm::Main,
    };
    let trial = |block: u32, cell: Cell, each: u64| {
        let threads = cell.threads as usize;
        ContentionTrial {
            block,
            order: 0,
            status: Status::Ok,
            started_unix_ms: 0,
            wall_ns: 100_000_000,
            doubt: None,
            contended: Some(Contended {
                wall_ns: 100_000_000,
                threads: vec![
                    ThreadShare {
                        transactions: each,
                        cpu_ns: each * 2_000,
                    };
                    threads
                ],
                latency: histogram((1..=100).map(|us| us * 1_000)),
                locks: (cell.isolation == "shared").then(|| LockWaits {
                    acquisitions: 1_000,
                    contended: 100,
                    waited_ns: 10_000_000,
                    waits: histogram((1..=100).map(|us| us * 100)),
                }),
                resident_bytes: 10_000_000,
                vms_started: 1,
            }),
            cell,
        }
    };
    let mut trials = Vec::new();
    for block in 1..=8_u32 {
        let rate = 10_000 + u64::from(block % 3);
        for isolation in ["shared", "thread"] {
            for threads in [1, 2] {
                trials.push(trial(block, cell(isolation, threads), rate));
            }
        }
        trials.push(trial(block, cell("shared", 1).control_arm(), rate));
    }
    let campaign = ContentionCampaign {
        id: "synthetic-contend".to_owned(),
        seed: 7,
        ..ContentionCampaign::default()
    };
    ContentionSummary::new(campaign, &trials)
}

fn load() -> LoadReport {
    let row = |proxy: &str, filter: &str| LoadRow {
        proxy: proxy.to_owned(),
        filter: filter.to_owned(),
        mechanism: filter.to_owned(),
        arm: Arm::Main,
    };
    let mut rows = vec![row(ODD, "none"), row(ODD, "wasm"), row("b", "none")];
    rows.push(rows[0].control());
    let mut rounds = Vec::new();
    for block in 1..=8 {
        for demand in [LoadDemand::Closed, LoadDemand::Open(1_000.0)] {
            for (row, cost) in rows.iter().zip([10.0, 11.0, 40.0, 10.0]) {
                let cost = cost * jitter(block);
                let latency = histogram((1..=1_000).map(|us| us * 1_000));
                rounds.push(Round {
                    block,
                    row: row.clone(),
                    demand,
                    good: 1_000,
                    throughput: 1e6 / cost,
                    proxy_cpu_ns: (cost * 1e6) as u64,
                    corrected: match demand {
                        LoadDemand::Closed => Latency::default(),
                        _ => latency.clone(),
                    },
                    uncorrected: latency,
                    ..Round::default()
                });
            }
        }
    }
    let campaign = LoadCampaign {
        id: "synthetic-load".to_owned(),
        rows,
        seed: 5,
        ..LoadCampaign::default()
    };
    LoadReport::new(campaign, &rounds)
}
