//! Fields that filters add. They add the same ones to every message, and making one costs a
//! look at each byte and two allocations.

use std::cell::RefCell;

use bytes::Bytes;
use http::header::{HeaderName, HeaderValue};

/// Fields that a thread keeps, for as long as the process lives: copies of what lives for ever
/// are counted by nobody, which saves eight atomic operations for each answer with two of them.
const MOST: usize = 32;
/// The longest name and the longest value that are kept, bytes.
const LONGEST: usize = 64;

thread_local! {
    static KEPT: RefCell<Vec<(HeaderName, HeaderValue)>> = const { RefCell::new(Vec::new()) };
}

/// The field; `None` when HTTP forbids its name or its value.
pub(super) fn field(name: &[u8], value: &[u8]) -> Option<(HeaderName, HeaderValue)> {
    KEPT.with_borrow_mut(|kept| {
        let known = kept
            .iter()
            .find(|(known, _)| known.as_str().as_bytes() == name);
        if let Some((name, same)) = known {
            return Some(match same.as_bytes() == value {
                true => (name.clone(), same.clone()),
                false => (name.clone(), HeaderValue::from_bytes(value).ok()?),
            });
        }
        let made = HeaderName::from_bytes(name).ok()?;
        let value = HeaderValue::from_bytes(value).ok()?;
        // The first ones stay: a filter that makes them up must not drive out the others.
        if kept.len() < MOST && name.len().max(value.len()) <= LONGEST {
            kept.push(for_ever(&made, &value));
        }
        Some((made, value))
    })
}

/// The same field in memory that is never given back.
fn for_ever(name: &HeaderName, value: &HeaderValue) -> (HeaderName, HeaderValue) {
    let text: &'static str = Box::leak(name.as_str().into());
    let bytes: &'static [u8] = Box::leak(value.as_bytes().into());
    let lasting = HeaderValue::from_maybe_shared(Bytes::from_static(bytes));
    (
        HeaderName::from_static(text),
        lasting.unwrap_or_else(|_| value.clone()),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kept_field_is_the_one_asked_for_and_bad_ones_stay_bad() {
        for round in 0..3 {
            for number in 0..2 * MOST {
                let name = format!("x-{number}");
                for text in [format!("{number}"), format!("{round}")] {
                    let (made, value) = field(name.as_bytes(), text.as_bytes()).expect("valid");
                    assert_eq!((made.as_str(), value.as_bytes()), (&*name, text.as_bytes()));
                }
            }
            assert_eq!(field(b"a b", b"1"), None);
            assert_eq!(field(b"x-0", b"1\n"), None);
            for (name, value) in [("X-Capital", "\u{e9}"), ("Content-Type", "")] {
                let (made, kept) = field(name.as_bytes(), value.as_bytes()).expect("valid");
                assert_eq!(made.as_str(), name.to_ascii_lowercase());
                assert_eq!(kept.as_bytes(), value.as_bytes());
            }
        }
    }
}
