//! Dealing a plan out to several machines.

use reports::Shard;
use sha2::{Digest as _, Sha256};

/// Name of a workload and of its variant: a ranking.
pub(super) type Ranking = (String, String);

/// The rankings of one shard. All shards of equal rankings and seed, wherever they are dealt,
/// hold each ranking once, and their sizes differ by one at most.
pub(super) fn dealt(rankings: &[Ranking], shard: Shard, seed: u64) -> Vec<Ranking> {
    // By hash, not by a generator of random numbers: every version and platform of this
    // program deals alike.
    let place = |(workload, variant): &Ranking| {
        let text = format!("{seed}\0{workload}\0{variant}");
        Sha256::digest(text.as_bytes())
    };
    let mut order: Vec<&Ranking> = rankings.iter().collect();
    order.sort_by_key(|ranking| (place(ranking), (*ranking).clone()));
    let first = shard.number.saturating_sub(1) as usize;
    let own = order.into_iter().skip(first);
    own.step_by(shard.of.max(1) as usize).cloned().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rankings(count: usize) -> Vec<Ranking> {
        let name = |i: usize| (format!("workload-{}", i / 2), format!("variant-{}", i % 2));
        (0..count).map(name).collect()
    }

    fn all_shards(rankings: &[Ranking], of: u32, seed: u64) -> Vec<Vec<Ranking>> {
        let deal = |number| dealt(rankings, Shard { number, of }, seed);
        (1..=of).map(deal).collect()
    }

    #[test]
    fn every_ranking_falls_to_one_shard_and_shards_are_even() {
        for (count, of) in [(1, 1), (7, 3), (12, 5), (3, 8)] {
            let plan = rankings(count);
            let shards = all_shards(&plan, of, 7);
            let mut dealt: Vec<Ranking> = shards.iter().flatten().cloned().collect();
            dealt.sort();
            let mut plan = plan;
            plan.sort();
            assert_eq!(dealt, plan);
            let sizes = shards.iter().map(Vec::len);
            assert!(sizes.clone().max().unwrap() - sizes.min().unwrap() <= 1);
        }
    }

    #[test]
    fn the_seed_decides_and_the_order_in_which_the_plan_was_written_does_not() {
        let plan = rankings(12);
        let mut reversed = plan.clone();
        reversed.reverse();
        assert_eq!(all_shards(&plan, 3, 7), all_shards(&reversed, 3, 7));
        assert_ne!(all_shards(&plan, 3, 7), all_shards(&plan, 3, 8));
    }

    #[test]
    fn a_seed_deals_alike_in_every_version() {
        let own = dealt(&rankings(4), Shard { number: 1, of: 2 }, 1);
        let names: Vec<String> = own.iter().map(|(w, v)| format!("{w} {v}")).collect();
        assert_eq!(names, ["workload-0 variant-0", "workload-1 variant-0"]);
    }
}
