//! Tables of named pairs.

use super::format::{Scale, dash, ratio};
use super::ranking::{interval, short};
use super::table::{Entry, Table};
use crate::summary::{PairAnswer, PairSummary, listed};

/// One named pair: a row for each workload and metric.
pub(crate) fn pair(found: &PairSummary) -> Table {
    let (left, right) = (&found.pair.left, &found.pair.right);
    let times = |side: fn(&PairAnswer) -> f64| Scale::times(found.answers.iter().map(side));
    let (left_scale, right_scale) = (
        times(|answer| answer.left_ns),
        times(|answer| answer.right_ns),
    );
    let mut table = Table::new(found.pair.to_string())
        .note(note(found))
        .words("Workload")
        .words("Metric")
        .numbers(left.clone(), left_scale.unit)
        .numbers(right.clone(), right_scale.unit)
        .numbers("Ratio", "")
        .numbers("95 % interval", "of the ratio")
        .numbers("p", "")
        .words("Verdict");
    if found.claim.is_some() {
        table = table.words("Claim");
    }
    // The interval is what was asked for, so only the probability may go.
    let mut table = table.numbers("n", "blocks").dispensable(&["p"]);
    for answer in &found.answers {
        let comparison = &answer.comparison;
        let mut row: Vec<Entry> = vec![
            answer.scope.as_str().into(),
            short(answer.metric).into(),
            left_scale.show(answer.left_ns).into(),
            right_scale.show(answer.right_ns).into(),
            ratio(comparison.ratio.estimate).into(),
            interval(&comparison.ratio).into(),
            format!("{:.4}", comparison.p_adjusted).into(),
            Entry::word(comparison.word),
        ];
        if found.claim.is_some() {
            let word = answer
                .claim
                .map_or_else(dash, |word| word.words().to_owned());
            row.push(word.into());
        }
        row.push(comparison.ratio.n.to_string().into());
        table.row(row);
    }
    table
}

/// What must be known of the pair before its numbers.
fn note(found: &PairSummary) -> String {
    let (left, right) = (&found.pair.left, &found.pair.right);
    let mut sentences = Vec::new();
    match &found.unanswered {
        Some(reason) => sentences.push(format!("Not answered: {reason}.")),
        None => sentences.push(format!(
            "Ratios are {left} over {right}: below 1, {left} is the faster; the verdict is \
             about {left}."
        )),
    }
    if !found.unlike.is_empty() {
        sentences.push(format!("They are unlike in {}.", listed(&found.unlike)));
    } else if found.unanswered.is_none() {
        sentences.push("The manifest tells of no difference between their modes.".to_owned());
    }
    if let Some(claim) = &found.claim {
        sentences.push(format!(
            "The public claim: {}; see {}. It is supported where the whole interval lies between \
             {:.2} and {:.2}.",
            claim.text,
            // An address in words: the page has no links that leave it.
            claim.source.trim_start_matches("https://"),
            claim.ratio.low,
            claim.ratio.high
        ));
    }
    sentences.join(" ")
}
