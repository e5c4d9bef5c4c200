//! Reading the plugin configuration: JSON, every field checked, nothing guessed.

use serde_json::{Map, Value};

use crate::condition::{Condition, Subject, Test};
use crate::rule::{Operation, Rule};

/// The rules, by the message they are for.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Configuration {
    pub request: Vec<Rule>,
    pub response: Vec<Rule>,
    /// Whether any rule has a condition on the path.
    pub asks_for_path: bool,
}

type Object = Map<String, Value>;

/// What is wrong, where, and what would be right.
type Refusal = String;

impl Configuration {
    pub fn parse(bytes: &[u8]) -> Result<Self, Refusal> {
        if bytes.is_empty() {
            return Err("it is empty; give {\"rules\": [...]}".into());
        }
        let value: Value =
            serde_json::from_slice(bytes).map_err(|error| format!("not JSON: {error}"))?;
        let root = object(&value, "configuration")?;
        only(root, "configuration", &["rules"])?;
        let Some(Value::Array(rules)) = root.get("rules") else {
            return Err("rules: give an array of rules".into());
        };
        let mut configuration = Self::default();
        for (index, value) in rules.iter().enumerate() {
            configuration.push(value, &format!("rules[{index}]"))?;
        }
        Ok(configuration)
    }

    /// Whether a rule writes headers to the log at this level.
    pub fn logs_at(&self, level: log::Level) -> bool {
        let mut rules = self.request.iter().chain(&self.response);
        rules.any(|rule| rule.operation == Operation::Log(level))
    }

    fn push(&mut self, value: &Value, place: &str) -> Result<(), Refusal> {
        let fields = object(value, place)?;
        let rule = Rule {
            operation: operation(fields, place)?,
            condition: condition(fields, place)?,
        };
        let subject = rule.condition.as_ref().map(|condition| &condition.subject);
        self.asks_for_path |= subject == Some(&Subject::Path);
        match text(fields, place, "on")? {
            "request" => self.request.push(rule),
            "response" => self.response.push(rule),
            other => return Err(format!("{place}.on: '{other}'; use request or response")),
        }
        Ok(())
    }
}

fn operation(fields: &Object, place: &str) -> Result<Operation, Refusal> {
    let kind = text(fields, place, "op")?;
    let allowed: &[&str] = match kind {
        "log" => &["on", "op", "when", "level"],
        "remove" => &["on", "op", "when", "name"],
        "add" | "set" | "append" => &["on", "op", "when", "name", "value"],
        other => {
            return Err(format!(
                "{place}.op: '{other}'; use log, add, set, append or remove"
            ))
        }
    };
    only(fields, place, allowed)?;
    if kind == "log" {
        return Ok(Operation::Log(level(text(fields, place, "level")?, place)?));
    }
    let name = header_name(text(fields, place, "name")?, &format!("{place}.name"))?;
    if kind == "remove" {
        return Ok(Operation::Remove { name });
    }
    let value = header_value(text(fields, place, "value")?, &format!("{place}.value"))?;
    Ok(match kind {
        "add" => Operation::Add { name, value },
        "set" => Operation::Set { name, value },
        _ => Operation::Append { name, value },
    })
}

fn condition(fields: &Object, place: &str) -> Result<Option<Condition>, Refusal> {
    let Some(value) = fields.get("when") else {
        return Ok(None);
    };
    let place = format!("{place}.when");
    let when = object(value, &place)?;
    if let Some(tests) = when.get("path") {
        only(when, &place, &["path"])?;
        let place = format!("{place}.path");
        let tests = object(tests, &place)?;
        let test = test(tests, &place, &[])?;
        return match test {
            Test::Present(_) => Err(format!(
                "{place}: a path is always present; use equals, prefix or contains"
            )),
            test => Ok(Some(Condition {
                subject: Subject::Path,
                test,
            })),
        };
    }
    let name = header_name(text(when, &place, "header")?, &format!("{place}.header"))?;
    let test = test(when, &place, &["header"])?;
    Ok(Some(Condition {
        subject: Subject::Header(name),
        test,
    }))
}

/// The one test among the fields, the `beside` ones left aside.
fn test(fields: &Object, place: &str, beside: &[&str]) -> Result<Test, Refusal> {
    let mut tests = fields
        .iter()
        .filter(|(name, _)| !beside.contains(&name.as_str()));
    let (Some((name, value)), None) = (tests.next(), tests.next()) else {
        return Err(format!(
            "{place}: give exactly one of present, equals, prefix, contains"
        ));
    };
    match (name.as_str(), value) {
        ("present", Value::Bool(wanted)) => Ok(Test::Present(*wanted)),
        ("equals", Value::String(text)) => Ok(Test::Equals(text.clone())),
        ("prefix", Value::String(text)) => Ok(Test::Prefix(text.clone())),
        ("contains", Value::String(text)) => Ok(Test::Contains(text.clone())),
        ("present", _) => Err(format!("{place}.present: give true or false")),
        ("equals" | "prefix" | "contains", _) => Err(format!("{place}.{name}: give a string")),
        _ => Err(format!(
            "{place}.{name}: unknown; use present, equals, prefix or contains"
        )),
    }
}

fn level(text: &str, place: &str) -> Result<log::Level, Refusal> {
    Ok(match text {
        "trace" => log::Level::Trace,
        "debug" => log::Level::Debug,
        "info" => log::Level::Info,
        "warn" => log::Level::Warn,
        "error" => log::Level::Error,
        other => {
            return Err(format!(
                "{place}.level: '{other}'; use trace, debug, info, warn or error"
            ))
        }
    })
}

fn object<'a>(value: &'a Value, place: &str) -> Result<&'a Object, Refusal> {
    value
        .as_object()
        .ok_or_else(|| format!("{place}: give an object"))
}

fn text<'a>(fields: &'a Object, place: &str, name: &str) -> Result<&'a str, Refusal> {
    match fields.get(name) {
        Some(Value::String(text)) => Ok(text),
        Some(_) => Err(format!("{place}.{name}: give a string")),
        None => Err(format!("{place}.{name}: missing")),
    }
}

/// Refuses misspelt fields, which would otherwise do nothing in silence.
fn only(fields: &Object, place: &str, allowed: &[&str]) -> Result<(), Refusal> {
    match fields.keys().find(|name| !allowed.contains(&name.as_str())) {
        Some(name) => Err(format!(
            "{place}.{name}: unknown; use {}",
            allowed.join(", ")
        )),
        None => Ok(()),
    }
}

/// A field name (RFC 9110, section 5.1) in lower case. Pseudo-headers are none.
fn header_name(text: &str, place: &str) -> Result<String, Refusal> {
    let token = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    if text.is_empty() || !text.bytes().all(token) {
        return Err(format!("{place}: '{text}' is not a header name"));
    }
    Ok(text.to_ascii_lowercase())
}

fn header_value(text: &str, place: &str) -> Result<String, Refusal> {
    if text.contains(['\r', '\n', '\0']) {
        return Err(format!(
            "{place}: a header value has no line breaks and no NUL"
        ));
    }
    Ok(text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(rule: &str) -> String {
        Configuration::parse(format!("{{\"rules\":[{rule}]}}").as_bytes()).unwrap_err()
    }

    #[test]
    fn reads_the_configuration_of_the_workload() {
        let configuration = Configuration::parse(include_bytes!("../../config.json")).unwrap();
        assert_eq!(
            configuration.request.len() + configuration.response.len(),
            24
        );
        assert!(configuration.asks_for_path);
        assert!(configuration.logs_at(log::Level::Debug));
    }

    #[test]
    fn reads_names_in_any_case() {
        let rule = br#"{"rules":[{"on":"response","op":"remove","name":"Content-Length"}]}"#;
        let configuration = Configuration::parse(rule).unwrap();
        let operation = Operation::Remove {
            name: "content-length".into(),
        };
        assert_eq!(
            configuration.response,
            [Rule {
                operation,
                condition: None
            }]
        );
    }

    #[test]
    fn names_the_place_and_the_remedy() {
        for (rule, expected) in [
            (r#"1"#, "rules[0]: give an object"),
            (r#"{"op":"log","level":"debug"}"#, "rules[0].on: missing"),
            (
                r#"{"on":"both","op":"log","level":"debug"}"#,
                "rules[0].on: 'both'; use request or response",
            ),
            (
                r#"{"on":"request","op":"drop"}"#,
                "rules[0].op: 'drop'; use log, add, set, append or remove",
            ),
            (
                r#"{"on":"request","op":"log","level":"loud"}"#,
                "rules[0].level: 'loud'",
            ),
            (
                r#"{"on":"request","op":"add","name":"a"}"#,
                "rules[0].value: missing",
            ),
            (
                r#"{"on":"request","op":"add","name":"a","value":1}"#,
                "rules[0].value: give a string",
            ),
            (
                r#"{"on":"request","op":"add","name":"a","value":"b\nc"}"#,
                "rules[0].value: a header value",
            ),
            (
                r#"{"on":"request","op":"remove","name":":path"}"#,
                "rules[0].name: ':path' is not",
            ),
            (
                r#"{"on":"request","op":"remove","name":""}"#,
                "rules[0].name: '' is not",
            ),
            (
                r#"{"on":"request","op":"remove","name":"a","value":"b"}"#,
                "rules[0].value: unknown; use",
            ),
            (
                r#"{"on":"request","op":"remove","name":"a","when":[]}"#,
                "rules[0].when: give an object",
            ),
            (
                r#"{"on":"request","op":"remove","name":"a","when":{}}"#,
                "rules[0].when.header: missing",
            ),
            (
                r#"{"on":"request","op":"remove","name":"a","when":{"header":"b"}}"#,
                "rules[0].when: give exactly one",
            ),
            (
                r#"{"on":"request","op":"remove","name":"a","when":{"header":"b","like":"c"}}"#,
                "rules[0].when.like: unknown",
            ),
            (
                r#"{"on":"request","op":"remove","name":"a","when":{"header":"b","present":"c"}}"#,
                "rules[0].when.present: give true or false",
            ),
            (
                r#"{"on":"request","op":"remove","name":"a","when":{"path":{"present":true}}}"#,
                "rules[0].when.path: a path is always present",
            ),
            (
                r#"{"on":"request","op":"remove","name":"a","when":{"path":{"prefix":"/"},"header":"b"}}"#,
                "rules[0].when.header: unknown",
            ),
        ] {
            let refusal = refusal(rule);
            assert!(refusal.starts_with(expected), "{rule}: {refusal}");
        }
    }

    #[test]
    fn refuses_what_is_no_configuration() {
        for (bytes, expected) in [
            (&b""[..], "it is empty"),
            (b"{", "not JSON"),
            (b"\xff\xfe", "not JSON"),
            (b"[]", "configuration: give an object"),
            (b"{}", "rules: give an array"),
            (b"{\"rules\":{}}", "rules: give an array"),
            (b"{\"rules\":[],\"rule\":[]}", "configuration.rule: unknown"),
        ] {
            let refusal = Configuration::parse(bytes).unwrap_err();
            assert!(refusal.starts_with(expected), "{refusal}");
        }
    }

    #[test]
    fn deep_nesting_is_refused_not_a_crash() {
        let bytes = "[".repeat(100_000);
        assert!(Configuration::parse(bytes.as_bytes())
            .unwrap_err()
            .starts_with("not JSON"));
    }
}
