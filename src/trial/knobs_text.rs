//! Knobs in a trial's description: as their text.

use host_core::Knobs;
use serde::{Deserialize as _, Deserializer, Serializer, de};

pub(super) fn serialize<S: Serializer>(knobs: &Knobs, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(knobs)
}

pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Knobs, D::Error> {
    let text = String::deserialize(deserializer)?;
    text.parse().map_err(de::Error::custom)
}
