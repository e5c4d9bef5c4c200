//! A rule: one operation on one message's headers, always or on a condition.

use crate::condition::Condition;
use crate::headers::Headers;

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Operation {
    /// Write every header to the log.
    Log(log::Level),
    Add {
        name: String,
        value: String,
    },
    Set {
        name: String,
        value: String,
    },
    Append {
        name: String,
        value: String,
    },
    Remove {
        name: String,
    },
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    pub operation: Operation,
    pub condition: Option<Condition>,
}

/// Applies the rules in order; each sees what those before it did.
pub fn apply(rules: &[Rule], message: &str, headers: &mut impl Headers, path: &[u8]) {
    for rule in rules {
        let condition = rule.condition.as_ref();
        if condition.is_none_or(|condition| condition.holds(headers, path)) {
            rule.operation.run(message, headers);
        }
    }
}

impl Operation {
    fn run(&self, message: &str, headers: &mut impl Headers) {
        match self {
            Self::Log(level) => write_to_log(*level, message, headers),
            Self::Add { name, value } => headers.add(name, value),
            Self::Set { name, value } => headers.set(name, value.as_bytes()),
            Self::Remove { name } => headers.remove(name),
            Self::Append { name, value } => {
                let mut whole = headers.value(name).unwrap_or_default();
                if !whole.is_empty() {
                    whole.extend_from_slice(b", ");
                }
                whole.extend_from_slice(value.as_bytes());
                headers.set(name, &whole);
            }
        }
    }
}

fn write_to_log(level: log::Level, message: &str, headers: &impl Headers) {
    // Fetching the headers is most of the work: not for a log nobody keeps.
    if level > log::max_level() {
        return;
    }
    for (name, value) in headers.all() {
        log::log!(
            level,
            "{message} {name}: {}",
            String::from_utf8_lossy(&value)
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::condition::{Subject, Test};
    use crate::headers::list::List;

    fn run(operation: Operation, headers: &[(&str, &str)]) -> List {
        let mut list = List::new(headers);
        let rule = Rule {
            operation,
            condition: None,
        };
        apply(&[rule], "request", &mut list, b"/");
        list
    }

    fn pair() -> (String, String) {
        ("via".into(), "edge".into())
    }

    #[test]
    fn add_keeps_what_is_there_and_set_does_not() {
        let before = [("via", "a"), ("via", "b"), ("accept", "c")];
        let (name, value) = pair();
        let added = run(Operation::Add { name, value }, &before);
        assert_eq!(
            added.pairs(),
            [("via", "a"), ("via", "b"), ("accept", "c"), ("via", "edge")]
        );
        let (name, value) = pair();
        let set = run(Operation::Set { name, value }, &before);
        assert_eq!(set.pairs(), [("accept", "c"), ("via", "edge")]);
    }

    #[test]
    fn append_joins_creates_and_fills_an_empty_value() {
        for (before, after) in [
            (vec![("via", "a"), ("via", "b")], "a, b, edge"),
            (vec![], "edge"),
            (vec![("via", "")], "edge"),
        ] {
            let (name, value) = pair();
            let appended = run(Operation::Append { name, value }, &before);
            assert_eq!(appended.pairs(), [("via", after)]);
        }
    }

    #[test]
    fn remove_takes_every_value() {
        let removed = run(
            Operation::Remove { name: "via".into() },
            &[("via", "a"), ("via", "b")],
        );
        assert!(removed.pairs().is_empty());
    }

    #[test]
    fn a_rule_sees_the_work_of_those_before_it() {
        let condition = Condition {
            subject: Subject::Header("a".into()),
            test: Test::Present(true),
        };
        let rules = [
            Rule {
                operation: Operation::Add {
                    name: "a".into(),
                    value: "1".into(),
                },
                condition: None,
            },
            Rule {
                operation: Operation::Add {
                    name: "b".into(),
                    value: "2".into(),
                },
                condition: Some(condition),
            },
        ];
        let mut list = List::new(&[]);
        apply(&rules, "request", &mut list, b"/");
        assert_eq!(list.pairs(), [("a", "1"), ("b", "2")]);
    }
}
