//! The action list of a rule: as it is written, and what the engine keeps of it.

use zentinel_modsec::parser::{Action, DataAction, MetadataAction};

use super::support;

/// Name and value of each action, the value without quotes around it. The
/// engine's parser replaces some actions by others; the text says all.
pub fn written(text: &str) -> Vec<(String, String)> {
    let mut actions = Vec::new();
    let mut push = |action: &str| {
        let action = action.trim();
        if !action.is_empty() {
            let (name, value) = action.split_once(':').unwrap_or((action, ""));
            let value = value.trim().trim_matches('\'');
            actions.push((name.trim().to_ascii_lowercase(), value.to_owned()));
        }
    };
    let (mut start, mut quoted, mut escaped) = (0, false, false);
    for (at, character) in text.char_indices() {
        match character {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '\'' => quoted = !quoted,
            ',' if !quoted => {
                push(&text[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    push(&text[start..]);
    actions
}

/// The value of the last action of this name.
pub fn value<'a>(actions: &'a [(String, String)], name: &str) -> Option<&'a str> {
    let mut named = actions.iter().rev().filter(|(given, _)| given == name);
    named.next().map(|(_, value)| value.as_str())
}

/// Leaves the actions that the engine acts on. It copies all actions for every
/// transaction, so the texts that only a log would show are dear.
pub fn strip(actions: &mut Vec<Action>) {
    actions.retain(|action| match action {
        Action::Disruptive(_) | Action::Flow(_) | Action::Transformation(_) => true,
        Action::Control(control) => !support::is_idle(&control.directive),
        Action::Metadata(metadata) => {
            matches!(metadata, MetadataAction::Id(_) | MetadataAction::Phase(_))
        }
        Action::Data(data) => matches!(data, DataAction::SetVar(_)),
        Action::Logging(_) => false,
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commas_in_quotes_separate_nothing() {
        let list = written("id:1, phase:2,msg:'a, b:c',t:none,setvar:'tx.a=+%{tx.b}',Deny");
        let names: Vec<&str> = list.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["id", "phase", "msg", "t", "setvar", "deny"]);
        assert_eq!(value(&list, "msg"), Some("a, b:c"));
        assert_eq!(value(&list, "setvar"), Some("tx.a=+%{tx.b}"));
        assert_eq!(value(&list, "status"), None);
    }
}
