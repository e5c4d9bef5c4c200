//! Engine knobs as factors.

use std::time::Duration;

use host_core::{Knob, Knobs};
use reports::{Choice, Factor, Layer};
use runtimes::{Availability, RuntimeEntry};

/// The factor that loads an artifact in place of compiling.
const AOT: &str = "aot";
/// The factor that shows what a deadline costs.
const DEADLINE: &str = "deadline";
/// The deadline whose checks are measured, in milliseconds: never reached, so that only the
/// checks cost.
const TOLD_DEADLINE_MS: u64 = 1_000;

/// How an engine is opened for a choice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Opening {
    /// Runtime id: that of the artifacts' mode with `aot=on`.
    pub(super) runtime: String,
    pub(super) knobs: Knobs,
    pub(super) deadline_ms: Option<u64>,
}

/// The factors of a runtime.
pub(super) fn factors(entry: &RuntimeEntry, deadline: Option<Duration>) -> Vec<Factor> {
    let factor = |name: &str, default: &str, levels: Vec<String>, only_told: bool| Factor {
        name: name.to_owned(),
        layer: Layer::Engine,
        default: default.to_owned(),
        levels,
        only_told,
    };
    let mut factors = Vec::new();
    for choice in entry.knobs {
        // Without a deadline nothing interrupts.
        if choice.knob == Knob::Interrupt && deadline.is_none() {
            continue;
        }
        let levels = choice
            .values
            .iter()
            .skip(1)
            .map(|level| (*level).to_owned());
        factors.push(factor(
            choice.knob.name(),
            choice.usual(),
            levels.collect(),
            false,
        ));
    }
    if artifacts(entry).is_some() {
        factors.push(factor(AOT, "off", vec!["on".to_owned()], false));
    }
    if deadline.is_none() && enforces_deadlines(entry) {
        let level = format!("{TOLD_DEADLINE_MS}ms");
        factors.push(factor(DEADLINE, "none", vec![level], true));
    }
    factors.retain(|factor| !factor.levels.is_empty());
    factors
}

/// How to open the engine for a choice.
pub(super) fn opening(
    entry: &RuntimeEntry,
    choice: &Choice,
    deadline: Option<Duration>,
) -> Opening {
    let opened = match (choice.level(AOT), artifacts(entry)) {
        (Some(_), Some(artifacts)) => artifacts,
        _ => entry,
    };
    let mut knobs = Knobs::default();
    for known in opened.knobs {
        if let Some(level) = choice.level(known.knob.name()) {
            // The levels are the knob's own.
            let _ = knobs.set(known.knob, level);
        }
    }
    let given = deadline.map(|deadline| u64::try_from(deadline.as_millis()).unwrap_or(u64::MAX));
    Opening {
        runtime: opened.id.clone(),
        knobs,
        deadline_ms: given.or_else(|| choice.level(DEADLINE).map(|_| TOLD_DEADLINE_MS)),
    }
}

impl Opening {
    /// The options of `pwbench run` that open it so.
    pub(super) fn options(&self) -> String {
        let mut words = format!("--runtime {}", self.runtime);
        for (knob, value) in self.knobs.iter() {
            words.push_str(&format!(" --knob {knob}={value}"));
        }
        if let Some(deadline) = self.deadline_ms {
            words.push_str(&format!(" --deadline {deadline}"));
        }
        words
    }
}

/// The mode that loads the runtime's artifacts, where it is here: its own, or the one that its
/// engine has for all modes.
fn artifacts(entry: &RuntimeEntry) -> Option<&'static RuntimeEntry> {
    let id = artifacts_of(&entry.id)?;
    let artifacts = runtimes::find(&id)?;
    (artifacts.availability() == Availability::Available).then_some(artifacts)
}

fn artifacts_of(runtime: &str) -> Option<String> {
    let (engine, mode) = runtime.split_once('/')?;
    match engine {
        "wamr" | "wasmedge" => (mode != AOT).then(|| format!("{engine}/{AOT}")),
        _ => Some(format!("{runtime}-{AOT}")),
    }
}

fn enforces_deadlines(entry: &RuntimeEntry) -> bool {
    entry
        .info()
        .is_ok_and(|info| matches!(info.deadline, host_core::Mechanism::Engine(_)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_choice_opens_the_mode_and_turns_the_knobs_that_it_names() {
        let entry = runtimes::find("wasmtime/cranelift").expect("known");
        let names: Vec<String> = factors(entry, None)
            .into_iter()
            .map(|one| one.name)
            .collect();
        for name in ["opt", "pooling", "cow", "bounds", "parallel", AOT, DEADLINE] {
            assert!(
                names.iter().any(|known| known == name),
                "{name} of {names:?}"
            );
        }
        let choice = Choice::single("opt", "none").with(AOT, "on");
        let opening = opening(entry, &choice, None);
        assert_eq!(
            opening.options(),
            "--runtime wasmtime/cranelift-aot --knob opt=none"
        );
    }

    #[test]
    fn engines_with_one_mode_for_artifacts_offer_it_to_all_others() {
        assert_eq!(
            artifacts_of("wamr/fast-interp").as_deref(),
            Some("wamr/aot")
        );
        assert_eq!(
            artifacts_of("wasmedge/jit").as_deref(),
            Some("wasmedge/aot")
        );
        assert_eq!(artifacts_of("wamr/aot"), None);
        assert_eq!(
            artifacts_of("wasmer/cranelift").as_deref(),
            Some("wasmer/cranelift-aot")
        );
        let entry = runtimes::find("wamr/fast-interp").expect("known");
        let loads = artifacts(entry).map_or("wamr/fast-interp", |artifacts| &artifacts.id);
        let opening = opening(entry, &Choice::single(AOT, "on"), None);
        assert_eq!(opening.runtime, loads);
    }

    #[test]
    fn under_a_deadline_the_mechanism_is_a_factor_and_the_deadline_none() {
        let entry = runtimes::find("wasmtime/cranelift").expect("known");
        let factors = factors(entry, Some(Duration::from_millis(50)));
        assert!(factors.iter().any(|one| one.name == "interrupt"));
        assert!(!factors.iter().any(|one| one.name == DEADLINE));
    }
}
