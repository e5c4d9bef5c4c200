//! Rankings: many runtimes at once, with ties.

use super::{PairedRatio, Policy, Series, Word, holm, median, paired_ratio};

/// A runtime that takes part in a ranking.
#[derive(Debug, Clone)]
pub struct Contender<'a> {
    /// Its name.
    pub name: &'a str,
    /// Its cost, block by block.
    pub series: &'a Series,
    /// False for a yardstick such as the native twin: it is compared, but cannot lead.
    pub may_lead: bool,
}

/// Where a contender came in.
#[derive(Debug, Clone, PartialEq)]
pub struct Place {
    /// Index into the contenders.
    pub index: usize,
    /// Median cost over blocks.
    pub cost: f64,
    /// 1 for the leader and all who cannot be told from it; `None` for a
    /// yardstick and when the ranking supports no verdict.
    pub rank: Option<usize>,
    /// True when the rank is shared.
    pub tied: bool,
    /// Cost over the leader's; `None` for the leader itself or without a common block.
    pub to_leader: Option<PairedRatio>,
    /// Probability of the difference to the leader, Holm-adjusted over the ranking.
    pub p_adjusted: Option<f64>,
    /// The word for it; [`Word::Same`] for the leader itself.
    pub word: Word,
}

/// Ranks contenders by median cost, lowest first.
///
/// The leader is the one of lowest median cost among those who may lead; the
/// others are compared with it, and the probabilities Holm-adjusted over all
/// these comparisons. Who is not decidedly slower than the leader is tied with
/// it. Further down, neighbours share a rank as long as their interval to the
/// first of them overlaps the practical band. Without trust or with too few
/// blocks nobody has a rank. Contenders without a value are left out.
pub fn rank(contenders: &[Contender<'_>], policy: &Policy, trusted: bool, seed: u64) -> Vec<Place> {
    let mut places: Vec<Place> = contenders
        .iter()
        .enumerate()
        .filter_map(|(index, contender)| {
            let usable = contender
                .series
                .values()
                .copied()
                .filter(|cost| *cost > 0.0);
            let cost = median(usable)?;
            let word = Word::Undecided;
            let (rank, tied, to_leader, p_adjusted) = (None, false, None, None);
            Some(Place {
                index,
                cost,
                rank,
                tied,
                to_leader,
                p_adjusted,
                word,
            })
        })
        .collect();
    places.sort_by(|a, b| a.cost.total_cmp(&b.cost));
    let Some(leader) = places
        .iter()
        .position(|place| contenders[place.index].may_lead)
    else {
        return places;
    };
    let leader_series = contenders[places[leader].index].series;
    for (position, place) in places.iter_mut().enumerate() {
        if position != leader {
            let series = contenders[place.index].series;
            place.to_leader = paired_ratio(series, leader_series, policy.level, policy.band, seed);
        }
    }
    adjust(&mut places, policy, trusted);
    let blocks = leader_series.len();
    places[leader].word = if trusted && blocks >= policy.min_blocks {
        Word::Same
    } else {
        Word::Undecided
    };
    if places[leader].word == Word::Same {
        share_ranks(&mut places, contenders, policy, seed);
    }
    places
}

fn adjust(places: &mut [Place], policy: &Policy, trusted: bool) {
    let family: Vec<f64> = places
        .iter()
        .filter_map(|place| Some(place.to_leader?.p))
        .collect();
    let mut adjusted = holm(&family).into_iter();
    for place in places {
        if let (Some(ratio), Some(p)) = (
            place.to_leader,
            place.to_leader.and_then(|_| adjusted.next()),
        ) {
            place.p_adjusted = Some(p);
            place.word = policy.word(&ratio, p, trusted);
        }
    }
}

fn share_ranks(places: &mut [Place], contenders: &[Contender<'_>], policy: &Policy, seed: u64) {
    let runners: Vec<usize> = (0..places.len())
        .filter(|at| contenders[places[*at].index].may_lead)
        .collect();
    // Not decidedly slower than the leader: tied with it, wherever the median fell.
    let (first, mut rest): (Vec<usize>, Vec<usize>) = runners
        .into_iter()
        .partition(|at| places[*at].word != Word::Slower);
    let mut rank = 1;
    let mut share = |members: &[usize], places: &mut [Place]| {
        for at in members {
            places[*at].rank = Some(rank);
            places[*at].tied = members.len() > 1;
        }
        rank += members.len();
    };
    share(&first, places);
    while let Some(head) = rest.first().copied() {
        let head_series = contenders[places[head].index].series;
        let tied = |at: usize| {
            let series = contenders[places[at].index].series;
            paired_ratio(series, head_series, policy.level, policy.band, seed)
                .is_none_or(|ratio| ratio.interval.overlaps(policy.band))
        };
        let members = 1 + rest[1..].iter().take_while(|at| tied(**at)).count();
        share(&rest[..members], places);
        rest.drain(..members);
    }
}
