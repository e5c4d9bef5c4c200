//! A request's header, as far as an upstream cares.

use std::mem::MaybeUninit;

use super::answers::Answers;
use crate::encode::TAG;
use crate::response::end_of_head;

/// Bytes that a header may have.
const MAX_BYTES: usize = 128 << 10;
const MAX_FIELDS: usize = 256;
/// What a client with prior knowledge of HTTP/2 sends first.
pub(super) const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

/// What a request asks for.
pub(super) struct Asked {
    /// Which answer it gets.
    pub(super) answer: usize,
    pub(super) is_head: bool,
    /// Bytes of the header.
    pub(super) length: usize,
    pub(super) body: Framing,
    pub(super) closes: bool,
    /// It waits for permission to send its body.
    pub(super) expects: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Framing {
    Length(u64),
    Chunked,
}

/// What the bytes are that came first.
pub(super) enum Found {
    Request(Asked),
    /// More must come.
    Part,
    /// Not HTTP/1.1.
    Bad,
}

/// Reads a header; everything before `from` was looked at before.
pub(super) fn read(bytes: &[u8], from: usize, answers: &Answers) -> Found {
    let Some(length) = end_of_head(bytes, from.saturating_sub(3)) else {
        return match bytes.len() > MAX_BYTES {
            true => Found::Bad,
            false => Found::Part,
        };
    };
    let mut fields = [const { MaybeUninit::uninit() }; MAX_FIELDS];
    let mut request = httparse::Request::new(&mut []);
    let parsed = request.parse_with_uninit_headers(&bytes[..length], &mut fields);
    let (Ok(httparse::Status::Complete(_)), Some(method), Some(path), Some(minor)) =
        (parsed, request.method, request.path, request.version)
    else {
        return Found::Bad;
    };
    let mut tag = None;
    let mut authority: &[u8] = b"";
    let mut body = Framing::Length(0);
    let mut closes = minor == 0;
    let mut expects = false;
    for field in request.headers.iter() {
        match field.name.len() {
            4 if field.name.eq_ignore_ascii_case("host") => authority = field.value,
            10 if field.name.eq_ignore_ascii_case(TAG) => tag = Some(field.value),
            10 if field.name.eq_ignore_ascii_case("connection") => {
                closes = field.value.eq_ignore_ascii_case(b"close")
                    || (minor == 0 && !field.value.eq_ignore_ascii_case(b"keep-alive"));
            }
            14 if field.name.eq_ignore_ascii_case("content-length") => {
                let text = std::str::from_utf8(field.value).unwrap_or_default();
                match text.trim().parse() {
                    Ok(length) => body = Framing::Length(length),
                    Err(_) => return Found::Bad,
                }
            }
            17 if field.name.eq_ignore_ascii_case("transfer-encoding") => body = Framing::Chunked,
            6 if field.name.eq_ignore_ascii_case("expect") => expects = true,
            _ => {}
        }
    }
    Found::Request(Asked {
        answer: answers.find(tag, authority, method, path),
        is_head: method == "HEAD",
        length,
        body,
        closes,
        expects,
    })
}
