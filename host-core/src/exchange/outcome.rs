//! What became of an exchange, to be compared with what was expected.

use std::fmt;

use super::{Driver, Ending, Exchange};
use crate::context::Half;
use crate::http::HeaderMap;

/// A message as it left the filter.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sent {
    /// Header fields with pseudo-headers, sorted by name; values of one name in order.
    pub headers: Vec<(String, String)>,
    /// Body.
    pub body: Vec<u8>,
    /// Trailers, sorted by name.
    pub trailers: Vec<(String, String)>,
}

/// What became of an exchange.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Request and response passed the filter.
    Forwarded {
        /// What the upstream got.
        request: Sent,
        /// What the client got.
        response: Sent,
    },
    /// The filter answered itself.
    LocalResponse {
        /// HTTP status.
        status: u32,
        /// Header fields, sorted by name.
        headers: Vec<(String, String)>,
        /// Body.
        body: Vec<u8>,
    },
    /// The filter closed the stream.
    Closed,
    /// The filter paused the stream and nothing was left that could continue it.
    Stuck,
    /// The filter failed; the text is the trap's.
    Failed(String),
}

/// The first way in which two outcomes differ, in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference(pub String);

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Outcome {
    /// The outcome of the transaction that `driver` ran last.
    pub fn of(driver: &Driver, exchange: &Exchange, ending: &Ending) -> Self {
        let stream = driver.stream();
        match ending {
            Ending::Forwarded => Self::Forwarded {
                request: Sent::of(
                    &stream.request,
                    &exchange.request.body,
                    driver.edits_requests(),
                ),
                response: Sent::of(
                    &stream.response,
                    &exchange.response.body,
                    driver.edits_responses(),
                ),
            },
            Ending::LocalResponse => {
                let local = stream.local_response.clone().unwrap_or_else(|| {
                    unreachable!("the driver ends so only when there is a local response")
                });
                Self::LocalResponse {
                    status: local.status,
                    headers: sorted(&local.headers),
                    body: local.body,
                }
            }
            Ending::Closed => Self::Closed,
            Ending::Stuck => Self::Stuck,
            Ending::Failed(reason) => Self::Failed(reason.clone()),
        }
    }

    /// How `self` differs from what was `expected`, if it does.
    pub fn difference(&self, expected: &Outcome) -> Option<Difference> {
        if self == expected {
            return None;
        }
        let text = match (self, expected) {
            (
                Self::Forwarded { request, response },
                Self::Forwarded {
                    request: wanted_request,
                    response: wanted_response,
                },
            ) => request
                .difference(wanted_request)
                .map(|difference| format!("request {difference}"))
                .or_else(|| {
                    Some(format!(
                        "response {}",
                        response.difference(wanted_response)?
                    ))
                })
                .unwrap_or_default(),
            _ => format!("got {self:?}, expected {expected:?}"),
        };
        Some(Difference(text))
    }
}

impl Sent {
    fn of(half: &Half, original: &[u8], edited: bool) -> Self {
        Self {
            headers: sorted(&half.headers),
            body: if edited {
                half.body.as_slice().to_vec()
            } else {
                original.to_vec()
            },
            trailers: sorted(&half.trailers),
        }
    }

    fn difference(&self, wanted: &Sent) -> Option<String> {
        if let Some(text) = fields_difference(&self.headers, &wanted.headers) {
            return Some(format!("header {text}"));
        }
        if let Some(text) = fields_difference(&self.trailers, &wanted.trailers) {
            return Some(format!("trailer {text}"));
        }
        (self.body != wanted.body).then(|| {
            format!(
                "body has {} bytes, expected {} or others",
                self.body.len(),
                wanted.body.len()
            )
        })
    }
}

fn fields_difference(got: &[(String, String)], wanted: &[(String, String)]) -> Option<String> {
    let missing = wanted.iter().find(|field| !got.contains(field));
    let extra = got.iter().find(|field| !wanted.contains(field));
    match (missing, extra) {
        (Some((name, value)), _) => {
            let has: Vec<_> = got
                .iter()
                .filter(|(n, _)| n == name)
                .map(|(_, v)| v)
                .collect();
            Some(format!("{name} should be {value:?}, is {has:?}"))
        }
        (None, Some((name, value))) => Some(format!("{name}: {value:?} should not be there")),
        (None, None) => (got != wanted)
            .then(|| format!("fields differ in number or order: {got:?}, expected {wanted:?}")),
    }
}

/// Fields sorted by name; values of one name keep their order.
pub(crate) fn sorted(map: &HeaderMap) -> Vec<(String, String)> {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let mut fields: Vec<_> = map
        .iter()
        .map(|(name, value)| (text(name), text(value)))
        .collect();
    fields.sort_by(|a, b| a.0.cmp(&b.0));
    fields
}
