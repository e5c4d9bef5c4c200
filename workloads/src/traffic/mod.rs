//! Traffic: exchanges and the files they come from.

mod exchange;
mod fault;
mod har;
mod har_body;
mod json_lines;
mod message;
mod wire;

pub use exchange::{
    Exchange, Expectation, Forwarded, LocalResponse, RequestMessage, ResponseMessage,
};
pub use fault::{Fault, TrafficError};
pub use har::parse_har;
pub use json_lines::{MAX_LINE_BYTES, MAX_LINES, parse_json_lines, write_json_lines};

/// Reads a traffic file of either format.
///
/// A HAR file is one JSON object with a `log`, whatever its line breaks; all
/// else is taken for JSON lines, whose errors then say what is wrong.
///
/// # Errors
/// The first thing that is wrong with the file, named by `file`, by place and field.
pub fn parse_traffic(file: &str, bytes: &[u8]) -> Result<Vec<Exchange>, TrafficError> {
    if har::looks_like_har(bytes) {
        parse_har(file, bytes)
    } else {
        parse_json_lines(file, bytes)
    }
}
