//! Why traffic is refused: the file, the place, the field and the remedy.

use std::fmt;

use super::json_lines::{MAX_LINE_BYTES, MAX_LINES};

/// Why a traffic file was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{file}{place}{field}: {fault}", field = FieldText(field))]
pub struct TrafficError {
    /// The file's name, as given.
    pub file: String,
    /// The line (JSON lines) or entry (HAR), as a phrase such as `, line 3`; may be empty.
    pub place: String,
    /// The field, such as `request.headers[2]`; may be empty.
    pub field: String,
    /// What is wrong and what would be right.
    pub fault: Fault,
}

/// What is wrong with a field, and what would be right.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Fault {
    /// Not JSON, a field missing, unknown or of the wrong type.
    #[error("{0}; see the format of traffic files")]
    Json(String),
    /// Bytes that are not UTF-8.
    #[error("not UTF-8 text; save the file as UTF-8 and give binary bodies as body_base64")]
    NotText,
    /// A line longer than [`MAX_LINE_BYTES`].
    #[error("the line has more than {MAX_LINE_BYTES} bytes; shorten its bodies or drop it")]
    LineTooLong,
    /// More lines than [`MAX_LINES`].
    #[error("more than {MAX_LINES} exchanges; keep a sample of them")]
    TooMany,
    /// A file without a single exchange.
    #[error("no exchanges; give at least one request")]
    Empty,
    /// Two exchanges of one name.
    #[error("the id '{0}' is there already; give every exchange its own, or none")]
    DuplicateId(String),
    /// A header name that is no token (RFC 9110, section 5.1).
    #[error("'{0}' is no header name; use letters, digits and !#$%&'*+-.^_`|~")]
    HeaderName(String),
    /// A header value that cannot be sent (RFC 9110, section 5.5).
    #[error("the value of '{0}' has a line break or a NUL; take it out")]
    HeaderValue(String),
    /// A pseudo-header among the headers.
    #[error("'{0}' is a pseudo-header; use the fields method, scheme, authority, path and status")]
    PseudoHeader(String),
    /// A method that is no token (RFC 9110, section 9.1).
    #[error("'{0}' is no method; use one such as GET or POST")]
    Method(String),
    /// A scheme other than those of HTTP.
    #[error("'{0}' is no scheme of HTTP; use http or https")]
    Scheme(String),
    /// An authority that cannot be one.
    #[error("'{0}' is no authority; use host or host:port")]
    Authority(String),
    /// A path that cannot be sent.
    #[error("'{0}' is no path; start with '/' and percent-encode spaces and controls, or use '*'")]
    Path(String),
    /// A URL that cannot be split into scheme, authority and path.
    #[error("'{0}' is no http or https URL; give an absolute one")]
    Url(String),
    /// A status no final response has.
    #[error("{0} is no status of a final response; use 200 to 599")]
    Status(i64),
    /// A body given as text and as base64.
    #[error("given as text and as base64; give one of the two")]
    TwoBodies,
    /// Text that is not base64.
    #[error("not base64 ({0}); use the standard alphabet with padding")]
    Base64(String),
}

impl Fault {
    /// The same fault at a field.
    pub(crate) fn at(self, field: impl Into<String>) -> FieldFault {
        FieldFault {
            field: field.into(),
            fault: self,
        }
    }
}

/// A fault and its field; the caller knows the file and the place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct FieldFault {
    pub(crate) field: String,
    pub(crate) fault: Fault,
}

impl FieldFault {
    /// The same fault seen from the message or list around the field.
    pub(crate) fn within(mut self, outer: &str) -> Self {
        self.field = if self.field.is_empty() {
            outer.to_owned()
        } else {
            format!("{outer}.{}", self.field)
        };
        self
    }

    pub(crate) fn in_file(self, file: &str, place: impl Into<String>) -> TrafficError {
        TrafficError {
            file: file.to_owned(),
            place: place.into(),
            field: self.field,
            fault: self.fault,
        }
    }
}

struct FieldText<'a>(&'a str);

impl fmt::Display for FieldText<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() {
            Ok(())
        } else {
            write!(f, ", {}", self.0)
        }
    }
}
