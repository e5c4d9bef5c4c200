//! The bootstrap over blocks.

use rand::rngs::ChaCha8Rng;
use rand::{RngExt, SeedableRng};
use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

/// Resamples behind every interval.
pub(super) const RESAMPLES: usize = 10_000;

/// Plans kept for reuse; a campaign needs one for each number of blocks.
const KEPT: usize = 64;

/// Which two blocks, by rank, stood in the middle of how many resamples.
type Plan = Rc<[((usize, usize), u32)]>;

thread_local! {
    static PLANS: RefCell<HashMap<(usize, u64), Plan>> = RefCell::default();
}

/// Percentile bootstrap interval of the median.
///
/// Blocks are drawn with replacement. The percentile form is used and not
/// BCa: the median's jackknife acceleration is degenerate (the median takes
/// only two or three values when one block is left out), so BCa's correction
/// would be noise. `sorted` is in order and not empty; equal seeds give equal
/// intervals on every machine.
pub(super) fn median_interval(sorted: &[f64], level: f64, seed: u64) -> (f64, f64) {
    let median = |(a, b): (usize, usize)| f64::midpoint(sorted[a], sorted[b]);
    let plan = plan(sorted.len(), seed);
    let mut medians: Vec<(f64, u32)> = plan
        .iter()
        .map(|(middle, count)| (median(*middle), *count))
        .collect();
    medians.sort_by(|a, b| a.0.total_cmp(&b.0));
    let tail = (1.0 - level) / 2.0;
    let last = (RESAMPLES - 1) as f64;
    // Rounded outwards: the interval must not be narrower than its level.
    let low = (tail * last).floor() as usize;
    let high = ((1.0 - tail) * last).ceil() as usize;
    (nth(&medians, low), nth(&medians, high))
}

fn nth(counted: &[(f64, u32)], position: usize) -> f64 {
    let mut passed = 0;
    for (value, count) in counted {
        passed += *count as usize;
        if passed > position {
            return *value;
        }
    }
    counted.last().map_or(f64::NAN, |(value, _)| *value)
}

/// Which blocks are drawn depends on their number and the seed alone, and the
/// median of a resample on the ranks in its middle: drawn once, a plan serves
/// every comparison over as many blocks.
fn plan(blocks: usize, seed: u64) -> Plan {
    PLANS.with_borrow_mut(|plans| {
        if plans.len() >= KEPT {
            plans.clear();
        }
        Rc::clone(
            plans
                .entry((blocks, seed))
                .or_insert_with(|| draw(blocks, seed)),
        )
    })
}

fn draw(blocks: usize, seed: u64) -> Plan {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let mut middles: HashMap<(usize, usize), u32> = HashMap::new();
    let mut ranks = vec![0; blocks];
    let middle = blocks / 2;
    for _ in 0..RESAMPLES {
        ranks.fill_with(|| random.random_range(0..blocks));
        ranks.sort_unstable();
        let below = if blocks.is_multiple_of(2) {
            middle - 1
        } else {
            middle
        };
        *middles.entry((ranks[below], ranks[middle])).or_default() += 1;
    }
    let mut plan: Vec<_> = middles.into_iter().collect();
    plan.sort_unstable();
    plan.into()
}
