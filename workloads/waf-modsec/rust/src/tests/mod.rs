//! The rules held to traffic and to the Core Rule Set, natively.

mod core_rule_set;
mod exchange;
mod traffic;

use std::rc::Rc;

use crate::seclang::RuleSet;

/// The workload's own rules.
fn own_rules() -> Rc<RuleSet> {
    rules(include_str!("../../../rules.conf"))
}

fn rules(text: &str) -> Rc<RuleSet> {
    match RuleSet::load(text) {
        Ok(rules) => Rc::new(rules),
        Err(refusals) => {
            let refusals: Vec<String> = refusals.iter().map(ToString::to_string).collect();
            panic!("{}", refusals.join("\n"));
        }
    }
}
