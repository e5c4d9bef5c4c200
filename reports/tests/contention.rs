//! What follows from a contention campaign, on synthetic trials with known answers.

use hdrhistogram::Histogram;
use reports::{
    Arm, Cell, Contended, ContentionCampaign, ContentionFolder, ContentionSummary, ContentionTrial,
    FailureKind, FolderError, Latency, LockWaits, Machine, Status, ThreadShare,
};

const MS: u64 = 1_000_000;

fn cell(isolation: &str, threads: u32) -> Cell {
    Cell {
        workload: "header-rewrite".into(),
        runtime: "wasmtime/cranelift".into(),
        variant: "rust".into(),
        isolation: isolation.into(),
        threads,
        arm: Arm::Main,
    }
}

fn histogram(values: &[u64]) -> Latency {
    let mut histogram = Histogram::<u64>::new(3).unwrap();
    for value in values {
        histogram.record(*value).unwrap();
    }
    Latency::from_histogram(&histogram).unwrap()
}

/// A trial of 100 ms in which each thread finished so many transactions.
fn trial(block: u32, cell: Cell, each: &[u64], waited_ms: Option<u64>) -> ContentionTrial {
    let thread = |transactions: &u64| ThreadShare {
        transactions: *transactions,
        cpu_ns: transactions * 2_000,
    };
    let contended = Contended {
        wall_ns: 100 * MS,
        threads: each.iter().map(thread).collect(),
        latency: histogram(&[1_000, 2_000, 3_000]),
        locks: waited_ms.map(|waited| LockWaits {
            acquisitions: 1_000,
            contended: 100,
            waited_ns: waited * MS,
            waits: histogram(&[5_000; 100]),
        }),
        resident_bytes: 10_000_000 + 1_000_000 * each.len() as u64,
        vms_started: 1,
    };
    ContentionTrial {
        block,
        order: 0,
        cell,
        started_unix_ms: 0,
        wall_ns: 100 * MS,
        status: Status::Ok,
        contended: Some(contended),
        doubt: None,
    }
}

fn campaign() -> ContentionCampaign {
    ContentionCampaign {
        id: "c".into(),
        seed: 7,
        machine: Machine {
            cores: 2,
            ..Machine::default()
        },
        ..ContentionCampaign::default()
    }
}

/// A VM for each thread doubles the rate with two threads; a shared one keeps it and waits
/// for half of the time. The rates differ a little from block to block.
fn trials(control: u64) -> Vec<ContentionTrial> {
    let mut trials = Vec::new();
    for block in 1..=8 {
        let jitter = 10 * u64::from(block % 3);
        let one = 10_000 + jitter;
        for isolation in ["shared", "thread"] {
            let locks = (isolation == "shared").then_some(0);
            trials.push(trial(block, cell(isolation, 1), &[one], locks));
        }
        let half = one / 2;
        trials.push(trial(block, cell("shared", 2), &[half, half], Some(100)));
        trials.push(trial(block, cell("thread", 2), &[one, one], None));
        trials.push(trial(block, cell("thread", 8), &[one / 4; 8], None));
        let twin = cell("shared", 1).control_arm();
        trials.push(trial(block, twin, &[one * control / 100], Some(0)));
    }
    trials
}

#[test]
fn scaling_waits_and_fairness_come_out_as_they_went_in() {
    let summary = ContentionSummary::new(campaign(), &trials(100));
    let point = |isolation: &str, threads: u32| {
        let curve = summary
            .curves
            .iter()
            .find(|curve| curve.isolation == isolation);
        let points = &curve.expect("a curve").points;
        let point = points.iter().find(|point| point.threads == threads);
        point.expect("a point").clone()
    };
    let (shared, own) = (point("shared", 2), point("thread", 2));
    let ratio = |ratio: &Option<reports::PairedRatio>| ratio.expect("against one thread").estimate;
    assert!((ratio(&shared.scaling) - 1.0).abs() < 0.01);
    assert!((ratio(&own.scaling) - 2.0).abs() < 0.01);
    let locks = shared.locks.expect("locks");
    // 100 ms of two threads' 100 ms each.
    assert!((locks.share.value - 0.5).abs() < 1e-9);
    assert!((locks.contended.value - 0.1).abs() < 1e-9);
    let [p50, p99, most] = locks.wait_ns.expect("waits");
    assert!(
        [p50, p99, most]
            .iter()
            .all(|ns| (4_990..5_010).contains(ns))
    );
    assert!(own.locks.is_none() && (own.jain.value - 1.0).abs() < 1e-9);
    assert!((own.cpu_ns.value - 2_000.0).abs() < 1e-9);
    assert!(point("thread", 1).scaling.is_none());
}

#[test]
fn the_headline_advises_what_scales_at_threads_that_have_cores() {
    let summary = ContentionSummary::new(campaign(), &trials(100));
    let headline = &summary.headline;
    assert!(headline.decided, "{headline:?}");
    assert!(
        headline.text.starts_with("2 threads run header-rewrite"),
        "{headline:?}"
    );
    let advice = headline.advice.as_deref().expect("advice");
    assert!(advice.starts_with("Choose isolation thread"), "{advice}");
    let warned = |words: &str| summary.warnings.iter().any(|text| text.contains(words));
    assert!(
        warned("8 threads are more than this machine's 2 cores"),
        "{:?}",
        summary.warnings
    );
}

#[test]
fn an_unsteady_machine_or_too_few_blocks_give_no_advice() {
    let unsteady = ContentionSummary::new(campaign(), &trials(80));
    assert!(!unsteady.headline.decided && unsteady.headline.advice.is_none());
    assert!(
        unsteady
            .objection
            .expect("one")
            .contains("differs from itself")
    );
    let few: Vec<_> = trials(100)
        .into_iter()
        .filter(|trial| trial.block < 4)
        .collect();
    let few = ContentionSummary::new(campaign(), &few);
    assert!(!few.headline.decided && few.objection.expect("one").contains("too few"));
    let none = ContentionSummary::new(campaign(), &[]);
    assert!(!none.headline.decided && none.curves.is_empty());
}

#[test]
fn each_runtime_and_workload_gets_its_own_advice() {
    let mut trials = trials(100);
    let others = trials.clone().into_iter().map(|mut trial| {
        trial.cell.runtime = "native".into();
        // There the shared VM is as fast as those of each thread.
        if let Some(contended) = trial.contended.as_mut().filter(|_| trial.cell.threads == 2) {
            contended.threads = vec![
                ThreadShare {
                    transactions: 9_000,
                    cpu_ns: 1
                };
                2
            ];
        }
        trial
    });
    let others: Vec<_> = others.filter(|trial| !trial.cell.is_control()).collect();
    trials.extend(others);
    let summary = ContentionSummary::new(campaign(), &trials);
    assert_eq!(summary.advice.len(), 2);
    assert_eq!(summary.headline, summary.advice[0]);
    let advice = |runtime: &str| {
        let of = summary.advice.iter().find(|one| one.runtime == runtime);
        of.and_then(|one| one.advice.clone()).expect("advice")
    };
    assert!(advice("wasmtime/cranelift").starts_with("Choose isolation thread"));
    assert!(
        advice("native").contains("by memory"),
        "{}",
        advice("native")
    );
    let document = summary.document();
    assert_eq!(document.points.len(), 1);
    assert!(
        document.points[0].contains(": Choose isolation"),
        "{:?}",
        document.points
    );
}

#[test]
fn where_the_generator_set_the_pace_nothing_is_advised() {
    let doubted = |threads: &[u32]| {
        let mut trials = trials(100);
        for trial in trials
            .iter_mut()
            .filter(|trial| threads.contains(&trial.cell.threads))
        {
            trial.doubt = Some("a thread was busy all the time".into());
        }
        ContentionSummary::new(campaign(), &trials)
    };
    let summary = doubted(&[2]);
    assert!(!summary.headline.decided && summary.headline.advice.is_none());
    let objection = summary.objection.expect("one");
    assert!(
        objection
            .contains("did not set the pace in 8 of 8 trials of isolation shared with 2 threads"),
        "{objection}"
    );
    assert!(
        summary
            .warnings
            .iter()
            .any(|text| text.contains("in 16 of 48 trials"))
    );
    // The advice is of two threads, so that doubts of one thread do not touch it.
    let summary = doubted(&[1]);
    assert!(summary.headline.decided && summary.objection.is_none());
}

#[test]
fn rates_that_cannot_be_told_apart_are_chosen_by_memory() {
    let mut trials = trials(100);
    for trial in &mut trials {
        if trial.cell.isolation == "shared"
            && let Some(contended) = &mut trial.contended
        {
            for thread in &mut contended.threads {
                thread.transactions = 10_000;
            }
            contended.resident_bytes = 5_000_000;
        }
    }
    // The jitter would tell them apart by chance.
    for trial in trials.iter_mut().filter(|trial| trial.cell.threads < 8) {
        for thread in trial.contended.iter_mut().flat_map(|all| &mut all.threads) {
            thread.transactions = 10_000;
        }
    }
    let summary = ContentionSummary::new(campaign(), &trials);
    let advice = summary.headline.advice.expect("advice");
    assert!(advice.contains("isolation shared by memory"), "{advice}");
}

#[test]
fn a_folder_keeps_trials_and_says_what_is_wrong_with_a_line() {
    let dir = tempfile::tempdir().unwrap();
    let folder = ContentionFolder::create(dir.path().join("c")).unwrap();
    folder.write_campaign(&campaign()).unwrap();
    let mut failed = trial(1, cell("request", 1), &[1], None);
    failed.contended = None;
    failed.status = Status::Failed {
        kind: FailureKind::Trap,
        reason: "unreachable".into(),
    };
    let mut all = trials(100);
    all.push(failed);
    for trial in &all {
        folder.append(trial).unwrap();
    }
    assert_eq!(folder.trials().unwrap(), all);
    assert_eq!(folder.campaign().unwrap(), campaign());
    assert_eq!(
        reports::kind_of(folder.path()).unwrap(),
        reports::CONTENTION_KIND
    );

    let summary = ContentionSummary::from_folder(&folder).unwrap();
    assert_eq!(summary.failures.len(), 1);
    summary.write_all(&folder).unwrap();
    let page = std::fs::read_to_string(folder.path().join("report.html")).unwrap();
    for words in [
        "Throughput over threads",
        "Time waited for locks",
        "Choose isolation thread",
    ] {
        assert!(page.contains(words), "{words}");
    }
    let rows = std::fs::read_to_string(folder.path().join("report.csv")).unwrap();
    assert_eq!(rows.lines().count(), all.len() + 1);
    let again = reports::reported(folder.path()).unwrap();
    assert_eq!(again.document, summary.document());

    let file = folder.path().join("trials.jsonl");
    let text = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, text.clone() + "{\"block\":1,\"ord").unwrap();
    assert_eq!(folder.trials().unwrap().len(), all.len());
    std::fs::write(&file, format!("{{}}\n{text}")).unwrap();
    assert!(matches!(
        folder.trials(),
        Err(FolderError::Trial { line: 1, .. })
    ));
}
