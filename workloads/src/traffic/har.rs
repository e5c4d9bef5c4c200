//! Traffic as a browser or a proxy records it: HTTP Archive 1.2.
//!
//! Only the fields used are read, and what recorders get wrong is tolerated:
//! pseudo-headers among the headers, several values of `set-cookie` in one,
//! requests that got no response. Compressed bodies are recorded unpacked, so
//! `content-length` and `content-encoding` need not agree with the body.

use http::Uri;
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
use serde::Deserialize;

use super::exchange::{Exchange, RequestMessage, ResponseMessage};
use super::fault::{Fault, FieldFault, TrafficError};
use super::har_body::{Content, PostData};
use super::json_lines::MAX_LINES;
use super::message;

#[derive(Deserialize)]
struct Archive {
    log: Log,
}

#[derive(Deserialize)]
struct Log {
    entries: Vec<Entry>,
}

#[derive(Deserialize)]
struct Entry {
    request: Request,
    #[serde(default)]
    response: Option<Response>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Request {
    method: String,
    url: String,
    #[serde(default)]
    headers: Vec<Header>,
    #[serde(default)]
    post_data: Option<PostData>,
}

#[derive(Deserialize)]
struct Response {
    #[serde(default)]
    status: i64,
    #[serde(default)]
    headers: Vec<Header>,
    #[serde(default)]
    content: Option<Content>,
}

#[derive(Deserialize)]
struct Header {
    name: String,
    value: String,
}

/// What a URL may show but a request cannot carry.
const UNSENDABLE: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'<')
    .add(b'>')
    .add(b'\\')
    .add(b'^')
    .add(b'`')
    .add(b'{')
    .add(b'|')
    .add(b'}');

/// Whether the bytes start as an HTTP Archive does.
pub(crate) fn looks_like_har(bytes: &[u8]) -> bool {
    without_mark(bytes)
        .trim_ascii_start()
        .strip_prefix(b"{")
        .is_some_and(|rest| rest.trim_ascii_start().starts_with(b"\"log\""))
}

/// Some recorders begin the file with a byte order mark.
fn without_mark(bytes: &[u8]) -> &[u8] {
    bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes)
}

/// Reads an HTTP Archive; `file` is the name that errors give. Nothing is
/// expected of the outcome: an archive says what came through then, not what a
/// filter should make of it.
///
/// # Errors
/// The first thing that is wrong, with its entry and field.
pub fn parse_har(file: &str, bytes: &[u8]) -> Result<Vec<Exchange>, TrafficError> {
    let mut json = serde_json::Deserializer::from_slice(without_mark(bytes));
    let archive: Archive = serde_path_to_error::deserialize(&mut json).map_err(|error| {
        let field = error.path().to_string();
        Fault::Json(error.into_inner().to_string())
            .at(field)
            .in_file(file, "")
    })?;
    let entries = archive.log.entries;
    if entries.is_empty() {
        return Err(Fault::Empty.at("log.entries").in_file(file, ""));
    }
    if entries.len() > MAX_LINES {
        return Err(Fault::TooMany.at("log.entries").in_file(file, ""));
    }
    let exchanges = entries.into_iter().enumerate().map(|(index, entry)| {
        entry
            .into_exchange(format!("entry-{}", index + 1))
            .map_err(|fault| {
                fault
                    .within(&format!("log.entries[{index}]"))
                    .in_file(file, "")
            })
    });
    exchanges.collect()
}

impl Entry {
    fn into_exchange(self, id: String) -> Result<Exchange, FieldFault> {
        // Status 0 is how browsers record a request that was never answered.
        let response = match self.response.filter(|response| response.status != 0) {
            Some(response) => response.into_message().map_err(|f| f.within("response"))?,
            None => ResponseMessage::synthetic(),
        };
        Ok(Exchange {
            id,
            request: self
                .request
                .into_message()
                .map_err(|f| f.within("request"))?,
            response,
            expect: None,
        })
    }
}

impl Request {
    fn into_message(self) -> Result<RequestMessage, FieldFault> {
        let (scheme, authority, path) = split(&self.url)?;
        let body = self.post_data.map(PostData::into_bytes).transpose();
        Ok(RequestMessage {
            method: message::method(self.method)?,
            scheme: message::scheme(scheme)?,
            authority: message::authority(authority)?,
            path: message::path(path)?,
            headers: headers(self.headers)?,
            body: body.map_err(|f| f.within("postData"))?.unwrap_or_default(),
            trailers: Vec::new(),
        })
    }
}

impl Response {
    fn into_message(self) -> Result<ResponseMessage, FieldFault> {
        let body = self.content.map(Content::into_bytes).transpose();
        Ok(ResponseMessage {
            status: message::status(self.status, "status")?,
            headers: headers(self.headers)?,
            body: body.map_err(|f| f.within("content"))?.unwrap_or_default(),
            trailers: Vec::new(),
        })
    }
}

/// Scheme, authority and path of a URL; user and fragment are never sent.
fn split(url: &str) -> Result<(String, String, String), FieldFault> {
    let refuse = || Fault::Url(url.to_owned()).at("url");
    let sent = url.split('#').next().unwrap_or_default();
    let encoded = utf8_percent_encode(sent, UNSENDABLE).to_string();
    let uri: Uri = encoded.parse().map_err(|_| refuse())?;
    let (Some(scheme), Some(authority)) = (uri.scheme_str(), uri.authority()) else {
        return Err(refuse());
    };
    let host = authority.as_str().rsplit('@').next().unwrap_or_default();
    let path = uri.path_and_query().map_or("/", |path| path.as_str());
    // A URL may end at the authority or go on with its query: both ask for "/".
    let path = if path.starts_with('/') {
        path.to_owned()
    } else {
        format!("/{path}")
    };
    Ok((scheme.to_owned(), host.to_owned(), path))
}

fn headers(recorded: Vec<Header>) -> Result<Vec<(String, String)>, FieldFault> {
    let sent = recorded
        .into_iter()
        .filter(|header| !header.name.starts_with(':'));
    // Chrome records several headers of one name as one, with line breaks.
    let single = sent.flat_map(|Header { name, value }| {
        let values: Vec<String> = value.split('\n').map(str::to_owned).collect();
        values.into_iter().map(move |value| (name.clone(), value))
    });
    message::headers("headers", single.collect())
}
