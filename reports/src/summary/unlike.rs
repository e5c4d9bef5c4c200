//! Unlikeness: what two rows had differently, so that nobody compares them unawares.

use crate::model::{BoundsMethod, Campaign, Compilation, ModeKind, RuntimeManifest};
use serde::Serialize;

/// One respect in which two runtimes are not alike.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Unlikeness {
    /// The respect.
    pub aspect: Aspect,
    /// What the first had.
    pub left: String,
    /// What the second had.
    pub right: String,
}

/// What runtimes may have differently.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Aspect {
    /// How code is executed.
    Kind,
    /// Whether compilation is part of the start-up figure.
    Compilation,
    /// How memory accesses are checked.
    Bounds,
    /// Through which interface the engine is driven.
    Interface,
    /// Whether a time limit is compiled in.
    TimeLimit,
    /// Whether SIMD is on.
    Simd,
}

impl Aspect {
    /// The words for people.
    pub fn words(self) -> &'static str {
        match self {
            Aspect::Kind => "kind",
            Aspect::Compilation => "compilation",
            Aspect::Bounds => "bounds checks",
            Aspect::Interface => "interface",
            Aspect::TimeLimit => "time limit",
            Aspect::Simd => "SIMD",
        }
    }
}

/// In what two manifests differ; what is not known of both is left out.
pub(super) fn unlike(left: &RuntimeManifest, right: &RuntimeManifest) -> Vec<Unlikeness> {
    let mut found = Vec::new();
    let mut compare = |aspect, known: bool, values: [String; 2]| {
        let [left, right] = values;
        if known && left != right {
            found.push(Unlikeness {
                aspect,
                left,
                right,
            });
        }
    };
    let kinds = [left.mode_kind(), right.mode_kind()];
    compare(
        Aspect::Kind,
        !kinds.contains(&ModeKind::Unknown),
        kinds.map(|kind| kind.to_string()),
    );
    let compiled = [left.compilation, right.compilation];
    compare(
        Aspect::Compilation,
        !compiled.contains(&Compilation::Unknown),
        compiled.map(|compilation| compilation.to_string()),
    );
    let bounds = [left.bounds_method, right.bounds_method];
    compare(
        Aspect::Bounds,
        !bounds.contains(&BoundsMethod::Unknown),
        bounds.map(|method| method.to_string()),
    );
    let interfaces = [&left.interface, &right.interface];
    compare(
        Aspect::Interface,
        interfaces.iter().all(|name| !name.is_empty()),
        interfaces.map(Clone::clone),
    );
    let limits = [left.time_limit_on, right.time_limit_on];
    compare(
        Aspect::TimeLimit,
        true,
        limits.map(|on| if on { "on" } else { "off" }.to_owned()),
    );
    // The native twin has whatever its compiler chose.
    let simd = [&left.simd, &right.simd];
    compare(
        Aspect::Simd,
        simd.iter().all(|text| !text.is_empty()) && !left.native && !right.native,
        simd.map(Clone::clone),
    );
    found
}

/// In what two runtimes of a campaign differ.
pub(super) fn between(campaign: &Campaign, left: &str, right: &str) -> Vec<Unlikeness> {
    let row = |name: &str| campaign.runtimes.iter().find(|row| row.runtime == name);
    match (row(left), row(right)) {
        (Some(left), Some(right)) => unlike(left, right),
        _ => Vec::new(),
    }
}

/// `kind (interpreter against optimising JIT) and SIMD (off against on)`.
pub(crate) fn listed(found: &[Unlikeness]) -> String {
    let one = |unlike: &Unlikeness| {
        let (left, right) = (&unlike.left, &unlike.right);
        format!("{} ({left} against {right})", unlike.aspect.words())
    };
    joined(found.iter().map(one).collect())
}

/// `kind, compilation and bounds checks`.
pub(crate) fn named(found: &[Unlikeness]) -> String {
    let words = found.iter().map(|unlike| unlike.aspect.words().to_owned());
    joined(words.collect())
}

fn joined(mut words: Vec<String>) -> String {
    match words.pop() {
        Some(last) if !words.is_empty() => format!("{} and {last}", words.join(", ")),
        Some(only) => only,
        None => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(mode: &str, bounds: BoundsMethod, compilation: Compilation) -> RuntimeManifest {
        RuntimeManifest {
            engine: "engine".into(),
            mode: mode.into(),
            interface: "its own".into(),
            simd: "on".into(),
            bounds_method: bounds,
            compilation,
            ..RuntimeManifest::default()
        }
    }

    #[test]
    fn an_interpreter_and_an_artifact_differ_in_kind_bounds_and_compilation() {
        let left = row("lazy", BoundsMethod::Explicit, Compilation::AtFirstCall);
        let right = row("llvm-aot", BoundsMethod::GuardPages, Compilation::Before);
        let found = unlike(&left, &right);
        let aspects: Vec<_> = found.iter().map(|unlike| unlike.aspect).collect();
        assert_eq!(aspects, [Aspect::Kind, Aspect::Compilation, Aspect::Bounds]);
        assert_eq!(named(&found), "kind, compilation and bounds checks");
        assert!(listed(&found).starts_with("kind (interpreter against ahead of time), "));
        assert_eq!(unlike(&left, &left), []);
    }

    #[test]
    fn another_interface_and_a_compiled_in_time_limit_are_told() {
        let left = row("cranelift", BoundsMethod::GuardPages, Compilation::AtStart);
        let right = RuntimeManifest {
            interface: "wasm-c-api".into(),
            time_limit_on: true,
            ..left.clone()
        };
        let aspects: Vec<_> = unlike(&left, &right).iter().map(|u| u.aspect).collect();
        assert_eq!(aspects, [Aspect::Interface, Aspect::TimeLimit]);
    }

    #[test]
    fn what_an_older_results_folder_does_not_tell_is_not_held_to_differ() {
        let known = row("lazy", BoundsMethod::Explicit, Compilation::AtStart);
        assert_eq!(unlike(&known, &RuntimeManifest::default()), []);
    }
}
