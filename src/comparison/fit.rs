//! Fitting a comparison into its time.

use std::time::Duration;

use reports::SamplePlan;

use super::conduct::Extent;
use super::contest::Contest;
use super::sitting::Dose;

/// Share of the time after which the last look is taken, so that a confirmation fits in.
pub(super) const MAIN_SHARE: f64 = 0.75;
/// The fewest blocks of a plan: fewer cannot decide anything.
const FEWEST: u32 = 9;
/// The fewest blocks of a confirmation.
pub(super) const FEWEST_CONFIRMING: u32 = 6;
/// So many sittings must fit into the time, however many transactions are asked for.
const FEWEST_SITTINGS: f64 = 24.0;
/// The longest that a process warms up beyond its one obligatory pass.
const WARM_UP: Duration = Duration::from_millis(5);

/// Whole passes that come closest to the length of a slice; more where so many transactions
/// are asked for.
pub(super) fn dose(contest: &Contest, extent: &Extent) -> Dose {
    let slower = contest
        .base
        .checked
        .pass_ns
        .max(contest.new.checked.pass_ns);
    let pass = u128::from(slower.max(1));
    let passes = |time: Duration| {
        let passes = (time.as_nanos() + pass / 2) / pass;
        u64::try_from(passes).unwrap_or(u64::MAX).max(1)
    };
    let rounds = extent.plan.rounds.max(2).next_multiple_of(2);
    let in_a_pass = u64::from(rounds) * contest.base.checked.check.exchanges;
    let asked = extent.transactions.div_ceil(in_a_pass.max(1));
    let longest = extent.time.div_f64(FEWEST_SITTINGS) / (4 * rounds);
    Dose {
        rounds,
        passes: passes(extent.slice).max(asked.min(passes(longest))),
        warm_up_passes: passes(WARM_UP),
    }
}

/// The plan with as many blocks as fit into `time`, and not more than it asks for, where a
/// block takes so long.
pub(super) fn blocks(plan: &SamplePlan, block: Duration, time: Duration) -> SamplePlan {
    let block = block.max(Duration::from_micros(1));
    let fit = time.mul_f64(MAIN_SHARE).as_nanos() / block.as_nanos();
    let most = u32::try_from(fit)
        .unwrap_or(u32::MAX)
        .clamp(FEWEST, plan.most().max(FEWEST));
    let scale = f64::from(most) / f64::from(plan.most().max(1));
    let scaled = |blocks: &u32| ((f64::from(*blocks) * scale).round() as u32).max(1);
    let mut looks: Vec<u32> = plan.looks.iter().map(scaled).collect();
    looks.dedup();
    SamplePlan {
        looks,
        confirmation: scaled(&plan.confirmation).max(FEWEST_CONFIRMING),
        ..plan.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plan_shrinks_into_the_time_and_never_grows() {
        let plan = SamplePlan::default();
        let block = Duration::from_millis(100);
        let roomy = blocks(&plan, block, Duration::from_secs(20));
        assert_eq!(roomy, plan);
        let tight = blocks(&plan, block, Duration::from_secs(4));
        assert_eq!(
            (tight.looks.as_slice(), tight.confirmation),
            (&[10, 20, 30][..], 10)
        );
        let none = blocks(&plan, block, Duration::ZERO);
        assert_eq!(
            (none.most(), none.confirmation),
            (FEWEST, FEWEST_CONFIRMING)
        );
    }
}
