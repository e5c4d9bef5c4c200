//! What is sent, and what is expected back.

use std::sync::Arc;

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Uri};
use workloads::{Exchange, RequestMessage};

use crate::encode::{self, is_hop_by_hop};
use crate::error::LoadError;
use crate::expected::Expected;
use crate::target::Target;

/// What answers are compared with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Check {
    /// The exchange's expectation: what a filter should make of it. Exchanges without one are
    /// not compared.
    Filtered,
    /// The recorded response, as it comes through a proxy without a filter.
    Recorded,
    /// The status alone, of the expectation where there is one, else of the recorded response.
    Status,
    /// Nothing: every whole answer is good.
    Nothing,
}

/// How a request tells [`Upstream`](crate::Upstream) which exchange it is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tag {
    /// A header, `x-exchange: N`.
    Header,
    /// A label before the host, `exchange-N.`: for filters that look at every header.
    Authority,
    /// Not at all: the upstream goes by method, authority and path.
    None,
}

/// Requests that are sent in turn, and what is expected back.
#[derive(Debug, Clone)]
pub struct Mix {
    shots: Arc<[Shot]>,
    left_out: Vec<String>,
}

/// One request, ready to be sent.
#[derive(Debug, Clone)]
pub(crate) struct Shot {
    pub(crate) id: String,
    /// In HTTP/1.1.
    pub(crate) bytes: Box<[u8]>,
    /// In HTTP/2.
    pub(crate) message: Message,
    /// Whether the method is HEAD, whose answer has no body.
    pub(crate) is_head: bool,
    pub(crate) expected: Expected,
}

/// A request for HTTP/2.
#[derive(Debug, Clone)]
pub(crate) struct Message {
    pub(crate) head: Request<()>,
    pub(crate) body: Bytes,
    pub(crate) trailers: Option<HeaderMap>,
}

impl Mix {
    /// One request: GET of the target's path; any 2xx or 3xx is good.
    pub fn get(target: &Target) -> Self {
        let field = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let request = RequestMessage {
            method: "GET".to_owned(),
            scheme: "http".to_owned(),
            authority: target.authority().to_owned(),
            path: target.path().to_owned(),
            headers: vec![field("user-agent", "pwbench"), field("accept", "*/*")],
            body: Vec::new(),
            trailers: Vec::new(),
        };
        let mut draft = Draft::default();
        draft.add("GET".to_owned(), &request, Expected::no_error());
        draft.into_mix()
    }

    /// A workload's traffic, in its order.
    ///
    /// # Errors
    /// When none of it can be sent.
    pub fn of(exchanges: &[Exchange], check: Check, tag: Tag) -> Result<Self, LoadError> {
        let mut draft = Draft::default();
        for (index, exchange) in exchanges.iter().enumerate() {
            let mut request = exchange.request.clone();
            match tag {
                Tag::Header => request
                    .headers
                    .push((encode::TAG.to_owned(), index.to_string())),
                Tag::Authority => {
                    request.authority = format!("exchange-{index}.{}", request.authority);
                }
                Tag::None => {}
            }
            let expected = Expected::of(exchange, check);
            draft.add(exchange.id.clone(), &request, expected);
        }
        if draft.shots.is_empty() {
            let first = draft.left_out.into_iter().next();
            return Err(LoadError::EmptyMix(
                first.unwrap_or_else(|| "it is empty".to_owned()),
            ));
        }
        Ok(draft.into_mix())
    }

    pub(crate) fn shots(&self) -> Arc<[Shot]> {
        self.shots.clone()
    }

    /// Different requests.
    pub fn len(&self) -> usize {
        self.shots.len()
    }

    /// Never true: a mix has at least one request.
    pub fn is_empty(&self) -> bool {
        self.shots.is_empty()
    }

    /// Requests of whose answer nothing is expected.
    pub fn unchecked(&self) -> usize {
        let unchecked = |shot: &&Shot| shot.expected.is_nothing();
        self.shots.iter().filter(unchecked).count()
    }

    /// Exchanges that cannot be sent, with the reason.
    pub fn left_out(&self) -> &[String] {
        &self.left_out
    }
}

/// A mix in the making.
#[derive(Default)]
struct Draft {
    shots: Vec<Shot>,
    left_out: Vec<String>,
}

impl Draft {
    fn into_mix(self) -> Mix {
        Mix {
            shots: self.shots.into(),
            left_out: self.left_out,
        }
    }

    fn add(&mut self, id: String, request: &RequestMessage, expected: Expected) {
        if request.method == "CONNECT" {
            self.left_out.push(format!(
                "{id}: CONNECT asks for a tunnel, not for an answer"
            ));
            return;
        }
        match message(request) {
            Ok(message) => self.shots.push(Shot {
                id,
                bytes: encode::request(request).into_boxed_slice(),
                message,
                is_head: request.method == "HEAD",
                expected,
            }),
            Err(reason) => self.left_out.push(format!("{id}: {reason}")),
        }
    }
}

fn message(request: &RequestMessage) -> Result<Message, String> {
    let text = |error: &dyn std::fmt::Display| error.to_string();
    let uri = Uri::builder()
        .scheme("http")
        .authority(request.authority.as_str())
        .path_and_query(request.path.as_str())
        .build()
        .map_err(|error| text(&error))?;
    let mut head = Request::new(());
    *head.method_mut() =
        Method::from_bytes(request.method.as_bytes()).map_err(|error| text(&error))?;
    *head.uri_mut() = uri;
    *head.version_mut() = http::Version::HTTP_2;
    *head.headers_mut() = fields(&request.headers)?;
    if !request.body.is_empty() {
        let length = HeaderValue::from(request.body.len());
        head.headers_mut()
            .insert(http::header::CONTENT_LENGTH, length);
    }
    let trailers = fields(&request.trailers)?;
    Ok(Message {
        head,
        body: request.body.clone().into(),
        trailers: (!trailers.is_empty()).then_some(trailers),
    })
}

fn fields(fields: &[(String, String)]) -> Result<HeaderMap, String> {
    let mut map = HeaderMap::new();
    for (name, value) in fields.iter().filter(|(name, _)| !is_hop_by_hop(name)) {
        let wrong = |what: &str| format!("{what} of {name} cannot be sent");
        let key = HeaderName::from_bytes(name.as_bytes()).map_err(|_| wrong("the name"))?;
        let value = HeaderValue::from_bytes(value.as_bytes()).map_err(|_| wrong("the value"))?;
        map.append(key, value);
    }
    Ok(map)
}
