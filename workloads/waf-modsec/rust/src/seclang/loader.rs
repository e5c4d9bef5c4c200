//! Checks every directive of a configuration and hands it to the engine.

use zentinel_modsec::parser::{Action, Directive as Parsed, MetadataAction, Parser, SecRule};
use zentinel_modsec::{CompiledRuleset, ModSecurity};

use super::chain::{arranged, forbidden_in_a_chain, Chain};
use super::engine_error::explained;
use super::lines::Directive;
use super::markers::Markers;
use super::origins::{self, Origins};
use super::place::{Kind, Place, Refusal};
use super::rule_set::RuleSet;
use super::validity::{check, check_transformations};
use super::warming::warmed;
use super::{actions, support};
use crate::complaints;
use crate::settings::Settings;

/// The rules of a configuration so far.
#[derive(Default)]
pub struct Loader {
    /// Whether what the engine cannot do is left out rather than refused.
    leave_out: bool,
    parser: Parser,
    settings: Settings,
    accepted: Vec<Parsed>,
    chain: Option<Chain>,
    origins: Origins,
    markers: Markers,
    refusals: Vec<Refusal>,
}

impl Loader {
    pub fn new(leave_out: bool) -> Self {
        Self {
            leave_out,
            ..Self::default()
        }
    }

    /// Takes the next directive. What is wrong with it is told at the end.
    pub fn take(&mut self, directive: &Directive) {
        if let Err(refusal) = self.directive(directive) {
            self.refusals.push(refusal);
        }
    }

    fn directive(&mut self, directive: &Directive) -> Result<(), Refusal> {
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
                    let idle = self.markers.note(&marker.name);
                    self.accepted
                        .extend(idle.into_iter().map(Parsed::SecAction));
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
                    origins::note(&mut self.origins, rule.id(), &rule.actions, &written, place)?;
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
        let rules = arranged(chain.rules);
        self.markers
            .note_skips(&rules[0].actions, rules[0].phase(), &chain.place);
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
        actions::strip(&mut rule.actions);
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
        origins::note(&mut self.origins, id, &action.actions, &written, place)?;
        self.refusals.extend(reduced);
        actions::strip(&mut action.actions);
        let phase = action.actions.iter().find_map(|action| match action {
            Action::Metadata(MetadataAction::Phase(phase)) => Some(*phase),
            _ => None,
        });
        self.markers
            .note_skips(&action.actions, phase.unwrap_or(2), place);
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

    /// The rules, or everything that was wrong.
    pub fn finish(mut self) -> Result<RuleSet, Vec<Refusal>> {
        if let Some(chain) = self.chain.take() {
            let reason = "the chain that begins here lacks its last rule";
            self.refusals.push(Refusal::malformed(&chain.place, reason));
        }
        self.refusals.extend(self.markers.missing());
        let (left_out, refusals): (Vec<_>, Vec<_>) = std::mem::take(&mut self.refusals)
            .into_iter()
            .partition(|refusal| self.leave_out && refusal.kind != Kind::Malformed);
        if !refusals.is_empty() {
            return Err(refusals);
        }
        complaints::taken();
        let compiled = CompiledRuleset::compile(self.accepted)
            .map_err(|error| vec![Refusal::malformed(&Place::whole(), explained(error))])?;
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
