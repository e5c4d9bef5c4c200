//! What the engine reads without complaint and then does not do, or does in
//! another way than ModSecurity. Each is refused with the reason.

use zentinel_modsec::parser::{
    Action, DataAction, FlowAction, OperatorName, SecRule, Selection, SetVarSpec, SetVarValue,
    VariableName, VariableSpec, XmlTarget,
};

use super::lines::shortened;

/// Takes the actions out that a rule can do without and still decide as it would,
/// or a little less often: what outlives a transaction, and `multiMatch`. Answers
/// what was taken.
pub fn take_dispensable(
    actions: &mut Vec<Action>,
    written: &mut Vec<(String, String)>,
) -> Vec<String> {
    let mut taken = Vec::new();
    written.retain(|(name, value)| {
        let collection = value
            .trim_start_matches('!')
            .split('.')
            .next()
            .unwrap_or_default();
        let dispensable = match name.as_str() {
            "deprecatevar" | "expirevar" | "initcol" | "multimatch" | "setsid" | "setuid" => true,
            "setvar" => value.contains('.') && !collection.eq_ignore_ascii_case("tx"),
            _ => false,
        };
        if dispensable {
            taken.push(name.clone());
        }
        !dispensable
    });
    actions.retain(|action| match action {
        Action::Data(DataAction::SetVar(spec)) => spec.collection.eq_ignore_ascii_case("tx"),
        Action::Data(DataAction::InitCol { .. } | DataAction::ExpireVar { .. }) => false,
        Action::Flow(FlowAction::MultiMatch) => false,
        _ => true,
    });
    taken.dedup();
    taken
}

/// Why the engine cannot run this rule, if it cannot. `written` are its actions
/// as the text has them.
pub fn of_rule(rule: &SecRule, written: &[(String, String)]) -> Option<String> {
    rule.variables
        .iter()
        .find_map(of_variable)
        .or_else(|| of_operator(rule.operator.name, &rule.operator.argument))
        .or_else(|| of_actions(&rule.actions, written))
}

/// [`of_rule`] for a `SecAction`.
pub fn of_actions(actions: &[Action], written: &[(String, String)]) -> Option<String> {
    written
        .iter()
        .find_map(|(name, value)| of_written(name, value))
        .or_else(|| actions.iter().find_map(of_action))
}

fn of_variable(variable: &VariableSpec) -> Option<String> {
    let name = variable.name;
    if name == VariableName::ResponseStatus {
        return Some("RESPONSE_STATUS: the engine has no way to be told the status".into());
    }
    if !name.is_implemented() {
        return Some(format!("the engine has no value for {name:?}"));
    }
    match &variable.selection {
        Some(_) if name == VariableName::Xml => {
            XmlTarget::from_selection(variable.selection.as_ref())
                .is_none()
                .then(|| "of XML only XML:/* and XML://@* are supported".into())
        }
        Some(Selection::Key(key)) if name == VariableName::Tx && is_group(key) => Some(format!(
            "TX:{key}: the engine does not keep what a pattern captured"
        )),
        _ => None,
    }
}

fn of_operator(name: OperatorName, argument: &str) -> Option<String> {
    match name {
        OperatorName::PmFromFile
        | OperatorName::Pmf
        | OperatorName::IpMatchFromFile
        | OperatorName::IpMatchF => Some(
            "a filter has no file system; scripts/crs-config puts lists into the configuration"
                .into(),
        ),
        OperatorName::VerifyCc
        | OperatorName::VerifySsn
        | OperatorName::VerifyCpf
        | OperatorName::ValidateHash
        | OperatorName::ValidateDtd
        | OperatorName::ValidateSchema
        | OperatorName::Rbl
        | OperatorName::GeoLookup
        | OperatorName::GsbLookup
        | OperatorName::InspectFile
        | OperatorName::FuzzyHash
        | OperatorName::Rsub => Some(format!("the engine's @{name:?} never matches")),
        OperatorName::ContainsWord => Some("the engine's @containsWord ignores word limits".into()),
        // A brace in a pattern is a pattern's, not a macro's.
        OperatorName::Rx if argument.contains("%{") => {
            Some("macros in patterns are not supported".into())
        }
        _ => of_macros(argument),
    }
}

/// Actions that the engine's parser turns into others, as the text has them.
fn of_written(name: &str, value: &str) -> Option<String> {
    let reason = match name {
        "allow" if !value.is_empty() => "only allow without an argument is supported",
        "append" | "prepend" => "bodies are not changed",
        "deprecatevar" | "expirevar" | "initcol" | "setsid" | "setuid" => {
            "the engine keeps nothing from one transaction to the next"
        }
        "drop" => "a filter cannot drop a connection; use deny",
        "exec" => "a filter runs no programs",
        "multimatch" => "the engine tests a value only after all its transformations",
        "pause" => "the engine does not wait",
        "proxy" => "a filter cannot choose an upstream here",
        "xmlns" => "the engine has no XPath",
        "redirect" if value.contains("%{") => "macros in a URL are not supported",
        "t" if value.to_ascii_lowercase().starts_with("parity") => "the engine does not do it",
        "ctl" => return of_control(value),
        _ => return None,
    };
    Some(format!("{name}: {reason}"))
}

fn of_control(value: &str) -> Option<String> {
    let (name, value) = value.split_once('=').unwrap_or((value, ""));
    match name.trim().to_ascii_lowercase().as_str() {
        "ruleengine" | "ruleremovebyid" | "ruleremovetargetbyid" | "requestbodyaccess" => None,
        "requestbodyprocessor" => {
            let known = ["URLENCODED", "MULTIPART", "JSON", "XML"];
            let known = known
                .iter()
                .any(|name| name.eq_ignore_ascii_case(value.trim()));
            (!known).then(|| format!("ctl:requestBodyProcessor={value}: not supported"))
        }
        "forcerequestbodyvariable" if !value.trim().eq_ignore_ascii_case("on") => {
            Some("ctl:forceRequestBodyVariable: only On is supported".into())
        }
        name if is_idle(name) => None,
        other => Some(format!("ctl:{other}: the engine does not do it")),
    }
}

/// Whether a `ctl` changes nothing here: there is no audit log, and the variable
/// REQUEST_BODY is always there.
pub fn is_idle(control: &str) -> bool {
    ["auditEngine", "auditLogParts", "forceRequestBodyVariable"]
        .iter()
        .any(|idle| idle.eq_ignore_ascii_case(control.trim()))
}

fn of_action(action: &Action) -> Option<String> {
    match action {
        Action::Data(DataAction::SetVar(spec)) => of_setvar(spec),
        Action::Flow(FlowAction::SkipAfter(marker)) if marker.contains("%{") => {
            Some("macros in skipAfter are not supported".into())
        }
        _ => None,
    }
}

fn of_setvar(spec: &SetVarSpec) -> Option<String> {
    if !spec.collection.eq_ignore_ascii_case("tx") {
        let name = &spec.collection;
        return Some(format!("setvar:{name}: the engine sets only TX variables"));
    }
    if spec.key.contains("%{") {
        return Some(format!(
            "setvar:tx.{}: macros in names are not supported",
            spec.key
        ));
    }
    match &spec.value {
        SetVarValue::Macro(value) => of_macros(value),
        _ => None,
    }
}

/// The first macro that the engine would replace by nothing.
fn of_macros(text: &str) -> Option<String> {
    let mut rest = text;
    while let Some(start) = rest.find("%{") {
        rest = &rest[start + 2..];
        let Some(end) = rest.find('}') else {
            return Some(format!("a macro is not closed: {}", shortened(text)));
        };
        let name = rest[..end].trim();
        let key = match name.split_once('.') {
            Some((collection, key)) if collection.eq_ignore_ascii_case("tx") => key,
            _ => {
                return Some(format!(
                    "%{{{name}}}: the engine knows only TX variables in macros"
                ))
            }
        };
        if is_group(key) {
            return Some(format!(
                "%{{{name}}}: the engine does not keep what a pattern captured"
            ));
        }
        rest = &rest[end..];
    }
    None
}

/// Whether a TX key names what a pattern captured.
fn is_group(key: &str) -> bool {
    matches!(key.as_bytes(), [b'0'..=b'9'])
}

#[cfg(test)]
mod tests {
    use zentinel_modsec::parser::{Directive, Parser};

    use super::super::actions::written;

    fn reason(rule: &str) -> String {
        let mut parser = Parser::new();
        parser.parse(rule).expect("a sound rule");
        let actions = rule.rsplit('"').nth(1).expect("actions");
        match parser.directives() {
            [Directive::SecRule(rule)] => super::of_rule(rule, &written(actions)),
            other => panic!("{other:?}"),
        }
        .unwrap_or_default()
    }

    #[test]
    fn what_the_engine_does_is_taken() {
        for rule in [
            r#"SecRule ARGS|XML:/*|!ARGS:token "@rx a{2}" "id:1,phase:2,deny,t:none,capture""#,
            r#"SecRule TX:score "@ge %{tx.limit}" "id:1,setvar:'tx.a=+%{tx.b}',ctl:auditLogParts=+E""#,
            r#"SecRule &TX:10 "@eq 0" "id:1,ctl:ruleRemoveTargetById=5;ARGS:a,logdata:'%{TX.0}'""#,
            r#"SecRule REQUEST_URI "@endsWith .%{tx.x}" "id:1,ctl:requestBodyProcessor=JSON""#,
        ] {
            assert_eq!(reason(rule), "", "{rule}");
        }
    }

    #[test]
    fn what_it_only_pretends_to_do_is_refused() {
        for (rule, part) in [
            (
                r#"SecRule RESPONSE_STATUS "@rx ^5" "id:1""#,
                "told the status",
            ),
            (
                r#"SecRule ARGS|FILES_SIZES "@gt 5" "id:1""#,
                "no value for FilesSizes",
            ),
            (r#"SecRule XML:/a/b "@rx a" "id:1""#, "XML:/*"),
            (r#"SecRule TX:1 "@rx a" "id:1""#, "TX:1"),
            (
                r#"SecRule ARGS "@pmFromFile a.data" "id:1""#,
                "no file system",
            ),
            (r#"SecRule ARGS "@geoLookup" "id:1""#, "never matches"),
            (r#"SecRule ARGS "@containsWord a" "id:1""#, "word limits"),
            (
                r#"SecRule ARGS "@streq %{REQUEST_HEADERS.host}" "id:1""#,
                "only TX",
            ),
            (r#"SecRule ARGS "@rx %{tx.a}" "id:1""#, "macros in patterns"),
            (
                r#"SecRule ARGS "@streq a" "id:1,setvar:'tx.a=%{tx.0}'""#,
                "captured",
            ),
            (
                r#"SecRule ARGS "@streq a" "id:1,setvar:'tx.a=%{tx.b'""#,
                "not closed",
            ),
            (
                r#"SecRule ARGS "@streq a" "id:1,setvar:'tx.%{tx.a}=1'""#,
                "macros in names",
            ),
            (
                r#"SecRule ARGS "@streq a" "id:1,setvar:'ip.a=1'""#,
                "only TX variables",
            ),
            (
                r#"SecRule ARGS "@streq a" "id:1,multiMatch""#,
                "multimatch: ",
            ),
            (r#"SecRule ARGS "@streq a" "id:1,drop""#, "drop: "),
            (r#"SecRule ARGS "@streq a" "id:1,allow:phase""#, "allow: "),
            (
                r#"SecRule ARGS "@streq a" "id:1,initcol:ip=a""#,
                "initcol: ",
            ),
            (r#"SecRule ARGS "@streq a" "id:1,exec:/bin/a""#, "exec: "),
            (r#"SecRule ARGS "@streq a" "id:1,t:parityEven7bit""#, "t: "),
            (
                r#"SecRule ARGS "@streq a" "id:1,ctl:ruleRemoveByTag=a""#,
                "ctl:ruleremovebytag",
            ),
            (
                r#"SecRule ARGS "@streq a" "id:1,ctl:requestBodyProcessor=YAML""#,
                "YAML",
            ),
        ] {
            assert!(reason(rule).contains(part), "{rule}: {}", reason(rule));
        }
    }
}
