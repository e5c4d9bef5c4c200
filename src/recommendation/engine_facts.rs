//! What an engine says of itself and what its sources say of it.

use std::collections::BTreeMap;

use host_core::{Mechanism, ModeKind};
use reports::Knowledge;
use runtimes::RuntimeEntry;

use crate::commands::{ABSENT, trust_facts};

/// Adds the limits that the engine can enforce, what kind of mode it is, and its sources' facts.
pub(super) fn add(known: &mut Knowledge, entry: &RuntimeEntry) {
    if let Ok(info) = entry.info() {
        known
            .has
            .insert("deadline".to_owned(), limit(info.deadline));
        known
            .has
            .insert("memory-limit".to_owned(), limit(info.memory_limit));
    }
    let native = entry.kind == ModeKind::Native;
    let found = match native {
        true => "native code with the rights of the process",
        false => "WebAssembly",
    };
    known
        .has
        .insert("sandbox".to_owned(), (!native, found.to_owned()));
    known.says = says(entry.engine);
    for (word, topic) in [
        ("security-policy", "security"),
        ("release-schedule", "releases"),
    ] {
        // Without an entry in docs/engines.toml nothing is known either way.
        if let Some(lines) = known.says.get(topic) {
            let absent = |line: &String| ABSENT.iter().any(|phrase| line.starts_with(phrase));
            let stated = !lines.iter().all(absent);
            known.has.insert(word.to_owned(), (stated, lines.join(" ")));
        }
    }
}

fn limit(mechanism: Mechanism) -> (bool, String) {
    match mechanism {
        Mechanism::Engine(how) => (true, how.to_owned()),
        Mechanism::Process => (false, "by a process boundary only".to_owned()),
    }
}

fn says(engine: &str) -> BTreeMap<String, Vec<String>> {
    let mut says: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (topic, text) in trust_facts(engine) {
        says.entry(topic.to_owned())
            .or_default()
            .push(text.to_owned());
    }
    says
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(id: &str) -> Knowledge {
        let mut known = Knowledge::default();
        add(&mut known, runtimes::find(id).expect("known"));
        known
    }

    #[test]
    fn limits_and_facts_are_those_of_the_engine() {
        let wasmtime = of("wasmtime/cranelift");
        assert!(wasmtime.has["deadline"].0 && wasmtime.has["memory-limit"].0);
        assert!(wasmtime.has["security-policy"].0 && wasmtime.has["release-schedule"].0);
        assert!(wasmtime.has["sandbox"].0);
        assert!(wasmtime.says["licence"][0].contains("Apache"));
        let native = of(crate::NATIVE);
        assert!(!native.has["sandbox"].0 && !native.has["deadline"].0);
        assert!(!native.has["security-policy"].0 && !native.has["release-schedule"].0);
        let wasmi = of("wasmi/eager");
        assert!(!wasmi.has["release-schedule"].0, "no schedule was found");
    }
}
