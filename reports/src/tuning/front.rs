//! The Pareto front: what nothing else beats on everything.

/// Which points no other point beats: none is at least as small in every coordinate and
/// smaller in one. Points of equal coordinates stand together.
pub(super) fn front(points: &[Vec<f64>]) -> Vec<bool> {
    let beats = |a: &[f64], b: &[f64]| {
        a.iter().zip(b).all(|(a, b)| a <= b) && a.iter().zip(b).any(|(a, b)| a < b)
    };
    points
        .iter()
        .map(|point| !points.iter().any(|other| beats(other, point)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::front;

    #[test]
    fn what_is_beaten_on_everything_is_not_on_the_front() {
        let points = [
            vec![1.0, 5.0],
            vec![5.0, 1.0],
            vec![3.0, 3.0],
            vec![4.0, 4.0],
            vec![3.0, 3.0],
        ];
        assert_eq!(front(&points), [true, true, true, false, true]);
        assert!(front(&[]).is_empty());
    }
}
