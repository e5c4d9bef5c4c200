//! The JSON of one line, as serde reads and writes it. Unknown fields are
//! refused: a misspelt one would otherwise do nothing in silence.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};

use super::exchange::{
    Exchange, Expectation, Forwarded, LocalResponse, RequestMessage, ResponseMessage,
};
use super::fault::{Fault, FieldFault};
use super::message;

type Headers = Vec<(String, String)>;

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Line {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    id: Option<String>,
    request: Request,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    response: Option<Response>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    expect: Option<Expect>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Request {
    method: String,
    #[serde(default = "https")]
    scheme: String,
    #[serde(default = "localhost")]
    authority: String,
    path: String,
    #[serde(default)]
    headers: Headers,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    body: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    body_base64: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    trailers: Headers,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Response {
    status: i64,
    #[serde(default)]
    headers: Headers,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    body: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    body_base64: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    trailers: Headers,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Expect {
    Forwarded(ForwardedJson),
    LocalResponse(LocalJson),
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct ForwardedJson {
    request_headers: Headers,
    response_status: i64,
    response_headers: Headers,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    request_body: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    request_body_base64: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    response_body: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    response_body_base64: Option<String>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct LocalJson {
    status: i64,
    #[serde(default)]
    headers: Headers,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    body: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    body_base64: Option<String>,
}

fn https() -> String {
    "https".into()
}

fn localhost() -> String {
    "localhost".into()
}

/// A body from the one of its two fields that is given.
fn body(
    text: Option<String>,
    base64: Option<String>,
    field: &str,
) -> Result<Option<Vec<u8>>, FieldFault> {
    match (text, base64) {
        (Some(_), Some(_)) => Err(Fault::TwoBodies.at(field)),
        (Some(text), None) => Ok(Some(text.into_bytes())),
        (None, Some(text)) => STANDARD
            .decode(text)
            .map(Some)
            .map_err(|error| Fault::Base64(error.to_string()).at(format!("{field}_base64"))),
        (None, None) => Ok(None),
    }
}

/// The two fields of a body: text where it is text.
fn body_fields(body: &[u8]) -> (Option<String>, Option<String>) {
    match std::str::from_utf8(body) {
        Ok(text) => (Some(text.to_owned()), None),
        Err(_) => (None, Some(STANDARD.encode(body))),
    }
}

fn non_empty_body_fields(body: &[u8]) -> (Option<String>, Option<String>) {
    if body.is_empty() {
        (None, None)
    } else {
        body_fields(body)
    }
}

impl Line {
    /// The exchange, everything checked; `id` stands in where the line has none.
    pub(crate) fn into_exchange(self, id: impl FnOnce() -> String) -> Result<Exchange, FieldFault> {
        let response = match self.response {
            Some(response) => response.into_message().map_err(|f| f.within("response"))?,
            None => ResponseMessage::synthetic(),
        };
        let expect = self.expect.map(Expect::into_expectation).transpose();
        Ok(Exchange {
            id: self.id.unwrap_or_else(id),
            request: self
                .request
                .into_message()
                .map_err(|f| f.within("request"))?,
            response,
            expect: expect.map_err(|f| f.within("expect"))?,
        })
    }
}

impl Request {
    fn into_message(self) -> Result<RequestMessage, FieldFault> {
        Ok(RequestMessage {
            method: message::method(self.method)?,
            scheme: message::scheme(self.scheme)?,
            authority: message::authority(self.authority)?,
            path: message::path(self.path)?,
            headers: message::headers("headers", self.headers)?,
            body: body(self.body, self.body_base64, "body")?.unwrap_or_default(),
            trailers: message::headers("trailers", self.trailers)?,
        })
    }
}

impl Response {
    fn into_message(self) -> Result<ResponseMessage, FieldFault> {
        Ok(ResponseMessage {
            status: message::status(self.status, "status")?,
            headers: message::headers("headers", self.headers)?,
            body: body(self.body, self.body_base64, "body")?.unwrap_or_default(),
            trailers: message::headers("trailers", self.trailers)?,
        })
    }
}

impl Expect {
    fn into_expectation(self) -> Result<Expectation, FieldFault> {
        match self {
            Self::Forwarded(json) => {
                let forwarded = json.into_forwarded().map_err(|f| f.within("forwarded"))?;
                Ok(Expectation::Forwarded(forwarded))
            }
            Self::LocalResponse(json) => {
                let local = json.into_local().map_err(|f| f.within("local_response"))?;
                Ok(Expectation::LocalResponse(local))
            }
        }
    }
}

impl ForwardedJson {
    fn into_forwarded(self) -> Result<Forwarded, FieldFault> {
        Ok(Forwarded {
            request_headers: message::headers("request_headers", self.request_headers)?,
            response_status: message::status(self.response_status, "response_status")?,
            response_headers: message::headers("response_headers", self.response_headers)?,
            request_body: body(self.request_body, self.request_body_base64, "request_body")?,
            response_body: body(
                self.response_body,
                self.response_body_base64,
                "response_body",
            )?,
        })
    }
}

impl LocalJson {
    fn into_local(self) -> Result<LocalResponse, FieldFault> {
        Ok(LocalResponse {
            status: message::status(self.status, "status")?,
            headers: message::headers("headers", self.headers)?,
            body: body(self.body, self.body_base64, "body")?.unwrap_or_default(),
        })
    }
}

impl From<&Exchange> for Line {
    fn from(exchange: &Exchange) -> Self {
        let (request, response) = (&exchange.request, &exchange.response);
        let (request_text, request_base64) = non_empty_body_fields(&request.body);
        let (response_text, response_base64) = non_empty_body_fields(&response.body);
        Self {
            id: Some(exchange.id.clone()),
            request: Request {
                method: request.method.clone(),
                scheme: request.scheme.clone(),
                authority: request.authority.clone(),
                path: request.path.clone(),
                headers: request.headers.clone(),
                body: request_text,
                body_base64: request_base64,
                trailers: request.trailers.clone(),
            },
            response: Some(Response {
                status: response.status.into(),
                headers: response.headers.clone(),
                body: response_text,
                body_base64: response_base64,
                trailers: response.trailers.clone(),
            }),
            expect: exchange.expect.as_ref().map(Expect::from),
        }
    }
}

impl From<&Expectation> for Expect {
    fn from(expectation: &Expectation) -> Self {
        match expectation {
            Expectation::Forwarded(forwarded) => {
                let fields =
                    |body: &Option<Vec<u8>>| body.as_deref().map_or((None, None), body_fields);
                let (request_body, request_body_base64) = fields(&forwarded.request_body);
                let (response_body, response_body_base64) = fields(&forwarded.response_body);
                Self::Forwarded(ForwardedJson {
                    request_headers: forwarded.request_headers.clone(),
                    response_status: forwarded.response_status.into(),
                    response_headers: forwarded.response_headers.clone(),
                    request_body,
                    request_body_base64,
                    response_body,
                    response_body_base64,
                })
            }
            Expectation::LocalResponse(local) => {
                let (body, body_base64) = non_empty_body_fields(&local.body);
                Self::LocalResponse(LocalJson {
                    status: local.status.into(),
                    headers: local.headers.clone(),
                    body,
                    body_base64,
                })
            }
        }
    }
}
