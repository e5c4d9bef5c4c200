//! The racing search on surfaces whose optimum and noise are known.

use std::collections::BTreeMap;

use rand::rngs::ChaCha8Rng;
use rand::{RngExt as _, SeedableRng as _};
use reports::{Choice, Factor, Fate, Layer, Quantity, Search, SearchStage, Spent, Step, WorthWord};

fn factor(name: &str, levels: &[&str]) -> Factor {
    Factor {
        name: name.to_owned(),
        layer: Layer::Build,
        default: "default".to_owned(),
        levels: levels.iter().map(|level| (*level).to_owned()).collect(),
        only_told: false,
    }
}

/// A cost surface: every level multiplies the cost, whole blocks drift together, and every
/// measurement has noise of its own.
struct Surface {
    effects: Vec<(&'static str, &'static str, f64)>,
    /// A further factor where both levels are chosen.
    together: Option<(&'static str, &'static str, f64)>,
    noise: f64,
    random: ChaCha8Rng,
}

impl Surface {
    fn new(effects: &[(&'static str, &'static str, f64)], noise: f64, seed: u64) -> Self {
        Surface {
            effects: effects.to_vec(),
            together: None,
            noise,
            random: ChaCha8Rng::seed_from_u64(seed),
        }
    }

    fn truth(&self, choice: &Choice) -> f64 {
        let chosen = |factor: &str, level: &str| choice.level(factor) == Some(level);
        let single: f64 = self
            .effects
            .iter()
            .filter(|(factor, level, _)| chosen(factor, level))
            .map(|(_, _, effect)| effect)
            .product();
        match self.together {
            Some((a, b, effect)) if choice.level(a).is_some() && choice.level(b).is_some() => {
                single * effect
            }
            _ => single,
        }
    }

    /// About normal, by the sum of uniforms.
    fn normal(&mut self) -> f64 {
        (0..12).map(|_| self.random.random::<f64>()).sum::<f64>() - 6.0
    }
}

/// The time after so many blocks, where a fifth is kept for the confirmation.
fn spent(done: u32, steps: u32) -> Spent {
    let share = f64::from(done) / f64::from(steps);
    Spent {
        search: share / 0.8,
        over: share >= 1.5,
    }
}

/// Runs a search to its end; `steps` blocks fill the time.
fn run(factors: &[Factor], surface: &mut Surface, steps: u32) -> Search {
    let mut search = Search::new(factors.to_vec(), vec![Quantity::P50], 7);
    for done in 0.. {
        assert!(done < 500, "the search does not end");
        let Step::Measure {
            block,
            contestants,
            traffic,
        } = search.next(spent(done, steps))
        else {
            break;
        };
        let drift = (0.2 * surface.normal()).exp();
        for index in contestants {
            let truth = surface.truth(&search.contestants()[index].choice);
            let noise = (surface.noise * surface.normal()).exp();
            let values = BTreeMap::from([(Quantity::P50, 1_000.0 * truth * drift * noise)]);
            search.record(index, block, traffic, &values);
        }
    }
    search
}

fn winner(search: &Search) -> Option<String> {
    let index = search.winners().get(&Quantity::P50)?;
    Some(search.contestants()[*index].choice.to_string())
}

fn factors() -> Vec<Factor> {
    vec![
        factor("a", &["1", "2", "3"]),
        factor("b", &["on"]),
        factor("c", &["on"]),
        factor("d", &["x", "y"]),
    ]
}

/// The optimum is a=2 b=on; c and d=y do nothing; a=3 and d=x hurt.
const EFFECTS: [(&str, &str, f64); 7] = [
    ("a", "1", 0.95),
    ("a", "2", 0.80),
    ("a", "3", 1.30),
    ("b", "on", 0.90),
    ("c", "on", 1.0),
    ("d", "x", 1.10),
    ("d", "y", 1.0),
];

#[test]
fn the_known_optimum_is_found_and_confirmed_under_noise_and_drift() {
    let mut found = 0;
    for seed in 0..20 {
        let search = run(&factors(), &mut Surface::new(&EFFECTS, 0.02, seed), 60);
        if winner(&search).as_deref() == Some("a=2 b=on") {
            found += 1;
            let index = search.winners()[&Quantity::P50];
            let (against, word, _) = search
                .confirmation(index, Quantity::P50)
                .expect("confirmed");
            assert!((against.ratio - 0.72).abs() < 0.03, "{against:?}");
            assert_ne!(word, reports::Word::Slower);
        }
    }
    assert!(found >= 18, "{found} of 20 searches found the optimum");
}

#[test]
fn levels_without_effect_are_hardly_ever_called_better_or_worse() {
    let (mut wrong, mut said) = (0, 0);
    for seed in 0..60 {
        let search = run(
            &factors(),
            &mut Surface::new(&EFFECTS, 0.03, 1_000 + seed),
            60,
        );
        for worth in search.worths(&[Quantity::P50]) {
            let idle = worth.factor == "c" || worth.level == "y";
            if idle {
                said += 1;
                let word = worth.word;
                wrong += u32::from(matches!(word, WorthWord::Better | WorthWord::Worse));
            }
        }
    }
    assert_eq!(said, 120);
    assert!(
        wrong <= 6,
        "{wrong} of {said} idle levels were given an effect"
    );
}

#[test]
fn large_effects_get_their_word_and_size() {
    let search = run(&factors(), &mut Surface::new(&EFFECTS, 0.02, 3), 60);
    let worths = search.worths(&[Quantity::P50]);
    let of = |factor: &str, level: &str| {
        let found = worths
            .iter()
            .find(|worth| worth.factor == factor && worth.level == level);
        found.expect("a worth")
    };
    assert_eq!(of("a", "2").word, WorthWord::Better);
    assert_eq!(of("a", "3").word, WorthWord::Worse);
    let against = of("a", "2").against_default;
    assert!(against.low <= 0.80 && 0.80 <= against.high, "{against:?}");
}

#[test]
fn what_only_harms_in_company_is_left_out_of_the_winner() {
    // a=2 and b=on both help alone, and together they are worse than a=2.
    let mut surface = Surface::new(&EFFECTS, 0.01, 5);
    surface.together = Some(("a", "b", 1.4));
    let search = run(&factors(), &mut surface, 60);
    assert_eq!(winner(&search).as_deref(), Some("a=2"));
}

#[test]
fn where_nothing_helps_the_default_is_not_beaten_on_held_out_traffic() {
    let idle = [("a", "1", 1.0), ("b", "on", 1.0), ("d", "x", 1.1)];
    let mut beaten = 0;
    for seed in 0..20 {
        let search = run(&factors(), &mut Surface::new(&idle, 0.02, 50 + seed), 60);
        let word = search.winners().get(&Quantity::P50).and_then(|index| {
            let (_, word, _) = search.confirmation(*index, Quantity::P50)?;
            Some(word)
        });
        beaten += u32::from(word == Some(reports::Word::Faster));
    }
    assert!(
        beaten <= 2,
        "{beaten} of 20 searches found what is not there"
    );
}

#[test]
fn an_exact_quantity_is_decided_without_a_control() {
    let search = run(&factors(), &mut Surface::new(&EFFECTS, 0.0, 1), 60);
    // Drift is shared by a block, so without noise of its own every ratio is exact.
    let index = search.winners()[&Quantity::P50];
    let (_, word, trusted) = search
        .confirmation(index, Quantity::P50)
        .expect("confirmed");
    assert_eq!((word, trusted), (reports::Word::Faster, true));
}

#[test]
fn little_time_still_ends_with_what_there_is() {
    for steps in [1, 3, 8, 15] {
        let search = run(&factors(), &mut Surface::new(&EFFECTS, 0.02, 9), steps);
        assert_eq!(search.stage(), SearchStage::Confirm, "{steps} steps");
    }
}

#[test]
fn what_fails_is_neither_measured_again_nor_chosen() {
    let mut search = Search::new(factors(), vec![Quantity::P50], 7);
    let mut surface = Surface::new(&EFFECTS, 0.01, 2);
    let best = |search: &Search| {
        let all = search.contestants().iter();
        all.enumerate()
            .filter(|(_, one)| one.choice.level("a") == Some("2"))
            .map(|(index, _)| index)
            .collect::<Vec<_>>()
    };
    for done in 0..200 {
        for index in best(&search) {
            search.fail(index, "refused".to_owned());
        }
        let Step::Measure {
            block,
            contestants,
            traffic,
        } = search.next(spent(done, 60))
        else {
            break;
        };
        for index in contestants {
            let one = &search.contestants()[index];
            assert!(!matches!(one.fate, Fate::Failed { .. }) || one.choice.level("a") != Some("2"));
            let noise = (0.01 * surface.normal()).exp();
            let value = surface.truth(&one.choice) * noise;
            search.record(
                index,
                block,
                traffic,
                &BTreeMap::from([(Quantity::P50, value)]),
            );
        }
    }
    let choice = winner(&search).expect("a winner");
    assert!(!choice.contains("a=2"), "{choice}");
    assert!(!search.front(&[Quantity::P50]).is_empty());
}
