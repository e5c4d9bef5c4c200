//! Fields that belong to one connection and must not be passed on (RFC 9110, section 7.6.1).

use http::header::{
    CONNECTION, EXPECT, HeaderMap, HeaderName, PROXY_AUTHENTICATE, PROXY_AUTHORIZATION, TE,
    TRANSFER_ENCODING, UPGRADE,
};

const KEEP_ALIVE: HeaderName = HeaderName::from_static("keep-alive");
const PROXY_CONNECTION: HeaderName = HeaderName::from_static("proxy-connection");

/// Removes them from a request. `te: trailers` stays: it asks for what we pass on.
#[inline]
pub(super) fn strip_request(headers: &mut HeaderMap) {
    strip(headers);
}

/// Removes them from a response.
#[inline]
pub(super) fn strip_response(headers: &mut HeaderMap) {
    strip(headers);
}

/// Looks once over the names, which is cheaper than asking for each.
#[inline]
fn strip(headers: &mut HeaderMap) {
    if headers.keys().any(is_of_connection) {
        remove(headers);
    }
}

fn is_of_connection(name: &HeaderName) -> bool {
    matches!(
        name.as_str(),
        "connection"
            | "keep-alive"
            | "proxy-connection"
            | "transfer-encoding"
            | "upgrade"
            | "te"
            | "expect"
            | "proxy-authorization"
            | "proxy-authenticate"
    )
}

fn remove(headers: &mut HeaderMap) {
    let trailers = headers
        .get(TE)
        .is_some_and(|te| te.as_bytes() == b"trailers");
    if let Some(value) = headers.remove(CONNECTION) {
        strip_named(headers, value.as_bytes());
    }
    for name in [
        KEEP_ALIVE,
        PROXY_CONNECTION,
        TRANSFER_ENCODING,
        UPGRADE,
        EXPECT,
        PROXY_AUTHORIZATION,
        PROXY_AUTHENTICATE,
    ] {
        headers.remove(name);
    }
    if !trailers {
        headers.remove(TE);
    }
}

/// Fields that `connection` names.
#[cold]
fn strip_named(headers: &mut HeaderMap, value: &[u8]) {
    for name in value.split(|byte| *byte == b',') {
        let name = name.trim_ascii();
        if let Ok(name) = HeaderName::from_bytes(name)
            // What decides where a message goes or ends is not for the client to remove.
            && !matches!(name.as_str(), "host" | "content-length" | "te")
        {
            headers.remove(name);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn map(fields: &[(&'static str, &'static str)]) -> HeaderMap {
        fields
            .iter()
            .map(|(name, value)| {
                (
                    HeaderName::from_static(name),
                    http::HeaderValue::from_static(value),
                )
            })
            .collect()
    }

    #[test]
    fn fields_of_one_connection_are_not_passed_on() {
        let mut headers = map(&[
            ("connection", "close, X-Mine, host"),
            ("x-mine", "1"),
            ("host", "a"),
            ("keep-alive", "timeout=5"),
            ("upgrade", "websocket"),
            ("te", "gzip"),
            ("accept", "*/*"),
        ]);
        strip_request(&mut headers);
        assert_eq!(headers, map(&[("host", "a"), ("accept", "*/*")]));
    }

    #[test]
    fn a_client_that_takes_trailers_may_say_so() {
        let mut headers = map(&[("te", "trailers")]);
        strip_request(&mut headers);
        assert_eq!(headers, map(&[("te", "trailers")]));
    }
}
