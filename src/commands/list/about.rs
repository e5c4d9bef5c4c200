//! Who makes each engine, and what its makers say of licence, security and releases.

use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

use crate::error::{Error, Exit};
use crate::output::{Format, print_json, print_text, table};

/// `docs/engines.toml`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Facts {
    #[serde(rename = "engine")]
    engines: Vec<About>,
}

/// What was asked for.
#[derive(Debug, Serialize)]
struct Chosen<'a> {
    engines: Vec<&'a About>,
}

/// An engine. Documented in `pwbench list --help`.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct About {
    id: String,
    name: String,
    #[serde(rename(deserialize = "fact"))]
    facts: Vec<Fact>,
}

/// What a source says.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Fact {
    topic: Topic,
    text: String,
    /// Where it stands: an address, or a file of this project.
    source: String,
    /// When it was read there, year, month and day.
    read: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Topic {
    Language,
    Licence,
    Governance,
    Security,
    Releases,
    Proxies,
}

impl Topic {
    /// As the file writes it.
    fn word(self) -> &'static str {
        match self {
            Topic::Language => "language",
            Topic::Licence => "licence",
            Topic::Governance => "governance",
            Topic::Security => "security",
            Topic::Releases => "releases",
            Topic::Proxies => "proxies",
        }
    }

    const ALL: [(Topic, &'static str); 6] = [
        (Topic::Language, "Language"),
        (Topic::Licence, "Licence"),
        (Topic::Governance, "Governance"),
        (Topic::Security, "Security policy"),
        (Topic::Releases, "Releases"),
        (Topic::Proxies, "In proxies"),
    ];
}

/// The file is compiled in and parsed by a test: it cannot fail here.
static FACTS: LazyLock<Facts> = LazyLock::new(|| {
    toml::from_str(include_str!("../../../docs/engines.toml"))
        .unwrap_or_else(|error| panic!("docs/engines.toml: {error}"))
});

/// How a fact begins that says only that nothing was found, or that there is nothing.
pub(crate) const ABSENT: [&str; 6] = [
    "No policy",
    "No schedule",
    "No sandbox",
    "None",
    "One release",
    "That of the library",
];

/// What is said of an engine: topic, as the file writes it, and text.
pub(crate) fn trust_facts(engine: &str) -> impl Iterator<Item = (&'static str, &'static str)> {
    let about = FACTS.engines.iter().find(|about| about.id == engine);
    let facts = about.into_iter().flat_map(|about| &about.facts);
    facts.map(|fact| (fact.topic.word(), fact.text.as_str()))
}

/// Shows one engine, or all.
pub(super) fn about(engine: Option<&str>, format: Format) -> Result<Exit, Error> {
    let all = &FACTS.engines;
    let chosen: Vec<&About> = match engine {
        None => all.iter().collect(),
        Some(name) => {
            // Who names a runtime means its engine.
            let id = name.split_once('/').map_or(name, |(engine, _)| engine);
            let known: Vec<&About> = all.iter().filter(|about| about.id == id).collect();
            if known.is_empty() {
                return Err(Error::UnknownEngine {
                    name: name.to_owned(),
                    known: all
                        .iter()
                        .map(|about| about.id.as_str())
                        .collect::<Vec<_>>()
                        .join(", "),
                });
            }
            known
        }
    };
    match format {
        Format::Json => print_json(&Chosen { engines: chosen })?,
        Format::Table => {
            let texts: Vec<String> = chosen.into_iter().map(About::text).collect();
            print_text(&texts.join("\n\n"));
        }
    }
    Ok(Exit::Fine)
}

impl About {
    fn text(&self) -> String {
        let mut facts = table(&[&self.name, "What the source says", "Source, and when read"]);
        for (topic, title) in Topic::ALL {
            for fact in self.facts.iter().filter(|fact| fact.topic == topic) {
                let source = format!("{} ({})", fact.source, fact.read);
                facts.add_row([title.to_owned(), fact.text.clone(), source]);
            }
        }
        facts.to_string()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_engine_of_the_catalogue_has_facts_on_every_topic() {
        let known: BTreeSet<&str> = FACTS
            .engines
            .iter()
            .map(|about| about.id.as_str())
            .collect();
        assert_eq!(known.len(), FACTS.engines.len(), "an engine comes twice");
        let built_in = runtimes::catalogue().iter().map(|entry| entry.engine);
        let optional = [
            "wasmtime",
            "wasmer",
            "wasmi",
            "wamr",
            "wasmedge",
            "v8",
            "wasm-c-api",
            "wasm3",
            "tinywasm",
            "stitch",
            "native",
        ];
        for engine in built_in.chain(optional) {
            assert!(
                known.contains(engine),
                "{engine} is not in docs/engines.toml"
            );
        }
        for about in &FACTS.engines {
            for (topic, title) in Topic::ALL {
                assert!(
                    about.facts.iter().any(|fact| fact.topic == topic),
                    "{}: {title}",
                    about.id
                );
            }
        }
    }

    #[test]
    fn every_fact_names_its_source_and_when_it_was_read() {
        for about in &FACTS.engines {
            for fact in &about.facts {
                let place = format!("{}: {}", about.id, fact.text);
                assert!(!fact.text.trim().is_empty(), "{place}");
                let date: jiff::civil::Date = fact.read.parse().expect(&place);
                assert!(date.year() >= 2026, "{place}");
                let local = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(&fact.source);
                let found = fact.source.starts_with("https://") || local.exists();
                assert!(found, "{place}: {} is no source", fact.source);
            }
        }
    }
}
