//! Loads a configuration: checks every directive and hands them to the engine.

use std::collections::{HashMap, HashSet};

use zentinel_modsec::engine::phase::Phase;
use zentinel_modsec::error::SourceLocation;
use zentinel_modsec::operators::{compile_operator, RxOperator};
use zentinel_modsec::parser::{
    Action, DisruptiveAction, FlowAction, MetadataAction, OperatorName, Parser, SecAction, SecRule,
    Selection,
};
use zentinel_modsec::parser::{DataAction, Directive as Parsed};
use zentinel_modsec::transformations::create_transformation;
use zentinel_modsec::{CompiledRuleset, Error, ModSecurity};

use super::lines::{self, Directive};
use super::place::{Kind, Place, Refusal};
use super::{actions, chain, pattern, support};
use crate::complaints;
use crate::settings::Settings;

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

/// Rules ready to run.
pub struct RuleSet {
    pub engine: ModSecurity,
    pub settings: Settings,
    /// By the rule's id as the engine writes it.
    pub origins: HashMap<String, Origin>,
    /// How many rules there are; a chain is one.
    pub count: usize,
    /// What was left out because the configuration asked for it.
    pub left_out: Vec<Refusal>,
}

impl RuleSet {
    /// How many rules and other directives are left out, and how many rules reduced.
    pub fn left_out_and_reduced(&self) -> (usize, usize) {
        let count = |kind| self.left_out.iter().filter(|it| it.kind == kind).count();
        (count(Kind::Unsupported), count(Kind::Reduced))
    }
}

impl RuleSet {
    /// The rules of a configuration, or everything that is wrong with it.
    pub fn load(text: &str) -> Result<Self, Vec<Refusal>> {
        complaints::listen();
        let directives = lines::directives(text).map_err(|refusal| vec![refusal])?;
        let mut loader = Loader {
            leave_out: directives.leave_out,
            ..Loader::default()
        };
        for directive in &directives.list {
            if let Err(refusal) = loader.take(directive) {
                loader.refusals.push(refusal);
            }
        }
        loader.finish()
    }
}

#[derive(Default)]
struct Loader {
    /// Whether what the engine cannot do is left out rather than refused.
    leave_out: bool,
    parser: Parser,
    settings: Settings,
    accepted: Vec<Parsed>,
    chain: Option<Chain>,
    origins: HashMap<String, Origin>,
    markers: HashSet<String>,
    /// Markers that rules skip to.
    wanted: Vec<(String, Place)>,
    /// Where the last rule of each phase skips to, if it does.
    last_skips: HashMap<u8, String>,
    refusals: Vec<Refusal>,
}

/// A rule, or the rules of a chain so far.
struct Chain {
    rules: Vec<SecRule>,
    place: Place,
    refusal: Option<Refusal>,
}

impl Loader {
    fn take(&mut self, directive: &Directive) -> Result<(), Refusal> {
        let (name, place) = (directive.name.to_ascii_lowercase(), &directive.place);
        if self.chain.is_some() && name != "secrule" {
            self.chain = None;
            return Err(Refusal::malformed(
                place,
                "the chain before this needs a rule here",
            ));
        }
        if self
            .settings
            .follow(&directive.name, &directive.arguments, place)?
        {
            return Ok(());
        }
        match name.as_str() {
            "secrule" => self.rule(directive),
            "secaction" => self.action(directive),
            "secmarker" => {
                let parsed = self.parse(directive)?;
                if let Parsed::SecMarker(marker) = &parsed {
                    self.pad(&marker.name);
                    self.markers.insert(marker.name.clone());
                }
                self.accepted.push(parsed);
                Ok(())
            }
            "secruleengine"
            | "secdefaultaction"
            | "secruleremovebyid"
            | "secruleupdatetargetbyid" => {
                let parsed = self.parse(directive)?;
                self.accepted.push(parsed);
                Ok(())
            }
            // A name for the log, and collections that outlive a transaction: there
            // are none here, which rules that use them are refused for.
            "seccomponentsignature" | "seccollectiontimeout" => Ok(()),
            "include" => Err(Refusal::malformed(
                place,
                "Include: a filter has no file system; join the files with scripts/crs-config",
            )),
            _ => {
                let reason = format!("{}: this directive is not supported", directive.name);
                Err(Refusal::unsupported(place, reason))
            }
        }
    }

    /// What the engine's parser makes of one directive.
    fn parse(&mut self, directive: &Directive) -> Result<Parsed, Refusal> {
        let before = self.parser.directives().len();
        let refused = |reason| Refusal::malformed(&directive.place, reason);
        self.parser
            .parse(&directive.text)
            .map_err(|error| refused(explained(error)))?;
        match self.parser.directives().get(before..) {
            Some([parsed]) => Ok(parsed.clone()),
            _ => Err(refused("more on the line than one directive".into())),
        }
    }

    fn rule(&mut self, directive: &Directive) -> Result<(), Refusal> {
        let place = &directive.place;
        let text = directive.arguments.get(2).map_or("", String::as_str);
        let mut written = actions::written(text);
        let goes_on = written.iter().any(|(name, _)| name == "chain");
        let read = self.read_rule(directive, &mut written);
        let mut chain = match self.chain.take() {
            Some(chain) => chain,
            None => {
                if let Ok(rule) = &read {
                    self.note_origin(rule.id(), &rule.actions, &written, place)?;
                }
                Chain {
                    rules: Vec::new(),
                    place: place.clone(),
                    refusal: None,
                }
            }
        };
        let forbidden = forbidden_in_a_chain(&written).filter(|_| !chain.rules.is_empty());
        let read = match forbidden {
            Some(reason) => Err(Refusal::malformed(place, reason)),
            None => read,
        };
        match read {
            Ok(rule) => chain.rules.push(rule),
            // Later rules of the chain are still read, but the first mistake counts.
            Err(refusal) => chain.refusal = chain.refusal.or(Some(refusal)),
        }
        if goes_on {
            self.chain = Some(chain);
            return Ok(());
        }
        if let Some(refusal) = chain.refusal {
            if let Some(id) = chain.rules.first().and_then(SecRule::id) {
                self.origins.remove(&id.to_string());
            }
            return Err(refusal);
        }
        let rules = chain::arranged(chain.rules);
        self.note_skips(&rules[0].actions, rules[0].phase(), &chain.place);
        self.accepted.extend(rules.into_iter().map(Parsed::SecRule));
        Ok(())
    }

    /// One rule, checked and ready for the engine.
    fn read_rule(
        &mut self,
        directive: &Directive,
        written: &mut Vec<(String, String)>,
    ) -> Result<SecRule, Refusal> {
        let place = &directive.place;
        let (2..=3, Some(variables)) = (directive.arguments.len(), directive.arguments.first())
        else {
            let reason = "SecRule: give variables, a quoted operator and a quoted list of actions";
            return Err(Refusal::malformed(place, reason));
        };
        if variables.contains(['"', '\'']) {
            let reason = "the engine cannot read a quoted name of a variable";
            return Err(Refusal::unsupported(place, reason));
        }
        let Parsed::SecRule(mut rule) = self.parse(directive)? else {
            return Err(Refusal::malformed(place, "SecRule: not read as a rule"));
        };
        let reduced = self.reduce(&mut rule.actions, written, place);
        if let Some(reason) = support::of_rule(&rule, written) {
            return Err(Refusal::unsupported(place, reason));
        }
        check(&mut rule, place)?;
        strip(&mut rule.actions);
        self.refusals.extend(reduced);
        Ok(rule)
    }

    fn action(&mut self, directive: &Directive) -> Result<(), Refusal> {
        let place = &directive.place;
        let Parsed::SecAction(mut action) = self.parse(directive)? else {
            return Err(Refusal::malformed(place, "SecAction: not read as actions"));
        };
        let text = directive.arguments.first().map_or("", String::as_str);
        let mut written = actions::written(text);
        let reduced = self.reduce(&mut action.actions, &mut written, place);
        if let Some(reason) = support::of_actions(&action.actions, &written) {
            return Err(Refusal::unsupported(place, reason));
        }
        check_transformations(&action.actions)
            .map_err(|reason| Refusal::malformed(place, reason))?;
        let id = action.actions.iter().find_map(|action| match action {
            Action::Metadata(MetadataAction::Id(id)) => Some(*id),
            _ => None,
        });
        self.note_origin(id, &action.actions, &written, place)?;
        self.refusals.extend(reduced);
        strip(&mut action.actions);
        let phase = action.actions.iter().find_map(|action| match action {
            Action::Metadata(MetadataAction::Phase(phase)) => Some(*phase),
            _ => None,
        });
        self.note_skips(&action.actions, phase.unwrap_or(2), place);
        self.accepted.push(Parsed::SecAction(action));
        Ok(())
    }

    /// Where leaving out was asked for, a rule loses what it can do without.
    fn reduce(
        &self,
        actions: &mut Vec<Action>,
        written: &mut Vec<(String, String)>,
        place: &Place,
    ) -> Option<Refusal> {
        if !self.leave_out {
            return None;
        }
        let taken = support::take_dispensable(actions, written);
        let note = format!("taken without its {}", taken.join(" and "));
        (!taken.is_empty()).then(|| Refusal::reduced(place, note))
    }

    fn note_origin(
        &mut self,
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
        match self.origins.insert(id.to_string(), origin) {
            None => Ok(()),
            Some(first) => refused(format!("id:{id} is given at {} already", first.place)),
        }
    }

    /// Notes the markers that a rule of this phase skips to. `actions` are those of a
    /// chain's first rule, which alone may skip.
    fn note_skips(&mut self, actions: &[Action], phase: u8, place: &Place) {
        self.last_skips.remove(&phase);
        for action in actions {
            if let Action::Flow(FlowAction::SkipAfter(marker)) = action {
                self.wanted.push((marker.clone(), place.clone()));
                self.last_skips.insert(phase, marker.clone());
            }
        }
    }

    /// Puts an idle action between a marker and a rule right before it that skips
    /// to it: the engine jumps forward only, takes such a marker for one behind it
    /// and skips the rest of the phase.
    fn pad(&mut self, marker: &str) {
        let mut phases: Vec<u8> = self
            .last_skips
            .iter()
            .filter(|(_, to)| *to == marker)
            .map(|(phase, _)| *phase)
            .collect();
        phases.sort_unstable();
        for phase in phases {
            self.last_skips.remove(&phase);
            let actions = vec![
                Action::Metadata(MetadataAction::Phase(phase)),
                Action::Disruptive(DisruptiveAction::Pass),
            ];
            self.accepted.push(Parsed::SecAction(SecAction {
                actions,
                location: SourceLocation::default(),
            }));
        }
    }

    fn finish(mut self) -> Result<RuleSet, Vec<Refusal>> {
        if let Some(chain) = self.chain.take() {
            let reason = "the chain that begins here lacks its last rule";
            self.refusals.push(Refusal::malformed(&chain.place, reason));
        }
        for (marker, place) in std::mem::take(&mut self.wanted) {
            if !self.markers.contains(&marker) {
                let reason = format!("skipAfter:{marker}: there is no such SecMarker");
                self.refusals.push(Refusal::malformed(&place, reason));
            }
        }
        let (left_out, refusals): (Vec<_>, Vec<_>) = std::mem::take(&mut self.refusals)
            .into_iter()
            .partition(|refusal| self.leave_out && refusal.kind != Kind::Malformed);
        if !refusals.is_empty() {
            return Err(refusals);
        }
        complaints::taken();
        let compiled = CompiledRuleset::compile(self.accepted)
            .map_err(|error| vec![Refusal::malformed(&whole(), explained(error))])?;
        let refusals = warmed(&compiled, &self.origins);
        if !refusals.is_empty() {
            return Err(refusals);
        }
        Ok(RuleSet {
            engine: ModSecurity::new(compiled),
            settings: self.settings,
            count: self.origins.len(),
            origins: self.origins,
            left_out,
        })
    }
}

/// Brings patterns into the engine's syntax and checks what it would otherwise
/// find wrong without a place, or not tell at all.
fn check(rule: &mut SecRule, place: &Place) -> Result<(), Refusal> {
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

fn check_transformations(actions: &[Action]) -> Result<(), String> {
    let mut names = actions.iter().filter_map(|action| match action {
        Action::Transformation(name) => Some(name),
        _ => None,
    });
    let checked = names.try_for_each(|name| create_transformation(name).map(drop));
    checked.map_err(explained)
}

/// Actions that ModSecurity takes only from the first rule of a chain.
fn forbidden_in_a_chain(written: &[(String, String)]) -> Option<String> {
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

/// Leaves the actions that the engine acts on. It copies all actions for every
/// transaction, so the texts that only a log would show are dear.
fn strip(actions: &mut Vec<Action>) {
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

/// Has the engine build every pattern now rather than while a request waits.
fn warmed(rules: &CompiledRuleset, origins: &HashMap<String, Origin>) -> Vec<Refusal> {
    let mut place = whole();
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

fn whole() -> Place {
    Place {
        file: "configuration".into(),
        line: 1,
    }
}

/// An error of the engine without the place it believes to be at.
fn explained(error: Error) -> String {
    match error {
        Error::Parse { message, .. } => message,
        Error::RegexCompile { source, .. } => {
            // The last line says what is wrong; the others draw an arrow to it.
            let text = source.to_string();
            let last = text.lines().rfind(|line| !line.trim().is_empty());
            format!(
                "the pattern is not supported: {}",
                last.unwrap_or("no reason given")
            )
        }
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::RuleSet;

    fn refusals(text: &str) -> Vec<String> {
        match RuleSet::load(text) {
            Ok(rules) => panic!("{} rules loaded", rules.count),
            Err(refusals) => refusals.iter().map(ToString::to_string).collect(),
        }
    }

    #[test]
    fn every_mistake_is_told_with_its_file_and_line() {
        let text = "#@source a.conf:1\n\
            SecRule ARGS \"@rx a(\" \"id:1,deny\"\n\
            SecRule NOSUCH \"@rx a\" \"id:2,deny\"\n\
            SecRule ARGS \"@nosuch a\" \"id:3,deny\"\n\
            SecRule ARGS \"@rx a\" \"id:4,nosuch\"\n\
            SecRule ARGS \"@rx a\" \"id:5,t:nosuch,deny\"\n\
            SecRule ARGS \"@rx a\" \"deny\"\n\
            SecRule ARGS\n\
            SecRule ARGS \"@rx a\" \"id:8,phase:7,deny\"\n\
            SecAuditEngine On\n\
            SecRuleEngine Perhaps\n\
            SecRequestBodyLimit much\n\
            SecRule ARGS \"@rx a\" \"id:12,pass,skipAfter:NOWHERE\"\n\
            SecRule ARGS \"@rx a\" \"id:12,deny\"\n\
            Include more.conf\n\
            SecRule ARGS \"@rx a\" \"id:15,deny,chain\"\n";
        let told = refusals(text);
        for (line, part) in [
            (1, "unclosed group"),
            (2, "NOSUCH"),
            (3, "nosuch"),
            (4, "nosuch"),
            (6, "has no id"),
            (7, "give variables"),
            (8, "phase:7"),
            (9, "SecAuditEngine"),
            (10, "Perhaps"),
            (11, "'much'"),
            (12, "NOWHERE"),
            (13, "a.conf:12 already"),
            (14, "crs-config"),
            (15, "lacks its last rule"),
        ] {
            let start = format!("a.conf:{line}: ");
            let found = told
                .iter()
                .any(|it| it.starts_with(&start) && it.contains(part));
            assert!(found, "{start}{part} is not in {told:#?}");
        }
    }

    #[test]
    fn an_unknown_transformation_is_refused() {
        let told = refusals("SecRule ARGS \"@rx a\" \"id:5,t:nosuch,deny\"");
        assert!(
            told[0].starts_with("configuration:1: ") && told[0].contains("nosuch"),
            "{told:?}"
        );
    }

    #[test]
    fn only_the_unsupported_may_be_left_out() {
        let rules = "SecRule ARGS \"@rx a\" \"id:1,deny\"\n\
            SecRule ARGS \"@rx a(?=b)\" \"id:2,deny,chain\"\nSecRule ARGS \"@rx b\"\n\
            SecAuditEngine On\n";
        assert_eq!(refusals(rules).len(), 2);
        let loaded = RuleSet::load(&format!("#@unsupported leave-out\n{rules}"));
        let loaded = loaded.unwrap_or_else(|refusals| panic!("{refusals:?}"));
        assert_eq!((loaded.count, loaded.left_out.len()), (1, 2));
        assert_eq!(
            refusals("#@unsupported leave-out\nSecRule ARGS \"@nosuch\" \"id:1\"").len(),
            1
        );
    }

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

    #[test]
    fn hostile_text_is_refused_and_never_panics() {
        for text in [
            "SecRule",
            "SecRule \"\" \"\" \"\"",
            "SecRule ARGS \"@\" \"id:1\"",
            "SecAction",
            "SecMarker",
            "SecRule ARGS \"@rx \" \"id:1\"",
            "SecRule &!|& \"@rx a\" \"id:1\"",
            "Sec",
            "é",
            "\u{0}\u{0}",
            "SecRuleRemoveById 9-1",
            "SecRuleUpdateTargetById 1",
            "SecDefaultAction \"nosuch\"",
            "SecRule ARGS \"@ipMatch 999\" \"id:1\"",
            "SecRule ARGS \"@pm\" \"id:1\"",
            "SecRule ARGS \"@rx a{1000}{1000}{1000}\" \"id:1,deny\"",
            "SecAction \"id:99999999999999999999999\"",
            "SecRule ARGS \"@rx a\" \"id:1,setvar\"",
        ] {
            let loaded = RuleSet::load(text).map(|rules| rules.count);
            assert!(loaded.is_err(), "{text}: {loaded:?}");
        }
    }
}
