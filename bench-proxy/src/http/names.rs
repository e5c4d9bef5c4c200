//! Names of fields that filters add. They add the same ones to every message, and making one
//! that HTTP does not know costs a look at each byte and an allocation.

use std::cell::RefCell;

use http::header::HeaderName;

/// Names that a thread keeps.
const MOST: usize = 32;
/// The longest name that is kept, bytes.
const LONGEST: usize = 64;

thread_local! {
    static KEPT: RefCell<Vec<HeaderName>> = const { RefCell::new(Vec::new()) };
}

/// The name; `None` when HTTP forbids it.
pub(super) fn of(name: &[u8]) -> Option<HeaderName> {
    KEPT.with_borrow_mut(|kept| {
        let known = kept.iter().find(|known| known.as_str().as_bytes() == name);
        if let Some(known) = known {
            return Some(known.clone());
        }
        let made = HeaderName::from_bytes(name).ok()?;
        // The first ones stay: a filter that makes names up must not drive out the others.
        if kept.len() < MOST && name.len() <= LONGEST {
            kept.push(made.clone());
        }
        Some(made)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kept_name_is_the_one_asked_for_and_bad_ones_stay_bad() {
        for round in 0..3 {
            for number in 0..2 * MOST {
                let name = format!("x-{number}");
                let made = of(name.as_bytes()).expect("valid");
                assert_eq!(made.as_str(), name, "round {round}");
            }
            assert_eq!(of(b"a b"), None);
        }
    }
}
