//! Messages in HTTP/1.1, written once before the load begins.

use std::io::Write as _;

use workloads::{RequestMessage, ResponseMessage};

/// The header that names the exchange.
pub(crate) const TAG: &str = "x-exchange";

/// Whether a header belongs to one connection, or says where the body ends: these are written
/// anew for every hop.
pub(crate) fn is_hop_by_hop(name: &str) -> bool {
    [
        "connection",
        "content-length",
        "expect",
        "host",
        "keep-alive",
        "proxy-connection",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
    ]
    .iter()
    .any(|known| name.eq_ignore_ascii_case(known))
}

/// A request as a client sends it.
pub(crate) fn request(message: &RequestMessage) -> Vec<u8> {
    let mut out = Vec::with_capacity(1_024 + message.body.len());
    let (method, path, host) = (&message.method, &message.path, &message.authority);
    // Writing to a Vec cannot fail.
    let _ = write!(out, "{method} {path} HTTP/1.1\r\nhost: {host}\r\n");
    fields(&mut out, &message.headers);
    let announced =
        !message.body.is_empty() || ["POST", "PUT", "PATCH"].contains(&message.method.as_str());
    body(&mut out, &message.body, &message.trailers, announced);
    out
}

/// A response as an upstream sends it; `head_only` for the answer to HEAD.
pub(crate) fn response(message: &ResponseMessage, head_only: bool) -> Vec<u8> {
    let mut out = Vec::with_capacity(1_024 + message.body.len());
    let status = message.status;
    let reason = http::StatusCode::from_u16(status)
        .ok()
        .and_then(|status| status.canonical_reason())
        .unwrap_or("Status");
    let _ = write!(out, "HTTP/1.1 {status} {reason}\r\n");
    fields(&mut out, &message.headers);
    match (status, head_only) {
        (204 | 304, _) => out.extend_from_slice(b"\r\n"),
        (_, true) => {
            let _ = write!(out, "content-length: {}\r\n\r\n", message.body.len());
        }
        (_, false) => body(&mut out, &message.body, &message.trailers, true),
    }
    out
}

fn fields(out: &mut Vec<u8>, fields: &[(String, String)]) {
    for (name, value) in fields.iter().filter(|(name, _)| !is_hop_by_hop(name)) {
        let _ = write!(out, "{name}: {value}\r\n");
    }
}

/// The end of the header and the body; trailers need chunks.
fn body(out: &mut Vec<u8>, body: &[u8], trailers: &[(String, String)], announced: bool) {
    if trailers.is_empty() {
        if announced {
            let _ = write!(out, "content-length: {}\r\n", body.len());
        }
        out.extend_from_slice(b"\r\n");
        out.extend_from_slice(body);
        return;
    }
    out.extend_from_slice(b"transfer-encoding: chunked\r\n\r\n");
    if !body.is_empty() {
        let _ = write!(out, "{:x}\r\n", body.len());
        out.extend_from_slice(body);
        out.extend_from_slice(b"\r\n");
    }
    out.extend_from_slice(b"0\r\n");
    fields(out, trailers);
    out.extend_from_slice(b"\r\n");
}

#[cfg(test)]
mod tests {
    use super::*;

    fn owned(fields: &[(&str, &str)]) -> Vec<(String, String)> {
        let own = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        fields.iter().map(own).collect()
    }

    #[test]
    fn a_request_is_framed_by_its_body_and_not_by_what_was_recorded() {
        let mut message = RequestMessage {
            method: "POST".to_owned(),
            scheme: "https".to_owned(),
            authority: "a:1".to_owned(),
            path: "/b".to_owned(),
            headers: owned(&[
                ("content-length", "99"),
                ("connection", "close"),
                ("x-a", "1"),
            ]),
            body: b"hi".to_vec(),
            trailers: Vec::new(),
        };
        let text = String::from_utf8(request(&message)).expect("text");
        assert_eq!(
            text,
            "POST /b HTTP/1.1\r\nhost: a:1\r\nx-a: 1\r\ncontent-length: 2\r\n\r\nhi"
        );
        message.trailers = owned(&[("x-t", "2")]);
        let text = String::from_utf8(request(&message)).expect("text");
        assert!(
            text.ends_with("transfer-encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\nx-t: 2\r\n\r\n"),
            "{text}"
        );
    }

    #[test]
    fn answers_without_a_body_have_none() {
        let mut message = ResponseMessage::synthetic();
        message.body = b"body".to_vec();
        let head = String::from_utf8(response(&message, true)).expect("text");
        assert_eq!(head, "HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\n");
        message.status = 304;
        let unchanged = String::from_utf8(response(&message, false)).expect("text");
        assert_eq!(unchanged, "HTTP/1.1 304 Not Modified\r\n\r\n");
    }
}
