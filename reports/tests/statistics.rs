//! Statistics on synthetic campaigns whose truth is known.

use rand::rngs::ChaCha8Rng;
use rand::{RngExt, SeedableRng};
use reports::{
    Contender, Control, Policy, Series, Word, geometric_mean, median, paired_ratio, rank,
};

/// A machine whose blocks differ by 10 % and whose trials scatter by `scatter` within them.
struct Machine {
    random: ChaCha8Rng,
    weather: Vec<f64>,
    scatter: f64,
}

impl Machine {
    fn new(seed: u64, blocks: usize, scatter: f64) -> Self {
        let mut machine = Machine {
            random: ChaCha8Rng::seed_from_u64(seed),
            weather: Vec::new(),
            scatter,
        };
        machine.weather = (0..blocks).map(|_| 0.1 * machine.normal()).collect();
        machine
    }

    fn normal(&mut self) -> f64 {
        let (u, v): (f64, f64) = (1.0 - self.random.random::<f64>(), self.random.random());
        (-2.0 * u.ln()).sqrt() * (std::f64::consts::TAU * v).cos()
    }

    fn measure(&mut self, cost: f64) -> Series {
        let weather = self.weather.clone();
        let value = |machine: &mut Self, weather: f64| {
            cost * (weather + machine.scatter * machine.normal()).exp()
        };
        weather
            .iter()
            .zip(1..)
            .map(|(w, block)| (block, value(self, *w)))
            .collect()
    }
}

fn ratio(value: &Series, baseline: &Series) -> Option<reports::PairedRatio> {
    paired_ratio(value, baseline, 0.95, 0.02, 7)
}

fn contender<'a>(name: &'a str, series: &'a Series) -> Contender<'a> {
    Contender {
        name,
        series,
        may_lead: true,
    }
}

#[test]
fn intervals_cover_the_truth_about_as_often_as_they_say() {
    for blocks in [6, 8, 12, 25] {
        let seeds = 600;
        let (mut bootstrap, mut exact) = (0, 0);
        for seed in 0..seeds {
            let mut machine = Machine::new(seed, blocks, 0.03);
            let (value, baseline) = (machine.measure(130.0), machine.measure(100.0));
            let found = ratio(&value, &baseline).unwrap();
            bootstrap += u32::from(found.interval.contains(1.3));
            exact += u32::from(found.exact.unwrap().contains(1.3));
        }
        let share = |count: u32| f64::from(count) / seeds as f64;
        // Four standard errors of a share near 0.95 over 600 seeds are 0.036.
        assert!(
            (0.90..=0.99).contains(&share(bootstrap)),
            "{blocks}: {}",
            share(bootstrap)
        );
        assert!(share(exact) >= 0.914, "{blocks}: {}", share(exact));
    }
}

#[test]
fn no_difference_raises_hardly_any_alarm() {
    let policy = Policy::default();
    let seeds = 400;
    let (mut alarms, mut distrusted) = (0, 0);
    for seed in 0..seeds {
        let mut machine = Machine::new(seed, 8, 0.03);
        let (a, b) = (machine.measure(100.0), machine.measure(100.0));
        let found = ratio(&a, &b).unwrap();
        let word = policy.word(&found, found.p, true);
        alarms += u32::from(matches!(word, Word::Faster | Word::Slower));
        distrusted += u32::from(!Control::new(&a, &b, 1, &policy, 7).unwrap().trusted);
    }
    assert!(alarms <= 4, "{alarms} alarms in {seeds}");
    assert!(distrusted <= 40, "{distrusted} distrusted in {seeds}");
}

#[test]
fn a_known_ratio_is_found_through_the_weather_of_the_blocks() {
    let mut machine = Machine::new(3, 12, 0.01);
    let (slow, fast) = (machine.measure(250.0), machine.measure(100.0));
    let found = ratio(&slow, &fast).unwrap();
    assert!(
        (found.estimate / 2.5 - 1.0).abs() < 0.02,
        "{}",
        found.estimate
    );
    assert_eq!(found.n, 12);
    let policy = Policy::default();
    assert_eq!(policy.word(&found, found.p, true), Word::Slower);
    let inverse = ratio(&fast, &slow).unwrap();
    assert_eq!(policy.word(&inverse, inverse.p, true), Word::Faster);
    assert_eq!(policy.word(&inverse, inverse.p, false), Word::Undecided);
}

#[test]
fn a_tight_ratio_near_one_is_the_same_and_a_loose_one_undecided() {
    let policy = Policy::default();
    let mut calm = Machine::new(5, 12, 0.003);
    let found = ratio(&calm.measure(100.5), &calm.measure(100.0)).unwrap();
    assert_eq!(policy.word(&found, found.p, true), Word::Same);
    let mut wild = Machine::new(5, 12, 0.10);
    let found = ratio(&wild.measure(104.0), &wild.measure(100.0)).unwrap();
    assert_eq!(policy.word(&found, found.p, true), Word::Undecided);
}

#[test]
fn five_blocks_give_no_verdict_however_large_the_difference() {
    let mut machine = Machine::new(1, 5, 0.001);
    let found = ratio(&machine.measure(900.0), &machine.measure(100.0)).unwrap();
    assert_eq!(
        Policy::default().word(&found, found.p, true),
        Word::Undecided
    );
    assert!(found.exact.is_none());
}

#[test]
fn zero_nan_and_missing_blocks_take_no_part() {
    let value = Series::from([(1, 2.0), (2, 0.0), (3, f64::NAN), (4, 2.0), (9, 2.0)]);
    let baseline = Series::from([(1, 1.0), (2, 1.0), (3, 1.0), (4, 0.0), (8, 1.0)]);
    let found = ratio(&value, &baseline).unwrap();
    assert_eq!((found.n, found.estimate), (1, 2.0));
    assert!(ratio(&Series::from([(1, 0.0)]), &baseline).is_none());
    assert_eq!(median([f64::NAN]), None);
    assert_eq!(geometric_mean([]), None);
    assert_eq!(geometric_mean([1.0, 0.0]), None);
}

#[test]
fn equal_seeds_give_equal_intervals() {
    let mut machine = Machine::new(11, 9, 0.05);
    let (a, b) = (machine.measure(110.0), machine.measure(100.0));
    assert_eq!(ratio(&a, &b), ratio(&a, &b));
}

#[test]
fn a_drifting_control_is_not_trusted_but_a_tiny_certain_difference_is() {
    let policy = Policy::default();
    let mut machine = Machine::new(2, 8, 0.002);
    let (main, drifted) = (machine.measure(100.0), machine.measure(104.0));
    assert!(
        !Control::new(&drifted, &main, 1, &policy, 7)
            .unwrap()
            .trusted
    );
    let mut machine = Machine::new(2, 8, 0.000_5);
    let (main, close) = (machine.measure(100.0), machine.measure(100.4));
    let control = Control::new(&close, &main, 1, &policy, 7).unwrap();
    assert!(control.trusted && !control.ratio.interval.contains(1.0));
}

#[test]
fn a_control_that_includes_one_because_it_includes_everything_is_not_trusted() {
    let policy = Policy::default();
    let noisy = |noise: f64| {
        let mut machine = Machine::new(4, 8, noise);
        let (main, again) = (machine.measure(100.0), machine.measure(100.0));
        Control::new(&again, &main, 1, &policy, 7).unwrap()
    };
    let (calm, wild) = (noisy(0.03), noisy(0.9));
    assert!(calm.trusted && calm.ratio.interval.contains(1.0));
    assert!(!wild.trusted, "{wild:?}");
    assert!(!wild.ratio.interval.within(policy.control_reach));
}

#[test]
fn runtimes_that_cannot_be_told_apart_share_a_rank() {
    let mut machine = Machine::new(8, 10, 0.01);
    let costs = [
        ("native", 50.0),
        ("a", 100.0),
        ("b", 100.3),
        ("c", 150.0),
        ("d", 150.5),
        ("e", 400.0),
    ];
    let series: Vec<(&str, Series)> = costs
        .iter()
        .map(|(name, cost)| (*name, machine.measure(*cost)))
        .collect();
    let contenders: Vec<Contender<'_>> = series
        .iter()
        .map(|(name, series)| Contender {
            may_lead: *name != "native",
            ..contender(name, series)
        })
        .collect();
    let places = rank(&contenders, &Policy::default(), true, 7);
    let ranks: Vec<_> = places
        .iter()
        .map(|p| (contenders[p.index].name, p.rank, p.tied))
        .collect();
    let mut expected = vec![
        ("native", None, false),
        ("a", Some(1), true),
        ("b", Some(1), true),
        ("c", Some(3), true),
        ("d", Some(3), true),
        ("e", Some(5), false),
    ];
    let mut sorted = ranks.clone();
    sorted.sort();
    expected.sort();
    assert_eq!(sorted, expected);
    assert_eq!(places[0].word, Word::Faster);
    assert!(places.last().unwrap().p_adjusted.unwrap() < 0.001);
}

#[test]
fn a_clear_ranking_of_thirty_survives_the_adjustment_with_eight_blocks() {
    let mut machine = Machine::new(8, 8, 0.01);
    let series: Vec<Series> = (0..30)
        .map(|i| machine.measure(100.0 * 1.3_f64.powi(i)))
        .collect();
    let contenders: Vec<Contender<'_>> = series.iter().map(|s| contender("x", s)).collect();
    let places = rank(&contenders, &Policy::default(), true, 7);
    let ranks: Vec<_> = places.iter().filter_map(|place| place.rank).collect();
    assert_eq!(ranks, (1..=30).collect::<Vec<_>>());
}

#[test]
fn without_trust_or_blocks_nobody_has_a_rank() {
    let mut machine = Machine::new(8, 8, 0.01);
    let (a, b, none) = (
        machine.measure(100.0),
        machine.measure(200.0),
        Series::new(),
    );
    let contenders = [
        contender("a", &a),
        contender("b", &b),
        contender("none", &none),
    ];
    let places = rank(&contenders, &Policy::default(), false, 7);
    assert_eq!(places.len(), 2);
    assert!(
        places
            .iter()
            .all(|p| p.rank.is_none() && p.word == Word::Undecided)
    );
    assert!(rank(&[], &Policy::default(), true, 7).is_empty());
}
