//! What the engine would find wrong without saying where, or not tell at all.

use zentinel_modsec::operators::{compile_operator, RxOperator};
use zentinel_modsec::parser::{Action, OperatorName, SecRule, Selection};
use zentinel_modsec::transformations::create_transformation;
use zentinel_modsec::Error;

use super::engine_error::explained;
use super::pattern;
use super::place::{Place, Refusal};

/// Brings patterns into the engine's syntax and checks what it would otherwise
/// find wrong without a place, or not tell at all.
pub fn check(rule: &mut SecRule, place: &Place) -> Result<(), Refusal> {
    let malformed = |reason| Refusal::malformed(place, reason);
    let pattern = |error: Error| Refusal::unsupported(place, explained(error));
    check_transformations(&rule.actions).map_err(malformed)?;
    if rule.operator.name == OperatorName::Rx {
        if rule.operator.argument.is_empty() {
            return Err(malformed("@rx: the pattern is empty".into()));
        }
        rule.operator.argument = pattern::translated(&rule.operator.argument);
        RxOperator::new(&rule.operator.argument).map_err(pattern)?;
    } else {
        compile_operator(&rule.operator).map_err(|error| malformed(explained(error)))?;
    }
    for variable in &rule.variables {
        let selected = match &variable.selection {
            Some(Selection::Regex(pattern)) => Some(pattern.as_str()),
            _ => None,
        };
        let excluded = variable.exclusions.iter().filter_map(|excluded| {
            let key = excluded.split_once(':')?.1;
            key.strip_prefix('/')?.strip_suffix('/')
        });
        for key in selected.into_iter().chain(excluded) {
            RxOperator::new(key).map_err(pattern)?;
        }
    }
    Ok(())
}

/// Whether the engine has every transformation that is named.
pub fn check_transformations(actions: &[Action]) -> Result<(), String> {
    let mut names = actions.iter().filter_map(|action| match action {
        Action::Transformation(name) => Some(name),
        _ => None,
    });
    let checked = names.try_for_each(|name| create_transformation(name).map(drop));
    checked.map_err(explained)
}
