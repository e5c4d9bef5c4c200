//! Answers, written once, and which request gets which.

use std::collections::HashMap;

use workloads::{Exchange, ResponseMessage};

use crate::encode;

/// An answer in both protocols.
#[derive(Debug)]
pub(super) struct Answer {
    /// In HTTP/1.1, header and body.
    pub(super) bytes: Box<[u8]>,
    /// In HTTP/1.1, for HEAD.
    pub(super) head: Box<[u8]>,
    pub(super) message: ResponseMessage,
}

/// Answers, and which request gets which.
#[derive(Debug)]
pub(super) struct Answers {
    /// One for each exchange, and the default at the end.
    all: Vec<Answer>,
    /// Method, authority and path of the first exchange that has them.
    by_target: HashMap<(String, String, String), usize>,
}

impl Answer {
    fn of(message: &ResponseMessage) -> Self {
        Self {
            bytes: encode::response(message, false).into(),
            head: encode::response(message, true).into(),
            message: message.clone(),
        }
    }

    /// In HTTP/1.1, to a request of this method.
    #[inline]
    pub(super) fn to(&self, is_head: bool) -> &[u8] {
        if is_head { &self.head } else { &self.bytes }
    }
}

impl Answers {
    pub(super) fn new(exchanges: &[Exchange]) -> Self {
        let mut by_target = HashMap::new();
        for (index, exchange) in exchanges.iter().enumerate() {
            let request = &exchange.request;
            let target = (
                request.method.clone(),
                request.authority.clone(),
                request.path.clone(),
            );
            by_target.entry(target).or_insert(index);
        }
        let mut default = ResponseMessage::synthetic();
        default
            .headers
            .push(("content-type".to_owned(), "text/plain".to_owned()));
        default.body = b"hello, world\n".to_vec();
        let recorded = exchanges.iter().map(|exchange| &exchange.response);
        Self {
            all: recorded.chain([&default]).map(Answer::of).collect(),
            by_target,
        }
    }

    /// Which answer a request gets: of the exchange that its tag names, else of the one with
    /// the same method, authority and path, else a short text.
    #[inline]
    pub(super) fn find(
        &self,
        tag: Option<&[u8]>,
        authority: &[u8],
        method: &str,
        path: &str,
    ) -> usize {
        let default = self.all.len() - 1;
        if default == 0 {
            return default;
        }
        let tagged = tag.or_else(|| tag_of_authority(authority));
        let tagged = tagged.and_then(index).filter(|index| *index < default);
        tagged.unwrap_or_else(|| {
            let authority = String::from_utf8_lossy(authority).into_owned();
            let target = (method.to_owned(), authority, path.to_owned());
            self.by_target.get(&target).copied().unwrap_or(default)
        })
    }

    /// Every answer's message, by number.
    pub(super) fn messages(&self) -> impl Iterator<Item = &ResponseMessage> {
        self.all.iter().map(|answer| &answer.message)
    }

    /// The answer of this number.
    #[inline]
    pub(super) fn get(&self, index: usize) -> &Answer {
        &self.all[index]
    }
}

fn tag_of_authority(authority: &[u8]) -> Option<&[u8]> {
    let rest = authority.strip_prefix(b"exchange-")?;
    let end = rest.iter().position(|byte| *byte == b'.')?;
    Some(&rest[..end])
}

fn index(tag: &[u8]) -> Option<usize> {
    std::str::from_utf8(tag).ok()?.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answers() -> Answers {
        let lines = r#"{"request":{"method":"GET","authority":"a","path":"/x"},"response":{"status":200,"body":"one"}}
{"request":{"method":"GET","authority":"a","path":"/x"},"response":{"status":201,"body":"two"}}"#;
        let exchanges = workloads::parse_json_lines("test", lines.as_bytes()).expect("valid");
        Answers::new(&exchanges)
    }

    #[test]
    fn the_tag_goes_before_the_path_and_the_path_before_the_default() {
        let answers = answers();
        let status = |tag: Option<&[u8]>, authority: &[u8], path: &str| {
            let found = answers.find(tag, authority, "GET", path);
            answers.get(found).message.status
        };
        assert_eq!(status(Some(b"1"), b"a", "/x"), 201);
        assert_eq!(status(None, b"exchange-1.a", "/x"), 201);
        assert_eq!(status(None, b"a", "/x"), 200);
        for (tag, authority, path) in [
            (None, &b"a"[..], "/y"),
            (Some(&b"9"[..]), b"b", "/x"),
            (Some(b"-1"), b"b", "/"),
            (Some(b"\xff"), b"exchange-.", "/"),
        ] {
            let found = answers.find(tag, authority, "GET", path);
            assert_eq!(
                answers.get(found).message.body,
                b"hello, world\n",
                "{tag:?}"
            );
        }
    }
}
