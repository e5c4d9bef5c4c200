//! Needs: whatever is typed is understood or refused in words, and judged as the values say.

use std::collections::BTreeMap;

use proptest::prelude::*;
use reports::{
    Knowledge, Met, Need, Needs, Quantity, Recommendation, RuntimeValues, Series, Standing,
};

const PROPOSALS: [&str; 3] = ["simd", "threads", "tail-call"];

fn parse(text: &str) -> Result<Needs, reports::NeedError> {
    Needs::parse("--need", text, &PROPOSALS)
}

fn need() -> impl Strategy<Value = Need> {
    let below = (
        proptest::sample::select(Quantity::ALL.to_vec()),
        1_u32..1_000_000,
    )
        .prop_map(|(quantity, limit)| Need::Below {
            quantity,
            limit: f64::from(limit),
        });
    let words = ["simd", "threads", "deadline", "memory-limit", "sandbox"];
    let has = proptest::sample::select(words.to_vec()).prop_map(|word| Need::Has {
        word: word.to_owned(),
    });
    let topics = ["licence", "proxies", "language"];
    let says = (
        proptest::sample::select(topics.to_vec()),
        "[A-Za-z][A-Za-z0-9.-]{0,12}",
    )
        .prop_map(|(topic, text)| Need::Says {
            topic: topic.to_owned(),
            text,
        });
    prop_oneof![below, has, says]
}

proptest! {
    #[test]
    fn what_is_written_is_read_back(needs in proptest::collection::vec(need(), 1..6)) {
        let needs = Needs(needs);
        let read = parse(&needs.to_string());
        prop_assert_eq!(read, Ok(needs));
    }

    #[test]
    fn blanks_do_not_count(needs in proptest::collection::vec(need(), 1..6)) {
        let spaced = needs.iter().map(|need| need.to_string().replace('<', " < "));
        let text = spaced.collect::<Vec<_>>().join(" , ");
        prop_assert_eq!(parse(&text), Ok(Needs(needs)));
    }

    #[test]
    fn anything_else_is_refused_with_place_and_remedy(text in "\\PC{0,40}") {
        if let Err(error) = parse(&text) {
            let said = error.to_string();
            prop_assert!(said.starts_with("--need, character "), "{said}");
            prop_assert!(!error.remedy.is_empty() && !error.reason.is_empty());
        }
    }

    #[test]
    fn a_file_of_anything_is_read_or_refused(text in "\\PC{0,80}") {
        if let Err(error) = Needs::parse_file("needs.toml", &text, &PROPOSALS) {
            prop_assert!(error.to_string().starts_with("needs.toml"));
        }
    }
}

#[test]
fn the_place_is_counted_in_characters_from_one() {
    let place = |text: &str| parse(text).expect_err("refused").place;
    assert_eq!(place("p99<50"), "--need, character 1");
    assert_eq!(place("simd, p99<50"), "--need, character 7");
    assert_eq!(place("licence=µ,wat"), "--need, character 11");
}

#[test]
fn what_is_wrong_is_said() {
    let reason = |text: &str| parse(text).expect_err(text).reason;
    assert!(reason("p99<50").contains("no unit"));
    assert!(reason("p99<5MB").contains("no unit of p99"));
    assert!(reason("memory<0MB").contains("above zero"));
    assert!(reason("memory<-1MB").contains("above zero"));
    assert!(reason("speed<1ms").contains("no quantity"));
    assert!(reason("p99>1ms").contains("more"));
    assert!(reason("p99").contains("no limit"));
    assert!(reason("colour=red").contains("no fact"));
    assert!(reason("").contains("empty"));
    assert!(reason("smid").contains("smid"));
}

#[test]
fn a_file_says_the_same_as_the_option() {
    let text = "has = [\"simd\"]\n[below]\nstartup = \"5ms\"\n[says]\nlicence = \"Apache\"\n";
    let file = Needs::parse_file("needs.toml", text, &PROPOSALS).expect("needs");
    assert_eq!(Ok(file), parse("startup<5ms,simd,licence=Apache"));
    let place = |text: &str| {
        let error = Needs::parse_file("n.toml", text, &PROPOSALS).expect_err(text);
        error.place
    };
    assert_eq!(place("has = [\"simd\", \"x\"]"), "n.toml, has[1]");
    assert_eq!(place("[below]\np99 = \"5\""), "n.toml, below.p99");
    assert_eq!(place("[says]\ncolour = \"red\""), "n.toml, says.colour");
    assert_eq!(place("has = []\nwants = 1"), "n.toml, line 2");
    assert_eq!(place(""), "n.toml");
}

/// A runtime whose p99 and CPU time vary around a value.
fn runtime(name: &str, p99: f64, cpu: f64, spread: f64) -> Knowledge {
    let series = |value: f64| -> Series {
        (1..=8_u32)
            .map(|block| {
                (
                    block,
                    value * (1.0 + spread * (f64::from(block) - 4.5) / 3.5),
                )
            })
            .collect()
    };
    let cell = BTreeMap::from([(Quantity::P99, series(p99)), (Quantity::Cpu, series(cpu))]);
    Knowledge {
        runtime: name.to_owned(),
        has: BTreeMap::from([("simd".to_owned(), (true, "tried, works".to_owned()))]),
        values: RuntimeValues {
            cells: BTreeMap::from([("w rust".to_owned(), cell)]),
            ..RuntimeValues::default()
        },
        ..Knowledge::default()
    }
}

fn recommend(needs: &str, known: &[Knowledge]) -> Recommendation {
    recommend_on(1.0, needs, known)
}

/// On a machine where a thing measured twice differs by this factor.
fn recommend_on(reach: f64, needs: &str, known: &[Knowledge]) -> Recommendation {
    Recommendation::new(
        &parse(needs).expect("needs"),
        known,
        reach,
        "results/x",
        Vec::new(),
    )
}

#[test]
fn an_interval_on_one_side_is_sure_and_across_the_limit_is_not() {
    let known = [
        runtime("far/below", 10_000.0, 3.0, 0.05),
        runtime("on/it", 50_000.0, 1.0, 0.05),
        runtime("far/above", 90_000.0, 2.0, 0.05),
    ];
    let answer = recommend("p99<50us,simd", &known);
    let order: Vec<_> = answer
        .candidates
        .iter()
        .map(|one| (one.runtime.as_str(), one.standing))
        .collect();
    assert_eq!(
        order,
        [
            ("far/below", Standing::Meets),
            ("on/it", Standing::NotSure),
            ("far/above", Standing::Fails)
        ]
    );
    assert_eq!(
        answer.best().map(|best| best.runtime.as_str()),
        Some("far/below")
    );
}

#[test]
fn on_an_unsteady_machine_only_what_lies_beyond_its_unsteadiness_is_sure() {
    let known = [runtime("near/x", 40_000.0, 1.0, 0.05)];
    let standing = |reach, needs| recommend_on(reach, needs, &known).candidates[0].standing;
    assert_eq!(standing(1.0, "p99<50us"), Standing::Meets);
    assert_eq!(standing(1.3, "p99<50us"), Standing::NotSure);
    assert_eq!(standing(1.3, "p99<90us"), Standing::Meets);
    assert_eq!(standing(1.3, "p99<35us"), Standing::NotSure);
    assert_eq!(standing(1.3, "p99<20us"), Standing::Fails);
    assert_eq!(standing(f64::INFINITY, "p99<1s"), Standing::NotSure);
    // What was not measured in samples stands.
    assert_eq!(standing(f64::INFINITY, "simd"), Standing::Meets);
}

#[test]
fn every_candidate_tells_its_features_and_facts_asked_for_or_not() {
    let mut known = runtime("engine/x", 10_000.0, 1.0, 0.01);
    let line = "MIT or Apache-2.0".to_owned();
    known.says.insert("licence".to_owned(), vec![line.clone()]);
    let answer = recommend("p99<50us", &[known]);
    let candidate = &answer.candidates[0];
    assert!(candidate.features["simd"].has && candidate.says["licence"] == [line.clone()]);
    let markdown = answer.document().markdown();
    assert!(
        markdown.contains(&line) && markdown.contains("simd"),
        "{markdown}"
    );
}

#[test]
fn of_those_that_meet_the_cheapest_stands_first() {
    let known = [
        runtime("dear/x", 10_000.0, 9.0, 0.01),
        runtime("cheap/x", 20_000.0, 2.0, 0.01),
    ];
    assert_eq!(
        recommend("p99<50us", &known).candidates[0].runtime,
        "cheap/x"
    );
}

#[test]
fn when_nothing_fits_the_nearest_stands_first_and_is_named() {
    let known = [
        runtime("far/x", 90_000.0, 1.0, 0.01),
        runtime("near/x", 60_000.0, 9.0, 0.01),
    ];
    let answer = recommend("p99<50us", &known);
    assert!(answer.best().is_none());
    assert_eq!(answer.candidates[0].runtime, "near/x");
    assert!(answer.document().headline.contains("near/x"));
}

#[test]
fn few_blocks_are_never_sure() {
    let mut known = runtime("few/x", 10_000.0, 1.0, 0.01);
    for series in known
        .values
        .cells
        .get_mut("w rust")
        .expect("there")
        .values_mut()
    {
        series.retain(|block, _| *block <= 3);
    }
    let answer = recommend("p99<50us", &[known]);
    assert_eq!(answer.candidates[0].findings[0].met, Met::NotSure);
}

#[test]
fn what_is_not_known_is_not_sure_and_what_was_not_measured_is_told() {
    let known = [runtime("a/x", 10_000.0, 1.0, 0.01)];
    let answer = recommend("threads,licence=MIT,memory<4MB", &known);
    let met: Vec<Met> = answer.candidates[0]
        .findings
        .iter()
        .map(|one| one.met)
        .collect();
    assert_eq!(met, [Met::NotSure; 3]);
    let missing = Knowledge {
        runtime: "gone/x".to_owned(),
        missing: Some("no library; install it".to_owned()),
        ..Knowledge::default()
    };
    let answer = recommend("p99<50us", &[missing]);
    assert_eq!(answer.candidates[0].standing, Standing::NotMeasured);
    assert!(answer.document().markdown().contains("install it"));
}
