//! Where two tapes part ways.

use std::fmt;

use super::Tape;

/// The first difference between two tapes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TapeDifference {
    /// Number of the entry, from 0; `None` when it is beyond the entries that were kept.
    pub index: Option<usize>,
    /// The left tape's entry, if it has one there.
    pub left: Option<String>,
    /// The right tape's entry, if it has one there.
    pub right: Option<String>,
    /// The callback in which the tapes part, if any.
    pub callback: Option<String>,
}

pub(super) fn first(left: &Tape, right: &Tape) -> Option<TapeDifference> {
    if left.digest() == right.digest() {
        return None;
    }
    let (ours, theirs) = (left.entries(), right.entries());
    let common = ours
        .iter()
        .zip(theirs)
        .take_while(|(left, right)| left == right)
        .count();
    let (here, there) = (ours.get(common), theirs.get(common));
    let callback = ours[..common].iter().rev().find(|entry| entry.is_callback);
    Some(TapeDifference {
        index: (here.is_some() || there.is_some()).then_some(common),
        left: here.map(ToString::to_string),
        right: there.map(ToString::to_string),
        callback: callback.map(ToString::to_string),
    })
}

impl fmt::Display for TapeDifference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(index) = self.index else {
            return f.write_str("the tapes differ after the entries that were kept");
        };
        let side = |entry: &Option<String>| match entry {
            Some(line) => line.trim_start().to_owned(),
            None => "nothing more".to_owned(),
        };
        write!(f, "entry {index}")?;
        if let Some(callback) = &self.callback {
            write!(f, ", in {callback}")?;
        }
        write!(f, ": {} against {}", side(&self.left), side(&self.right))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::abi::Callback;

    fn tape(value: &[u8]) -> Tape {
        let mut tape = Tape::with_limit(10);
        tape.callback(Callback::RequestHeaders, &[2, 8, 1]);
        tape.begin("proxy_get_header_map_value");
        tape.scalar(0);
        tape.input(b":path");
        tape.output(value);
        tape.end(0);
        tape
    }

    #[test]
    fn equal_tapes_have_no_difference_and_equal_digests() {
        let (left, right) = (tape(b"/"), tape(b"/"));
        assert_eq!(Tape::first_difference(&left, &right), None);
        assert_eq!(left.digest(), right.digest());
        assert_eq!(
            (
                left.calls(),
                left.callbacks(),
                left.bytes_in(),
                left.bytes_out()
            ),
            (1, 1, 5, 1)
        );
        assert_eq!(
            left.counts().collect::<Vec<_>>(),
            [("proxy_get_header_map_value", 1)]
        );
    }

    #[test]
    fn a_difference_names_the_callback_and_both_lines() {
        let text = Tape::first_difference(&tape(b"/a"), &tape(b"/b"))
            .unwrap()
            .to_string();
        assert_eq!(
            text,
            "entry 1, in proxy_on_request_headers(2, 8, 1): \
             proxy_get_header_map_value(0, \":path\", => \"/a\") -> Ok against \
             proxy_get_header_map_value(0, \":path\", => \"/b\") -> Ok"
        );
    }

    #[test]
    fn long_contents_differ_even_where_the_excerpt_is_equal() {
        let (mut left, mut right) = (vec![b'x'; 5_000], vec![b'x'; 5_000]);
        assert_eq!(Tape::first_difference(&tape(&left), &tape(&right)), None);
        left[4_999] = b'y';
        let difference = Tape::first_difference(&tape(&left), &tape(&right)).unwrap();
        assert_eq!(difference.index, Some(1));
        right.pop();
        assert!(Tape::first_difference(&tape(&left), &tape(&right)).is_some());
    }

    #[test]
    fn a_missing_call_and_one_beyond_the_limit_are_found() {
        let (mut left, right) = (tape(b"/"), tape(b"/"));
        left.begin("proxy_done");
        left.end(1);
        let text = Tape::first_difference(&left, &right).unwrap().to_string();
        assert!(
            text.ends_with("proxy_done() -> NotFound against nothing more"),
            "{text}"
        );
        let (mut left, mut right) = (tape(b"/"), tape(b"/"));
        for (index, tape) in [&mut left, &mut right].into_iter().enumerate() {
            (0..20).for_each(|_| tape.callback(Callback::Tick, &[1]));
            tape.callback(Callback::Tick, &[index as u32]);
        }
        assert_eq!(Tape::first_difference(&left, &right).unwrap().index, None);
    }

    #[test]
    fn nested_and_trapped_calls_are_kept_apart() {
        let mut tape = Tape::new();
        tape.begin("proxy_get_property");
        tape.begin("proxy_log");
        tape.input(b"allocating");
        tape.end(0);
        tape.callback(Callback::Log, &[2]);
        let lines: Vec<_> = tape.to_string().lines().map(str::to_owned).collect();
        assert_eq!(
            lines,
            [
                "  proxy_log(\"allocating\") -> Ok",
                "  proxy_get_property() did not return",
                "proxy_on_log(2)"
            ]
        );
    }
}
