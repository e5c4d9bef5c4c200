//! Series: one value of a cell for each block.

use std::collections::BTreeMap;

/// Block number to value. Only finite values above zero take part in ratios.
pub type Series = BTreeMap<u32, f64>;

/// The median of the finite values; `None` when there is none.
pub fn median(values: impl IntoIterator<Item = f64>) -> Option<f64> {
    let mut values: Vec<f64> = values
        .into_iter()
        .filter(|value| value.is_finite())
        .collect();
    values.sort_by(f64::total_cmp);
    (!values.is_empty()).then(|| median_of_sorted(&values))
}

/// The geometric mean; `None` without values or when one is not finite and above zero.
pub fn geometric_mean(values: impl IntoIterator<Item = f64>) -> Option<f64> {
    let logs: Vec<f64> = values.into_iter().map(f64::ln).collect();
    let mean = logs.iter().sum::<f64>() / logs.len() as f64;
    mean.is_finite().then(|| mean.exp())
}

/// The median of values that are in order and not empty.
pub(super) fn median_of_sorted(values: &[f64]) -> f64 {
    let middle = values.len() / 2;
    match values.len() % 2 {
        0 => f64::midpoint(values[middle - 1], values[middle]),
        _ => values[middle],
    }
}

/// Logarithms of `value / baseline` for the blocks that have both, in order of size.
pub(super) fn sorted_log_ratios(value: &Series, baseline: &Series) -> Vec<f64> {
    let mut logs: Vec<f64> = value
        .iter()
        .filter_map(|(block, value)| Some((value / baseline.get(block)?).ln()))
        .filter(|log| log.is_finite())
        .collect();
    logs.sort_by(f64::total_cmp);
    logs
}
