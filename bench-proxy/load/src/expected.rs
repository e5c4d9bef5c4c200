//! What is expected of an answer.

use workloads::{Exchange, Expectation, ResponseMessage};

use crate::encode::is_hop_by_hop;
use crate::mix::Check;

/// Headers that proxies write anew as a matter of course.
const OF_THE_PROXY: [&str; 3] = ["date", "server", "via"];

/// What is expected of an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Expected {
    status: StatusRule,
    /// Names in lower case with all their values in order; none for a header that must be gone.
    fields: Vec<(String, Vec<String>)>,
    body: Option<Box<[u8]>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum StatusRule {
    Any,
    NoError,
    Is(u16),
}

impl Expected {
    /// Any 2xx or 3xx.
    pub(crate) fn no_error() -> Self {
        Self::bare(StatusRule::NoError)
    }

    fn bare(status: StatusRule) -> Self {
        Self {
            status,
            fields: Vec::new(),
            body: None,
        }
    }

    pub(crate) fn of(exchange: &Exchange, check: Check) -> Self {
        let recorded = &exchange.response;
        let expectation = exchange.expect.as_ref();
        match (check, expectation) {
            (Check::Nothing, _) | (Check::Filtered, None) => Self::bare(StatusRule::Any),
            (Check::Status, expectation) => {
                let status = match expectation {
                    None => recorded.status,
                    Some(Expectation::Forwarded(forwarded)) => forwarded.response_status,
                    Some(Expectation::LocalResponse(local)) => local.status,
                };
                Self::bare(StatusRule::Is(status))
            }
            (Check::Recorded, _) => {
                Self::message(exchange, recorded.status, &recorded.headers, &recorded.body)
            }
            (Check::Filtered, Some(Expectation::Forwarded(forwarded))) => {
                let body = forwarded.response_body.as_ref().unwrap_or(&recorded.body);
                let (status, headers) = (forwarded.response_status, &forwarded.response_headers);
                let mut expected = Self::message(exchange, status, headers, body);
                expected.forbid_the_rest_of(recorded);
                expected
            }
            (Check::Filtered, Some(Expectation::LocalResponse(local))) => {
                Self::message(exchange, local.status, &local.headers, &local.body)
            }
        }
    }

    fn message(
        exchange: &Exchange,
        status: u16,
        headers: &[(String, String)],
        body: &[u8],
    ) -> Self {
        let mut fields: Vec<(String, Vec<String>)> = Vec::new();
        for (name, value) in headers.iter().filter(|(name, _)| is_compared(name)) {
            match fields.iter_mut().find(|(known, _)| known == name) {
                Some((_, values)) => values.push(value.clone()),
                None => fields.push((name.clone(), vec![value.clone()])),
            }
        }
        let bodiless = exchange.request.method == "HEAD" || matches!(status, 204 | 304);
        Self {
            status: StatusRule::Is(status),
            fields,
            body: Some(if bodiless { [].into() } else { body.into() }),
        }
    }

    /// What the upstream sends and the filter takes out must not come through.
    fn forbid_the_rest_of(&mut self, recorded: &ResponseMessage) {
        for (name, _) in recorded
            .headers
            .iter()
            .filter(|(name, _)| is_compared(name))
        {
            if self.fields.iter().all(|(known, _)| known != name) {
                self.fields.push((name.clone(), Vec::new()));
            }
        }
    }

    /// Whether every answer will do.
    pub(crate) fn is_nothing(&self) -> bool {
        self.status == StatusRule::Any && self.fields.is_empty() && self.body.is_none()
    }

    /// The body, where one is expected.
    #[inline]
    pub(crate) fn body(&self) -> Option<&[u8]> {
        self.body.as_deref()
    }

    /// How a header differs; `fields` gives its fields anew each time it is called.
    pub(crate) fn difference<'a, F>(&self, status: u16, fields: impl Fn() -> F) -> Option<String>
    where
        F: Iterator<Item = (&'a str, &'a [u8])>,
    {
        match self.status {
            StatusRule::Is(wanted) if wanted != status => {
                return Some(format!("status {status}, expected {wanted}"));
            }
            StatusRule::NoError if !(200..400).contains(&status) => {
                return Some(format!("status {status}, expected a 2xx or 3xx"));
            }
            _ => {}
        }
        for (name, wanted) in &self.fields {
            let found = || {
                fields()
                    .filter(|(known, _)| known.eq_ignore_ascii_case(name))
                    .map(|(_, value)| value)
            };
            if found().eq(wanted.iter().map(String::as_bytes)) {
                continue;
            }
            let found: Vec<&[u8]> = found().collect();
            if !are_joined(&found, wanted) {
                let found: Vec<_> = found
                    .iter()
                    .map(|value| String::from_utf8_lossy(value))
                    .collect();
                return Some(format!("{name} is {found:?}, expected {wanted:?}"));
            }
        }
        None
    }
}

/// Whether the values are those wanted, but joined by commas or taken apart.
fn are_joined(found: &[&[u8]], wanted: &[String]) -> bool {
    let wanted: Vec<_> = wanted.iter().map(String::as_bytes).collect();
    found.len() != wanted.len()
        && !found.is_empty()
        && !wanted.is_empty()
        && one_line(&found.join(&b","[..])) == one_line(&wanted.join(&b","[..]))
}

/// A list as one line, without the spaces that may follow its commas.
fn one_line(list: &[u8]) -> Vec<u8> {
    let mut line = Vec::with_capacity(list.len());
    for byte in list {
        if *byte != b' ' || line.last() != Some(&b',') {
            line.push(*byte);
        }
    }
    line
}

fn is_compared(name: &str) -> bool {
    !is_hop_by_hop(name) && !OF_THE_PROXY.contains(&name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn exchange(expect: &str) -> Exchange {
        let line = format!(
            r#"{{"request":{{"method":"GET","path":"/"}},"response":{{"status":200,"headers":[["x-a","1"],["x-b","1"],["x-b","2"],["server","s"]],"body":"hello"}}{expect}}}"#
        );
        workloads::parse_json_lines("test", line.as_bytes())
            .expect("valid")
            .remove(0)
    }

    fn difference(expected: &Expected, status: u16, fields: &[(&str, &str)]) -> Option<String> {
        expected.difference(status, || {
            fields.iter().map(|(name, value)| (*name, value.as_bytes()))
        })
    }

    #[test]
    fn recorded_headers_must_come_through_and_others_may() {
        let expected = Expected::of(&exchange(""), Check::Recorded);
        assert_eq!(expected.body(), Some(&b"hello"[..]));
        for good in [
            &[("X-A", "1"), ("x-b", "1"), ("x-b", "2"), ("x-more", "0")][..],
            &[("x-b", "1, 2"), ("x-a", "1"), ("server", "other")],
            &[("x-b", "1,2"), ("x-a", "1")],
        ] {
            assert_eq!(difference(&expected, 200, good), None);
        }
        for (status, wrong) in [
            (201, &[("x-a", "1"), ("x-b", "1"), ("x-b", "2")][..]),
            (200, &[("x-a", "2"), ("x-b", "1"), ("x-b", "2")]),
            (200, &[("x-a", "1"), ("x-b", "2"), ("x-b", "1")]),
            (200, &[("x-a", "1"), ("x-b", "1")]),
            (200, &[("x-a", "1")]),
        ] {
            assert!(difference(&expected, status, wrong).is_some(), "{wrong:?}");
        }
    }

    #[test]
    fn what_the_filter_takes_out_must_be_gone() {
        let expect = r#","expect":{"forwarded":{"request_headers":[],"response_status":200,"response_headers":[["x-a","1"]]}}"#;
        let expected = Expected::of(&exchange(expect), Check::Filtered);
        assert_eq!(difference(&expected, 200, &[("x-a", "1")]), None);
        assert!(difference(&expected, 200, &[("x-a", "1"), ("x-b", "1")]).is_some());
        let nobody_said = Expected::of(&exchange(""), Check::Filtered);
        assert!(nobody_said.is_nothing());
    }

    #[test]
    fn a_plain_request_is_content_with_any_answer_that_is_no_error() {
        let expected = Expected::no_error();
        assert!(!expected.is_nothing());
        assert_eq!(difference(&expected, 302, &[]), None);
        assert!(difference(&expected, 404, &[]).is_some());
    }
}
