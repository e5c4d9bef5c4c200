//! Looking early without peeking: how much error each planned look may spend.

use statrs::distribution::{ContinuousCDF as _, Normal};

/// A plan of looks at a growing sample, with the error that each may spend.
///
/// The spending function is Lan and DeMets's of O'Brien and Fleming's shape:
/// next to nothing at the first look, nearly all at the last one, so that a
/// comparison that runs to its end pays little for having been looked at. A
/// look's level is the *increment* of the function, by Bonferroni: intervals at
/// these levels cover the truth at all looks at once with the overall
/// probability, whatever the dependence between looks (Jennison and Turnbull's
/// repeated confidence intervals). The exact boundaries, which assume
/// independent normal increments, would gain a tenth of the last level only.
#[derive(Debug, Clone, PartialEq)]
pub struct Spending {
    alphas: Vec<f64>,
}

impl Spending {
    /// Spends `alpha` (two-sided, 0.05 for 95 %) over looks after the given
    /// shares of the whole sample, each above 0 and growing to 1.
    pub fn new(alpha: f64, shares: &[f64]) -> Self {
        let mut spent = 0.0;
        let alphas = shares.iter().enumerate().map(|(index, share)| {
            let last = index + 1 == shares.len();
            let due = if last {
                alpha
            } else {
                obrien_fleming(alpha, *share)
            };
            let increment = (due - spent).max(0.0);
            spent = spent.max(due);
            increment
        });
        Spending {
            alphas: alphas.collect(),
        }
    }

    /// The two-sided error of look number `look`, counted from 0; 0 beyond the
    /// last one.
    pub fn alpha(&self, look: usize) -> f64 {
        self.alphas.get(look).copied().unwrap_or(0.0)
    }

    /// All that had not been spent before look number `look`: the error of a
    /// last look that comes early because the time has run out, which says
    /// nothing about the values.
    pub fn rest(&self, look: usize) -> f64 {
        self.alphas.iter().skip(look).sum()
    }
}

fn obrien_fleming(alpha: f64, share: f64) -> f64 {
    if share.is_nan() || share <= 0.0 {
        return 0.0;
    }
    let normal = Normal::standard();
    let quantile = normal.inverse_cdf(1.0 - alpha / 2.0);
    2.0 * normal.sf(quantile / share.min(1.0).sqrt())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_equal_looks_spend_what_the_literature_prints() {
        // Lan and DeMets (1983), O'Brien-Fleming shape: cumulative 0.0007, 0.0164, 0.05.
        let spending = Spending::new(0.05, &[1.0 / 3.0, 2.0 / 3.0, 1.0]);
        let cumulative = [
            spending.alpha(0),
            spending.alpha(0) + spending.alpha(1),
            spending.alpha(0) + spending.alpha(1) + spending.alpha(2),
        ];
        for (got, want) in cumulative.iter().zip([0.000_69, 0.016_4, 0.05]) {
            assert!((got - want).abs() < 2e-4, "{cumulative:?}");
        }
        assert_eq!(spending.alpha(3), 0.0);
    }

    #[test]
    fn a_last_look_that_comes_early_may_spend_the_rest() {
        let spending = Spending::new(0.05, &[0.5, 1.0]);
        assert!((spending.rest(1) + spending.alpha(0) - 0.05).abs() < 1e-12);
        assert!((spending.rest(0) - 0.05).abs() < 1e-12);
        assert_eq!(Spending::new(0.05, &[1.0]).alpha(0), 0.05);
    }
}
