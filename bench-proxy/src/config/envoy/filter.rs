//! Filters in any of the forms that they have had.

use super::super::field::Field;
use super::super::plugin::{Defaults, plugin};
use super::super::{ConfigError, PluginConfig};

/// The end of a type's name: `Wasm` of `type.googleapis.com/envoy...v3.Wasm`.
pub(super) fn kind_of(filter: &Field<'_>) -> Result<String, ConfigError> {
    let Some(config) = filter.get("typed_config")? else {
        return Ok(String::new());
    };
    let mut kind = config.text_or_empty("@type")?;
    if kind.ends_with("TypedStruct") {
        kind = config.text_or_empty("type_url")?;
    }
    Ok(kind
        .rsplit(['/', '.'])
        .next()
        .unwrap_or_default()
        .to_owned())
}

/// Notes a filter that this proxy does not have.
pub(super) fn left_out(filter: &Field<'_>) -> Result<(), ConfigError> {
    let name = filter.text_or_empty("name")?;
    filter.note(&format!("filter `{name}` is left out"));
    Ok(())
}

/// The message of a filter's type, whether it stands there itself or in a `TypedStruct`.
pub(super) fn message<'a>(filter: &Field<'a>) -> Result<Option<Field<'a>>, ConfigError> {
    let Some(typed) = filter.get("typed_config")? else {
        return filter.get("config");
    };
    if !typed.text_or_empty("@type")?.ends_with("TypedStruct") {
        return Ok(Some(typed));
    }
    typed.only(&["@type", "type_url", "value"])?;
    typed.need("value").map(Some)
}

/// The plugin of a filter, when it is one of Envoy's Wasm filters.
pub(super) fn wasm(
    filter: &Field<'_>,
    defaults: Defaults<'_>,
) -> Result<Option<PluginConfig>, ConfigError> {
    let kind = kind_of(filter)?;
    let old = filter.text_or_empty("name")?.ends_with(".wasm");
    let known: &[&str] = match kind.as_str() {
        "Wasm" => &["@type", "config"],
        "WasmService" => &["@type", "config", "singleton"],
        _ if old && filter.get("config")?.is_some() => &["config"],
        _ => return Ok(None),
    };
    let Some(message) = message(filter)? else {
        return Ok(None);
    };
    // The oldest form has the plugin's fields themselves.
    let config = match message.get("config")? {
        Some(config) => {
            message.only(known)?;
            config
        }
        None if kind.is_empty() => message,
        None => message.need("config")?,
    };
    plugin(&config, defaults).map(Some)
}
