//! Holm's adjustment for many comparisons.

/// Adjusts probabilities so that the chance of even one false difference in
/// the family stays below the threshold they are compared with. Same order in
/// and out; a value that is not a number counts as 1.
pub fn holm(probabilities: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..probabilities.len()).collect();
    let p = |index: usize| {
        let p = probabilities[index];
        if p.is_nan() { 1.0 } else { p.clamp(0.0, 1.0) }
    };
    order.sort_by(|a, b| p(*a).total_cmp(&p(*b)));
    let mut adjusted = vec![1.0; probabilities.len()];
    let mut floor: f64 = 0.0;
    for (position, index) in order.into_iter().enumerate() {
        let factor = (probabilities.len() - position) as f64;
        floor = floor.max((p(index) * factor).min(1.0));
        adjusted[index] = floor;
    }
    adjusted
}

#[cfg(test)]
mod tests {
    use super::holm;

    #[test]
    fn the_smallest_is_multiplied_most_and_order_is_kept() {
        let adjusted = holm(&[0.04, 0.01, 0.03]);
        for (got, want) in adjusted.iter().zip([0.06, 0.03, 0.06]) {
            assert!((got - want).abs() < 1e-12, "{adjusted:?}");
        }
    }

    #[test]
    fn nothing_exceeds_one_and_nan_is_no_evidence() {
        assert_eq!(holm(&[0.9, f64::NAN]), vec![1.0, 1.0]);
        assert!(holm(&[]).is_empty());
    }
}
