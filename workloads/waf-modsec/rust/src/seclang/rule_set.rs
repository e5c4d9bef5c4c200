//! Rules that are ready to run.

use zentinel_modsec::ModSecurity;

use super::lines;
use super::loader::Loader;
use super::origins::Origins;
use super::place::{Kind, Refusal};
use crate::complaints;
use crate::settings::Settings;

/// Rules ready to run.
pub struct RuleSet {
    pub engine: ModSecurity,
    pub settings: Settings,
    pub origins: Origins,
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

    /// The rules of a configuration, or everything that is wrong with it.
    pub fn load(text: &str) -> Result<Self, Vec<Refusal>> {
        complaints::listen();
        let directives = lines::directives(text).map_err(|refusal| vec![refusal])?;
        let mut loader = Loader::new(directives.leave_out);
        for directive in &directives.list {
            loader.take(directive);
        }
        loader.finish()
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
