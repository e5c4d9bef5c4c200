//! What somebody may have meant.

use crate::catalogue::catalogue;

/// The id that is nearest to what was typed, and all there are.
pub(crate) fn suggestion(typed: &str) -> String {
    let ids = || catalogue().iter().map(|entry| entry.id.as_str());
    let known = ids().collect::<Vec<_>>().join(", ");
    let nearest = ids().max_by(|left, right| {
        strsim::jaro_winkler(typed, left).total_cmp(&strsim::jaro_winkler(typed, right))
    });
    match nearest {
        Some(nearest) => format!("did you mean {nearest}? Known are {known}"),
        None => "none is built in".to_owned(),
    }
}
