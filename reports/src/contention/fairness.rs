//! How evenly threads were served.

use super::ThreadShare;

/// Jain's index of the threads' transactions: 1 when all got the same, 1/n when one got
/// everything. `None` without threads or transactions.
pub fn jain(threads: &[ThreadShare]) -> Option<f64> {
    let each = || threads.iter().map(|thread| thread.transactions as f64);
    let (sum, squares) = (each().sum::<f64>(), each().map(|x| x * x).sum::<f64>());
    (squares > 0.0).then(|| sum * sum / (threads.len() as f64 * squares))
}

/// The least served thread's transactions over the best served one's, 0 to 1.
pub fn least_to_most(threads: &[ThreadShare]) -> Option<f64> {
    let each = || threads.iter().map(|thread| thread.transactions);
    let (least, most) = (each().min()?, each().max()?);
    (most > 0).then(|| least as f64 / most as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn threads(transactions: &[u64]) -> Vec<ThreadShare> {
        let thread = |transactions: &u64| ThreadShare {
            transactions: *transactions,
            cpu_ns: 0,
        };
        transactions.iter().map(thread).collect()
    }

    #[test]
    fn equal_shares_are_wholly_fair_and_one_for_all_is_one_in_n() {
        assert_eq!(jain(&threads(&[5, 5, 5, 5])), Some(1.0));
        assert_eq!(jain(&threads(&[9, 0, 0, 0])), Some(0.25));
        assert_eq!(least_to_most(&threads(&[5, 5])), Some(1.0));
        assert_eq!(least_to_most(&threads(&[9, 0])), Some(0.0));
    }

    #[test]
    fn known_shares_give_the_known_index() {
        // (1 + 3)^2 / (2 * (1 + 9))
        assert_eq!(jain(&threads(&[1, 3])), Some(0.8));
        assert_eq!(least_to_most(&threads(&[1, 3, 4])), Some(0.25));
    }

    #[test]
    fn nothing_is_neither_fair_nor_unfair() {
        for none in [&[][..], &[0, 0]] {
            assert_eq!(jain(&threads(none)), None);
            assert_eq!(least_to_most(&threads(none)), None);
        }
    }
}
