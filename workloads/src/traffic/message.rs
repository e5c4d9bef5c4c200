//! What every message must hold, whatever file it comes from.

use http::{HeaderName, Method};

use super::fault::{Fault, FieldFault};

/// Headers with their names checked and in lower case, their values checked.
pub(crate) fn headers(
    field: &str,
    headers: Vec<(String, String)>,
) -> Result<Vec<(String, String)>, FieldFault> {
    let checked = headers
        .into_iter()
        .enumerate()
        .map(|(index, pair)| header(pair).map_err(|fault| fault.at(format!("{field}[{index}]"))));
    checked.collect()
}

fn header((name, value): (String, String)) -> Result<(String, String), Fault> {
    if name.starts_with(':') {
        return Err(Fault::PseudoHeader(name));
    }
    let Ok(checked) = HeaderName::from_bytes(name.as_bytes()) else {
        return Err(Fault::HeaderName(name));
    };
    if value.contains(['\r', '\n', '\0']) {
        return Err(Fault::HeaderValue(name));
    }
    Ok((checked.as_str().to_owned(), value))
}

pub(crate) fn method(method: String) -> Result<String, FieldFault> {
    match Method::from_bytes(method.as_bytes()) {
        Ok(_) => Ok(method),
        Err(_) => Err(Fault::Method(method).at("method")),
    }
}

pub(crate) fn scheme(scheme: String) -> Result<String, FieldFault> {
    match scheme.as_str() {
        "http" | "https" => Ok(scheme),
        _ => Err(Fault::Scheme(scheme).at("scheme")),
    }
}

pub(crate) fn authority(authority: String) -> Result<String, FieldFault> {
    let taken = |character: char| character.is_ascii_graphic() && !"/?#@".contains(character);
    if !authority.is_empty() && authority.chars().all(taken) {
        Ok(authority)
    } else {
        Err(Fault::Authority(authority).at("authority"))
    }
}

/// The path as a request line could carry it; other characters than graphic
/// ASCII would have been percent-encoded by the client.
pub(crate) fn path(path: String) -> Result<String, FieldFault> {
    let graphic = path.bytes().all(|byte| byte.is_ascii_graphic());
    if path == "*" || (path.starts_with('/') && graphic) {
        Ok(path)
    } else {
        Err(Fault::Path(path).at("path"))
    }
}

pub(crate) fn status(status: i64, field: &str) -> Result<u16, FieldFault> {
    u16::try_from(status)
        .ok()
        .filter(|status| (200..=599).contains(status))
        .ok_or_else(|| Fault::Status(status).at(field))
}
