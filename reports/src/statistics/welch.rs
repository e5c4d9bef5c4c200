//! Welch's two-sample t-test: what many a gate does.

use statrs::distribution::{ContinuousCDF as _, StudentsT};

/// Welch's t statistic of `value` against `baseline`; `None` where a variance
/// cannot be had or both are nought.
pub(super) fn statistic(value: &[f64], baseline: &[f64]) -> Option<(f64, f64)> {
    let ((m, v), (base_m, base_v)) = (moments(value)?, moments(baseline)?);
    let (n, base_n) = (value.len() as f64, baseline.len() as f64);
    let (a, b) = (v / n, base_v / base_n);
    let t = (m - base_m) / (a + b).sqrt();
    let freedom = (a + b).powi(2) / (a * a / (n - 1.0) + b * b / (base_n - 1.0));
    (t.is_finite() && freedom.is_finite()).then_some((t, freedom))
}

/// Two-sided probability of such a difference of means if there were none, by
/// Welch's test, which takes every value for an independent one.
pub fn welch(value: &[f64], baseline: &[f64]) -> Option<f64> {
    let (t, freedom) = statistic(value, baseline)?;
    let student = StudentsT::new(0.0, 1.0, freedom).ok()?;
    Some((2.0 * student.sf(t.abs())).min(1.0))
}

/// Mean and variance; `None` of fewer than two values.
pub(super) fn moments(values: &[f64]) -> Option<(f64, f64)> {
    if values.len() < 2 {
        return None;
    }
    let mean = super::mean(values);
    let squares: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
    Some((mean, squares / (values.len() - 1) as f64))
}

#[cfg(test)]
mod tests {
    use super::welch;

    #[test]
    fn the_example_of_the_literature_is_met() {
        // Welch's unequal-variances example: t = -2.46, 25 degrees of freedom, p = 0.021.
        let a = [
            27.5, 21.0, 19.0, 23.6, 17.0, 17.9, 16.9, 20.1, 21.9, 22.6, 23.1, 19.6, 19.0, 21.7,
            21.4,
        ];
        let b = [
            27.1, 22.0, 20.8, 23.4, 23.4, 23.5, 25.8, 22.0, 24.8, 20.2, 21.9, 22.1, 22.9, 20.5,
            24.4,
        ];
        let p = welch(&a, &b).expect("variances");
        assert!((p - 0.021).abs() < 1e-3, "{p}");
        assert_eq!(welch(&[1.0], &b), None);
        assert_eq!(welch(&[1.0, 1.0], &[1.0, 1.0]), None);
    }
}
