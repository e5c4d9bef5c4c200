//! A response's header.
//!
//! Answers to the same request mostly have the same header, byte for byte. The last good one
//! is remembered, and one that is equal to it needs no parsing.

use std::mem::MaybeUninit;

use super::Garbage;
use super::body::Framing;
use crate::mix::Shot;

pub(super) const MAX_BYTES: usize = 64 << 10;
pub(super) const MAX_FIELDS: usize = 256;
pub(super) const MAX_INTERIM: u32 = 32;

const START: &[u8] = b"HTTP/1.";

/// What a header says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Facts {
    pub(super) status: u16,
    pub(super) framing: Framing,
    pub(super) closes: bool,
    /// How it differs from what was expected.
    pub(super) difference: Option<String>,
}

/// A good header and what it says.
#[derive(Debug)]
pub(crate) struct Memo {
    bytes: Box<[u8]>,
    status: u16,
    framing: Framing,
    closes: bool,
}

/// A header that is coming.
#[derive(Debug, Default)]
pub(super) struct Head {
    /// What came in earlier pieces.
    stored: Vec<u8>,
    interim: u32,
}

impl Head {
    pub(super) fn clear(&mut self) {
        self.stored.clear();
        self.interim = 0;
    }

    /// Takes input up to the header's end; answers how much of it that was and what it says.
    pub(super) fn take(
        &mut self,
        input: &[u8],
        shot: &Shot,
        memo: &mut Option<Memo>,
    ) -> Result<Option<(usize, Facts)>, Garbage> {
        let mut at = 0;
        loop {
            let rest = &input[at..];
            if self.stored.is_empty()
                && let Some(memo) = memo
                && rest.starts_with(&memo.bytes)
            {
                return Ok(Some((at + memo.bytes.len(), memo.facts())));
            }
            let before = self.stored.len();
            let looked_at = before.saturating_sub(3);
            let (head, end) = if before == 0 {
                check_start(rest)?;
                (rest, end_of_head(rest, 0))
            } else {
                self.stored.extend_from_slice(rest);
                check_start(&self.stored)?;
                (&self.stored[..], end_of_head(&self.stored, looked_at))
            };
            let Some(end) = end else {
                if head.len() > MAX_BYTES {
                    return Err(Garbage::HeadTooLarge);
                }
                if before == 0 {
                    self.stored.extend_from_slice(rest);
                }
                return Ok(None);
            };
            if end > MAX_BYTES {
                return Err(Garbage::HeadTooLarge);
            }
            let facts = parse(&head[..end], shot)?;
            at += end - before;
            match facts.status {
                101 => return Err(Garbage::Switched),
                100..200 => {
                    self.stored.clear();
                    self.interim += 1;
                    if self.interim > MAX_INTERIM {
                        return Err(Garbage::TooManyInterim);
                    }
                }
                _ => {
                    if facts.difference.is_none() {
                        *memo = Some(Memo::new(&head[..end], &facts));
                    }
                    return Ok(Some((at, facts)));
                }
            }
        }
    }
}

impl Memo {
    fn new(bytes: &[u8], facts: &Facts) -> Self {
        Self {
            bytes: bytes.into(),
            status: facts.status,
            framing: facts.framing,
            closes: facts.closes,
        }
    }

    #[inline]
    fn facts(&self) -> Facts {
        Facts {
            status: self.status,
            framing: self.framing,
            closes: self.closes,
            difference: None,
        }
    }
}

/// What cannot become HTTP/1.x is refused with its first bytes.
fn check_start(bytes: &[u8]) -> Result<(), Garbage> {
    let length = bytes.len().min(START.len());
    if bytes[..length] == START[..length] {
        Ok(())
    } else {
        Err(Garbage::NotHttp)
    }
}

/// Where the empty line ends, for line ends of either kind; everything before `from` has been
/// looked at together with the two bytes that follow.
pub(crate) fn end_of_head(bytes: &[u8], from: usize) -> Option<usize> {
    let mut at = from;
    loop {
        let line_end = at + memchr::memchr(b'\n', &bytes[at..])?;
        match bytes[line_end + 1..] {
            [b'\n', ..] => return Some(line_end + 2),
            [b'\r', b'\n', ..] => return Some(line_end + 3),
            _ => at = line_end + 1,
        }
    }
}

fn parse(bytes: &[u8], shot: &Shot) -> Result<Facts, Garbage> {
    let mut fields = [const { MaybeUninit::uninit() }; MAX_FIELDS];
    let mut response = httparse::Response::new(&mut []);
    httparse::ParserConfig::default()
        .parse_response_with_uninit_headers(&mut response, bytes, &mut fields)
        .map_err(|error| match error {
            httparse::Error::TooManyHeaders => Garbage::HeadTooLarge,
            _ => Garbage::NotHttp,
        })
        .and_then(|status| match status {
            httparse::Status::Complete(_) => Ok(()),
            httparse::Status::Partial => Err(Garbage::NotHttp),
        })?;
    let (Some(status), Some(minor)) = (response.code, response.version) else {
        return Err(Garbage::NotHttp);
    };
    if !(100..600).contains(&status) {
        return Err(Garbage::NotHttp);
    }
    let fields = &*response.headers;
    let mut facts = Facts {
        status,
        framing: Framing::Close,
        closes: minor == 0,
        difference: None,
    };
    if status < 200 {
        return Ok(facts);
    }
    let mut length = None;
    let mut chunked = None;
    for field in fields {
        if field.name.eq_ignore_ascii_case("content-length") {
            length = Some(content_length(field.value, length)?);
        } else if field.name.eq_ignore_ascii_case("transfer-encoding") {
            chunked = Some(last_token(field.value).eq_ignore_ascii_case(b"chunked"));
        } else if field.name.eq_ignore_ascii_case("connection") {
            for token in field.value.split(|byte| *byte == b',') {
                let token = token.trim_ascii();
                facts.closes |= token.eq_ignore_ascii_case(b"close");
                if minor == 0 && token.eq_ignore_ascii_case(b"keep-alive") {
                    facts.closes = false;
                }
            }
        }
    }
    facts.framing = match (chunked, length) {
        _ if shot.is_head || matches!(status, 204 | 304) => Framing::Length(0),
        (Some(_), Some(_)) => return Err(Garbage::TwoLengths),
        (Some(true), None) => Framing::Chunked,
        (Some(false), None) => Framing::Close,
        (None, Some(length)) => Framing::Length(length),
        (None, None) => Framing::Close,
    };
    facts.closes |= facts.framing == Framing::Close;
    facts.difference = shot.expected.difference(status, || {
        fields.iter().map(|field| (field.name, field.value))
    });
    Ok(facts)
}

/// A length that may be repeated, but not differently.
fn content_length(value: &[u8], earlier: Option<u64>) -> Result<u64, Garbage> {
    let mut found = earlier;
    for part in value.split(|byte| *byte == b',') {
        let digits = part.trim_ascii();
        if digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) {
            return Err(Garbage::BadLength);
        }
        let length = std::str::from_utf8(digits)
            .ok()
            .and_then(|digits| digits.parse().ok())
            .ok_or(Garbage::BadLength)?;
        if found.is_some_and(|found| found != length) {
            return Err(Garbage::TwoLengths);
        }
        found = Some(length);
    }
    found.ok_or(Garbage::BadLength)
}

fn last_token(value: &[u8]) -> &[u8] {
    let last = value.rsplit(|byte| *byte == b',').next();
    last.unwrap_or_default().trim_ascii()
}
