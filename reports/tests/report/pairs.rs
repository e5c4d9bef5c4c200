//! Named pairs and public claims.

use reports::{ClaimWord, Exporter as _, Html, Markdown, Metric, Report, Unavailable, Word};

use crate::KINDS;
use crate::synthetic::{Synthetic, Truth, by_name, truths};

/// A campaign in which somebody asked about pairs.
fn asked(mut made: Synthetic, pairs: &[&str]) -> Report {
    made.campaign.pairs = pairs.iter().map(|pair| pair.parse().unwrap()).collect();
    Report::new(made.campaign, &made.trials)
}

/// Eight blocks of V8 and WAMR's artifact, where V8 needs so many times the other's time.
fn claimed(times: f64, blocks: u32) -> Report {
    let base = truths();
    let truth = |runtime, ns| Truth {
        runtime,
        ns,
        ..base[1].clone()
    };
    let truths = [
        truth("wamr/aot", 8_000.0),
        truth("v8/turbofan", 8_000.0 * times),
    ];
    let mut made = Synthetic::new(&truths, &["header-rewrite", "prime-check"]);
    made.measure(&truths, blocks, 1.0);
    Report::new(made.campaign, &made.trials)
}

#[test]
fn a_pair_is_answered_for_every_workload_and_over_all() {
    let report = asked(
        Synthetic::usual(8),
        &["wasmtime/winch,wasmer/singlepass", "wasmi/lazy,native"],
    );
    let pairs = &report.summary().pairs;
    assert_eq!(pairs.len(), 2);
    let scopes: Vec<_> = pairs[0].answers.iter().map(|a| a.scope.as_str()).collect();
    let all = "all rankings (geometric mean)";
    assert_eq!(
        scopes,
        [
            "Header rewrite",
            "Header rewrite",
            "Prime check",
            "Prime check",
            all,
            all
        ]
    );
    for answer in &pairs[0].answers {
        let (truth, word) = match answer.metric {
            Metric::Startup => continue,
            _ => (15.1 / 19.3, Word::Faster),
        };
        let ratio = &answer.comparison.ratio;
        assert!((ratio.estimate / truth - 1.0).abs() < 0.02, "{answer:?}");
        assert!(ratio.interval.contains(ratio.estimate) && ratio.n == 8);
        assert_eq!(answer.comparison.word, word, "{answer:?}");
    }
    let last = &pairs[1].answers[0];
    assert_eq!(last.comparison.word, Word::Slower);
    let page = Markdown.export(report.summary()).unwrap();
    assert!(
        page.contains("## wasmtime/winch against wasmer/singlepass"),
        "{page}"
    );
}

#[test]
fn a_pair_that_cannot_be_answered_says_why() {
    let mut made = Synthetic::usual(8);
    made.campaign.unavailable.push(Unavailable {
        runtime: "wamr/aot".into(),
        workload: None,
        reason: "no compiler for its artifacts".into(),
        remedy: "run scripts/engines/wamr".into(),
    });
    let report = asked(made, &["wamr/aot,wasmtime/winch", "wasmtime/winch,a/b"]);
    let why = |at: usize| report.summary().pairs[at].unanswered.clone().unwrap();
    assert!(why(0).contains("no compiler for its artifacts; run scripts/engines/wamr"));
    assert_eq!(why(1), "a/b was not measured");
    for page in [
        Markdown.export(report.summary()).unwrap(),
        Html.export(report.summary()).unwrap(),
        report.terminal_table(100),
    ] {
        assert!(
            page.contains("Not answered: a/b was not measured"),
            "{page}"
        );
    }
}

#[test]
fn an_untrusted_machine_and_few_blocks_answer_no_pair() {
    for kind in ["drift", "few"] {
        let report = asked(by_name(kind).unwrap(), &["wasmi/lazy,wasmtime/winch"]);
        let answers = &report.summary().pairs[0].answers;
        assert!(!answers.is_empty(), "{kind}");
        let primary = report.summary().primary;
        for answer in answers.iter().filter(|answer| answer.metric == primary) {
            assert_eq!(answer.comparison.word, Word::Undecided, "{kind}");
        }
    }
}

#[test]
fn the_public_claim_is_held_against_the_interval_without_being_asked() {
    for (times, word) in [
        (1.5, ClaimWord::Supported),
        (1.1, ClaimWord::NotSupported),
        (0.9, ClaimWord::NotSupported),
        (2.0, ClaimWord::NotSupported),
    ] {
        let report = claimed(times, 8);
        let [pair] = report.summary().pairs.as_slice() else {
            panic!("one claim");
        };
        assert!(!pair.asked);
        let words: Vec<_> = pair.answers.iter().filter_map(|a| a.claim).collect();
        // One for each workload and one over both; start-up is not what was claimed.
        assert_eq!(words, [word; 3], "{times}");
        let page = Html.export(report.summary()).unwrap();
        assert!(page.contains(word.words()), "{times}");
        assert!(!page.contains("https://"), "the page links to nothing");
    }
    let words = claimed(1.5, 4);
    let answers = &words.summary().pairs[0].answers;
    assert!(
        answers
            .iter()
            .all(|a| a.claim != Some(ClaimWord::Supported))
    );
}

#[test]
fn nobody_who_did_not_measure_both_hears_of_the_claim() {
    for kind in KINDS {
        let made = by_name(kind).unwrap();
        let report = Report::new(made.campaign, &made.trials);
        assert!(report.summary().pairs.is_empty(), "{kind}");
    }
}
