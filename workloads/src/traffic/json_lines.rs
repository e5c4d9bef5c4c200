//! Traffic as JSON lines: one exchange a line.

use std::collections::HashSet;

use super::exchange::Exchange;
use super::fault::{Fault, FieldFault, TrafficError};
use super::wire::Line;

/// The longest line taken, in bytes.
pub const MAX_LINE_BYTES: usize = 4 << 20;

/// The most lines taken from one file.
pub const MAX_LINES: usize = 1_000_000;

/// Reads traffic in JSON lines. Blank lines are skipped, header names come out
/// in lower case; `file` is the name that errors give.
///
/// # Errors
/// The first thing that is wrong, with its line and field.
pub fn parse_json_lines(file: &str, bytes: &[u8]) -> Result<Vec<Exchange>, TrafficError> {
    let mut exchanges = Vec::new();
    let mut ids = HashSet::new();
    for (index, line) in bytes.split(|byte| *byte == b'\n').enumerate() {
        if line.trim_ascii().is_empty() {
            continue;
        }
        let number = index + 1;
        let refuse = |fault: FieldFault| fault.in_file(file, format!(", line {number}"));
        if exchanges.len() == MAX_LINES {
            return Err(refuse(Fault::TooMany.at("")));
        }
        let exchange = exchange(line, number).map_err(refuse)?;
        if !ids.insert(exchange.id.clone()) {
            return Err(refuse(Fault::DuplicateId(exchange.id).at("id")));
        }
        exchanges.push(exchange);
    }
    if exchanges.is_empty() {
        return Err(Fault::Empty.at("").in_file(file, ""));
    }
    Ok(exchanges)
}

fn exchange(line: &[u8], number: usize) -> Result<Exchange, FieldFault> {
    if line.len() > MAX_LINE_BYTES {
        return Err(Fault::LineTooLong.at(""));
    }
    let text = std::str::from_utf8(line).map_err(|_| Fault::NotText.at(""))?;
    let mut json = serde_json::Deserializer::from_str(text);
    let line: Line = serde_path_to_error::deserialize(&mut json).map_err(|error| {
        let field = error.path().to_string();
        // "." is the line itself; the message names a missing or unknown field.
        let field = if field == "." { String::new() } else { field };
        Fault::Json(error.into_inner().to_string()).at(field)
    })?;
    json.end()
        .map_err(|error| Fault::Json(error.to_string()).at(""))?;
    line.into_exchange(|| format!("line-{number}"))
}

/// Writes traffic as [`parse_json_lines`] reads it.
pub fn write_json_lines(exchanges: &[Exchange]) -> String {
    let mut text = String::new();
    for exchange in exchanges {
        // Strings, numbers and lists only: nothing that JSON could refuse.
        if let Ok(line) = serde_json::to_string(&Line::from(exchange)) {
            text.push_str(&line);
            text.push('\n');
        }
    }
    text
}
