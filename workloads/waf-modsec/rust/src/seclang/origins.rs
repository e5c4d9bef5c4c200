//! Where the rules come from, by their ids.

use std::collections::HashMap;

use zentinel_modsec::parser::{Action, DisruptiveAction};

use super::actions;
use super::place::{Place, Refusal};

/// A rule as its author wrote it.
#[derive(Debug, Clone)]
pub struct Origin {
    pub message: String,
    /// The status of its answer.
    pub status: u16,
    /// Whether it denies, rather than only counting.
    pub denies: bool,
    pub place: Place,
}

/// By the rule's id as the engine writes it.
pub type Origins = HashMap<String, Origin>;

/// Notes a rule, whose id must be its own.
pub fn note(
    origins: &mut Origins,
    id: Option<u64>,
    actions: &[Action],
    written: &[(String, String)],
    place: &Place,
) -> Result<(), Refusal> {
    let refused = |reason: String| Err(Refusal::malformed(place, reason));
    let Some(id) = id else {
        return refused("the rule has no id".into());
    };
    let phase = actions::value(written, "phase").unwrap_or("2");
    if !matches!(phase, "1" | "2" | "3" | "4" | "5") {
        return refused(format!("phase:{phase}: use 1 to 5"));
    }
    let status = match actions::value(written, "status").map(str::parse) {
        None => 403,
        Some(Ok(status @ 200..=599)) => status,
        Some(_) => return refused("status: use 200 to 599".into()),
    };
    let denies = actions.iter().any(|action| {
        use DisruptiveAction::{Block, Deny, Redirect};
        matches!(action, Action::Disruptive(Deny | Block | Redirect(_)))
    });
    let origin = Origin {
        message: actions::value(written, "msg")
            .unwrap_or_default()
            .to_owned(),
        status,
        denies,
        place: place.clone(),
    };
    match origins.insert(id.to_string(), origin) {
        None => Ok(()),
        Some(first) => refused(format!("id:{id} is given at {} already", first.place)),
    }
}
