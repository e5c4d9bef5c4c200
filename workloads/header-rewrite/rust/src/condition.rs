//! When a rule applies: a test of one header's value or of the path.

use crate::headers::Headers;

/// What a rule looks at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Subject {
    /// A header of the message being rewritten, by its lower-case name.
    Header(String),
    /// The request's path without its query.
    Path,
}

/// What must hold for the subject's value, compared byte by byte.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Test {
    Present(bool),
    Equals(String),
    Prefix(String),
    Contains(String),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Condition {
    pub subject: Subject,
    pub test: Test,
}

impl Condition {
    pub fn holds(&self, headers: &impl Headers, path: &[u8]) -> bool {
        match &self.subject {
            Subject::Path => self.test.passes(Some(path)),
            Subject::Header(name) => self.test.passes(headers.value(name).as_deref()),
        }
    }
}

impl Test {
    fn passes(&self, value: Option<&[u8]>) -> bool {
        let Some(value) = value else {
            return *self == Test::Present(false);
        };
        match self {
            Test::Present(wanted) => *wanted,
            Test::Equals(text) => value == text.as_bytes(),
            Test::Prefix(text) => value.starts_with(text.as_bytes()),
            Test::Contains(text) => contains(value, text.as_bytes()),
        }
    }
}

fn contains(value: &[u8], part: &[u8]) -> bool {
    part.is_empty() || value.windows(part.len()).any(|window| window == part)
}

/// The path of a `:path` pseudo-header: what stands before the query.
pub fn without_query(target: &[u8]) -> &[u8] {
    let end = target.iter().position(|byte| *byte == b'?');
    &target[..end.unwrap_or(target.len())]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::headers::list::List;

    fn holds(subject: Subject, test: Test) -> bool {
        let headers = List::new(&[
            ("user-agent", "Googlebot/2.1"),
            ("accept", "a"),
            ("accept", "b"),
        ]);
        Condition { subject, test }.holds(&headers, b"/api/users")
    }

    fn header(name: &str) -> Subject {
        Subject::Header(name.into())
    }

    #[test]
    fn tests_a_header_value() {
        assert!(holds(header("user-agent"), Test::Contains("bot".into())));
        assert!(!holds(header("user-agent"), Test::Contains("Bot".into())));
        assert!(holds(header("user-agent"), Test::Prefix("Google".into())));
        assert!(!holds(
            header("user-agent"),
            Test::Equals("Googlebot".into())
        ));
        assert!(holds(header("accept"), Test::Equals("a, b".into())));
    }

    #[test]
    fn an_absent_header_passes_only_the_test_for_absence() {
        assert!(holds(header("cookie"), Test::Present(false)));
        assert!(!holds(header("cookie"), Test::Present(true)));
        assert!(!holds(header("cookie"), Test::Contains(String::new())));
    }

    #[test]
    fn tests_the_path() {
        assert!(holds(Subject::Path, Test::Prefix("/api/".into())));
        assert!(!holds(Subject::Path, Test::Equals("/api/".into())));
        assert_eq!(without_query(b"/a?b=/c?d"), b"/a");
        assert_eq!(without_query(b""), b"");
    }
}
