//! Patterns that the engine builds when they are first used.

use zentinel_modsec::engine::phase::Phase;
use zentinel_modsec::CompiledRuleset;

use super::origins::Origins;
use super::place::{Place, Refusal};
use crate::complaints;

/// Has the engine build every pattern now rather than while a request waits.
pub fn warmed(rules: &CompiledRuleset, origins: &Origins) -> Vec<Refusal> {
    let mut place = Place::whole();
    let mut refusals: Vec<Refusal> = heard(&place);
    for phase in Phase::ALL {
        for rule in rules.rules_for_phase(phase) {
            let origin = rule.id.as_ref().and_then(|id| origins.get(id));
            // Later rules of a chain have no id: the first one's place will do.
            place = origin.map_or(place, |origin| origin.place.clone());
            if !rule.operator_spec.argument.contains("%{") {
                rule.operator.execute("");
            }
            refusals.extend(heard(&place));
        }
    }
    refusals
}

fn heard(place: &Place) -> Vec<Refusal> {
    let complaints = complaints::taken().into_iter();
    complaints
        .map(|reason| Refusal::malformed(place, reason))
        .collect()
}
