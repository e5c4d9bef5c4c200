//! Places that rules skip to.

use std::collections::{HashMap, HashSet};

use zentinel_modsec::error::SourceLocation;
use zentinel_modsec::parser::{Action, DisruptiveAction, FlowAction, MetadataAction, SecAction};

use super::place::{Place, Refusal};

/// The markers there are, and who wants them.
#[derive(Default)]
pub struct Markers {
    known: HashSet<String>,
    /// Markers that rules skip to.
    wanted: Vec<(String, Place)>,
    /// Where the last rule of each phase skips to, if it does.
    last_skips: HashMap<u8, String>,
}

impl Markers {
    /// Notes the markers that a rule of this phase skips to. `actions` are those of a
    /// chain's first rule, which alone may skip.
    pub fn note_skips(&mut self, actions: &[Action], phase: u8, place: &Place) {
        self.last_skips.remove(&phase);
        for action in actions {
            if let Action::Flow(FlowAction::SkipAfter(marker)) = action {
                self.wanted.push((marker.clone(), place.clone()));
                self.last_skips.insert(phase, marker.clone());
            }
        }
    }

    /// Notes a marker. Answers the idle actions that belong between it and rules right before it
    /// that skip to it: the engine jumps forward only, takes such a marker for one behind it and
    /// skips the rest of the phase.
    pub fn note(&mut self, marker: &str) -> Vec<SecAction> {
        self.known.insert(marker.to_owned());
        let mut phases: Vec<u8> = self
            .last_skips
            .iter()
            .filter(|(_, to)| *to == marker)
            .map(|(phase, _)| *phase)
            .collect();
        phases.sort_unstable();
        phases
            .into_iter()
            .map(|phase| {
                self.last_skips.remove(&phase);
                let actions = vec![
                    Action::Metadata(MetadataAction::Phase(phase)),
                    Action::Disruptive(DisruptiveAction::Pass),
                ];
                SecAction {
                    actions,
                    location: SourceLocation::default(),
                }
            })
            .collect()
    }

    /// Skips to markers that there are not.
    pub fn missing(&self) -> Vec<Refusal> {
        let missing = self.wanted.iter();
        missing
            .filter(|(marker, _)| !self.known.contains(marker))
            .map(|(marker, place)| {
                Refusal::malformed(
                    place,
                    format!("skipAfter:{marker}: there is no such SecMarker"),
                )
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use crate::seclang::RuleSet;

    #[test]
    fn a_rule_may_skip_to_a_marker_right_behind_it() {
        let rules = "SecAction \"id:1,phase:1,pass,skipAfter:END\"\nSecMarker END\n\
            SecRule ARGS:a \"@streq 1\" \"id:2,phase:1,deny\"\n";
        let rules = RuleSet::load(rules).unwrap_or_else(|refusals| panic!("{refusals:?}"));
        let mut transaction = rules.engine.new_transaction();
        transaction
            .process_uri("/?a=1", "GET", "HTTP/1.1")
            .expect("a target");
        transaction.process_request_headers().expect("phase 1");
        assert!(transaction.has_intervention());
    }
}
