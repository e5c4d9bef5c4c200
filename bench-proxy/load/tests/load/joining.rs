//! Outcomes of several generators, joined.

use std::time::Duration;

use load::{Demand, JoinError, Outcome, Plan, Upstream, UpstreamPlan};

use crate::support::{plan, run, upstream};

fn short(upstream: &Upstream, rate: f64) -> Outcome {
    run(&Plan {
        demand: Demand::constant(rate),
        duration: Duration::from_millis(500),
        ..plan(upstream.address())
    })
}

#[test]
fn generators_at_once_are_one_with_all_that_each_counted() {
    let upstream = upstream(UpstreamPlan::default());
    let both = std::thread::scope(|scope| {
        let other = scope.spawn(|| short(&upstream, 200.0));
        [short(&upstream, 100.0), other.join().expect("a run")]
    });
    let joined = Outcome::join(&both).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(joined.counts.offered, 150);
    assert_eq!(
        joined.counts.good,
        both[0].counts.good + both[1].counts.good
    );
    assert_eq!(joined.plan.rate, Some(300.0));
    assert_eq!(joined.generator.threads.len(), 2);
    let corrected = joined.corrected.expect("an open loop");
    let each: Vec<_> = both.iter().flat_map(|one| &one.corrected).collect();
    assert_eq!(
        corrected.count,
        each.iter().map(|one| one.count).sum::<u64>()
    );
    let largest = each.iter().map(|one| one.max_us).fold(0.0, f64::max);
    let smallest = each.iter().map(|one| one.min_us).fold(f64::MAX, f64::min);
    assert_eq!((corrected.max_us, corrected.min_us), (largest, smallest));
    assert!(joined.seconds >= both[0].seconds.max(both[1].seconds) - 0.002);
}

#[test]
fn one_after_the_other_is_told_and_not_valid() {
    let upstream = upstream(UpstreamPlan::default());
    let one = short(&upstream, 100.0);
    let two = short(&upstream, 100.0);
    let joined = Outcome::join(&[one, two]).unwrap_or_else(|error| panic!("{error}"));
    assert!(!joined.valid);
    let told = |reason: &String| reason.contains("did not count at the same time");
    assert!(joined.reasons.iter().any(told), "{:?}", joined.reasons);
}

#[test]
fn what_does_not_belong_together_is_refused() {
    let upstream = upstream(UpstreamPlan::default());
    let one = short(&upstream, 100.0);
    assert!(matches!(Outcome::join(&[]), Err(JoinError::Nothing)));
    assert!(matches!(
        Outcome::join(&[one.clone(), one.clone()]),
        Err(JoinError::Twice {
            first: 1,
            number: 2
        })
    ));
    let mut longer = one.clone();
    longer.plan.duration_s = 9.0;
    let refused = Outcome::join(&[one, longer]).expect_err("another plan");
    assert_eq!(
        refused.to_string(),
        "outcome 2 has duration_s 9 and the first one 0.5; join generators of one plan"
    );
}
