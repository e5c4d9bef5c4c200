//! Bodies as an HTTP Archive records them.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Deserialize;

use super::fault::{Fault, FieldFault};

/// A request's body: its text, or the fields of its form.
#[derive(Deserialize)]
pub(crate) struct PostData {
    #[serde(default)]
    text: Option<String>,
    /// Not in the specification, but what some recorders write.
    #[serde(default)]
    encoding: Option<String>,
    #[serde(default)]
    params: Vec<Param>,
}

#[derive(Deserialize)]
struct Param {
    name: String,
    #[serde(default)]
    value: Option<String>,
}

/// A response's body.
#[derive(Deserialize)]
pub(crate) struct Content {
    #[serde(default)]
    text: Option<String>,
    #[serde(default)]
    encoding: Option<String>,
}

impl PostData {
    pub(crate) fn into_bytes(self) -> Result<Vec<u8>, FieldFault> {
        match self.text.filter(|text| !text.is_empty()) {
            Some(text) => decoded(text, self.encoding.as_deref()),
            None => Ok(form(&self.params).into_bytes()),
        }
    }
}

impl Content {
    pub(crate) fn into_bytes(self) -> Result<Vec<u8>, FieldFault> {
        decoded(self.text.unwrap_or_default(), self.encoding.as_deref())
    }
}

fn decoded(text: String, encoding: Option<&str>) -> Result<Vec<u8>, FieldFault> {
    if !encoding.is_some_and(|encoding| encoding.eq_ignore_ascii_case("base64")) {
        return Ok(text.into_bytes());
    }
    STANDARD
        .decode(text)
        .map_err(|error| Fault::Base64(error.to_string()).at("text"))
}

fn form(params: &[Param]) -> String {
    let encoded = |text: &str| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
    let pairs: Vec<String> = params
        .iter()
        .map(|param| {
            let value = param.value.as_deref().unwrap_or_default();
            format!("{}={}", encoded(&param.name), encoded(value))
        })
        .collect();
    pairs.join("&")
}
