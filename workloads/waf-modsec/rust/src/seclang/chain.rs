//! Chains as ModSecurity runs them. The engine holds back the first rule's
//! actions until the whole chain has matched and drops those of all the others;
//! ModSecurity sets variables as soon as the rule that sets them has matched.

use zentinel_modsec::parser::{Action, DataAction, DisruptiveAction, FlowAction, SecRule};

use super::place::{Place, Refusal};

/// A rule, or the rules of a chain so far.
pub struct Chain {
    pub rules: Vec<SecRule>,
    pub place: Place,
    pub refusal: Option<Refusal>,
}

/// Actions that ModSecurity takes only from the first rule of a chain.
pub fn forbidden_in_a_chain(written: &[(String, String)]) -> Option<String> {
    const FIRST_ONLY: [&str; 12] = [
        "id",
        "phase",
        "deny",
        "drop",
        "pass",
        "allow",
        "block",
        "redirect",
        "skip",
        "skipafter",
        "status",
        "msg",
    ];
    let mut names = written.iter().map(|(name, _)| name.as_str());
    let name = names.find(|name| FIRST_ONLY.contains(name))?;
    Some(format!("{name}: only the first rule of a chain may say it"))
}

/// The rules to give the engine for one chain (or one rule alone): the chain
/// with what its last rule does moved to its first, and before it a shorter
/// chain for each earlier rule that sets variables.
pub fn arranged(mut rules: Vec<SecRule>) -> Vec<SecRule> {
    if rules.len() < 2 {
        return rules;
    }
    let last = rules.len() - 1;
    let mut arranged = Vec::with_capacity(rules.len());
    for link in 0..last {
        let effects = taken_effects(&mut rules[link].actions);
        if effects.is_empty() {
            continue;
        }
        let mut shorter = rules[..=link].to_vec();
        shorter[0].actions.retain(|action| !is_decision(action));
        shorter[0]
            .actions
            .push(Action::Disruptive(DisruptiveAction::Pass));
        shorter[0].actions.extend(effects);
        shorter[link].actions.retain(|action| !is_chain(action));
        arranged.extend(shorter);
    }
    let effects = taken_effects(&mut rules[last].actions);
    rules[0].actions.extend(effects);
    arranged.extend(rules);
    arranged
}

/// Takes the actions out that change the transaction and decide nothing.
fn taken_effects(actions: &mut Vec<Action>) -> Vec<Action> {
    let is_effect = |action: &Action| {
        matches!(
            action,
            Action::Data(DataAction::SetVar(_)) | Action::Control(_)
        )
    };
    let effects = actions.iter().filter(|action| is_effect(action)).cloned();
    let effects = effects.collect();
    actions.retain(|action| !is_effect(action));
    effects
}

fn is_chain(action: &Action) -> bool {
    matches!(action, Action::Flow(FlowAction::Chain))
}

/// What only the whole chain may do.
fn is_decision(action: &Action) -> bool {
    matches!(
        action,
        Action::Disruptive(_) | Action::Flow(FlowAction::Skip(_) | FlowAction::SkipAfter(_))
    )
}

#[cfg(test)]
mod tests {
    use crate::seclang::RuleSet;

    /// Whether a request for this target is denied.
    fn denied(rules: &str, target: &str) -> bool {
        let rules = RuleSet::load(rules).expect("sound rules");
        let mut transaction = rules.engine.new_transaction();
        transaction
            .process_uri(target, "GET", "HTTP/1.1")
            .expect("a target");
        transaction.process_request_headers().expect("phase 1");
        transaction.has_intervention()
    }

    #[test]
    fn the_last_rule_of_a_chain_sets_variables() {
        let rules = r#"
            SecRule ARGS:a "@streq 1" "id:1,phase:1,pass,chain"
            SecRule ARGS:b "@streq 2" "setvar:tx.both=1"
            SecRule TX:both "@eq 1" "id:2,phase:1,deny"
        "#;
        assert!(denied(rules, "/?a=1&b=2"));
        assert!(!denied(rules, "/?a=1&b=3"));
    }

    #[test]
    fn an_earlier_rule_sets_variables_for_later_ones() {
        let rules = r#"
            SecRule ARGS:a "@rx ^." "id:1,phase:1,deny,setvar:tx.wanted=2,chain"
            SecRule ARGS:b "@streq %{tx.wanted}"
        "#;
        assert!(denied(rules, "/?a=1&b=2"));
        assert!(!denied(rules, "/?a=1&b=1") && !denied(rules, "/?b=2"));
    }

    #[test]
    fn a_middle_rule_counts_once_and_even_when_the_chain_fails() {
        let rules = r#"
            SecRule ARGS:a "@streq 1" "id:1,phase:1,deny,chain"
            SecRule ARGS:b "@streq 2" "setvar:tx.n=+1,chain"
            SecRule ARGS:c "@streq 3"
            SecRule TX:n "@eq 1" "id:2,phase:1,deny"
        "#;
        assert!(denied(rules, "/?a=1&b=2"));
        assert!(!denied(rules, "/?a=1") && !denied(rules, "/?a=1&c=3"));
    }
}
