//! The reference runtime's tape and outcomes, in files for the other runtimes' checks.

use std::fs;
use std::path::{Path, PathBuf};

use host_core::{Outcome, Sent, Tape};
use serde::{Deserialize, Serialize};

use super::Failed;

/// What the reference runtime made of the traffic.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Reference {
    /// Its runtime id.
    pub(super) runtime: String,
    /// Digest of its tape.
    pub(super) trace_sha256: String,
    /// Outcomes, where the traffic's author expects none; else empty.
    outcomes: Vec<Became>,
    /// Its tape, one entry a line, as far as it was kept.
    tape: Vec<String>,
}

/// [`Outcome`] in a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Became {
    Forwarded {
        request: Parts,
        response: Parts,
    },
    LocalResponse {
        status: u32,
        headers: Fields,
        body: Vec<u8>,
    },
    Closed,
    Stuck,
    Failed(String),
}

type Fields = Vec<(String, String)>;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Parts {
    headers: Fields,
    body: Vec<u8>,
    trailers: Fields,
}

impl Reference {
    pub(super) fn new(
        runtime: &str,
        tape: &Tape,
        trace_sha256: &str,
        outcomes: &[Outcome],
    ) -> Self {
        Self {
            runtime: runtime.to_owned(),
            trace_sha256: trace_sha256.to_owned(),
            outcomes: outcomes.iter().map(Became::from).collect(),
            tape: lines(tape),
        }
    }

    /// The outcome of the exchange with this index, when outcomes were kept.
    pub(super) fn outcome(&self, index: usize) -> Option<Outcome> {
        self.outcomes.get(index).map(Outcome::from)
    }

    /// The first difference of `tape` to the reference's, when the digests differ.
    pub(super) fn difference(&self, tape: &Tape, trace_sha256: &str) -> Option<String> {
        if trace_sha256 == self.trace_sha256 {
            return None;
        }
        let ours = lines(tape);
        let at = ours
            .iter()
            .zip(&self.tape)
            .take_while(|(left, right)| left == right)
            .count();
        let side = |lines: &[String]| {
            lines
                .get(at)
                .map_or("nothing more", |line| line.trim())
                .to_owned()
        };
        if at == ours.len() && at == self.tape.len() {
            return Some(format!("the traces of host calls differ after entry {at}"));
        }
        let callback = ours[..at].iter().rev().find(|line| !line.starts_with(' '));
        let within = callback
            .map(|line| format!(", in {line}"))
            .unwrap_or_default();
        Some(format!(
            "the trace of host calls differs at entry {at}{within}: {} here, {} on {}",
            side(&ours),
            side(&self.tape),
            self.runtime
        ))
    }

    pub(super) fn write(&self, base: &Path) -> Result<(), Failed> {
        let path = file(base);
        let bytes = serde_json::to_vec(self).map_err(Failed::error)?;
        fs::write(&path, bytes).map_err(|error| {
            Failed::error(format!(
                "{}: cannot be written: {error}; check space and permissions",
                path.display()
            ))
        })
    }

    pub(super) fn read(base: &Path) -> Result<Self, Failed> {
        let path = file(base);
        let refused = |error: String| {
            Failed::error(format!(
                "{}: {error}; run the campaign again",
                path.display()
            ))
        };
        let bytes = fs::read(&path).map_err(|error| refused(error.to_string()))?;
        serde_json::from_slice(&bytes).map_err(|error| refused(error.to_string()))
    }
}

fn file(base: &Path) -> PathBuf {
    base.with_extension("reference.json")
}

fn lines(tape: &Tape) -> Vec<String> {
    tape.entries().iter().map(ToString::to_string).collect()
}

impl From<&Outcome> for Became {
    fn from(outcome: &Outcome) -> Self {
        match outcome {
            Outcome::Forwarded { request, response } => Self::Forwarded {
                request: request.into(),
                response: response.into(),
            },
            Outcome::LocalResponse {
                status,
                headers,
                body,
            } => Self::LocalResponse {
                status: *status,
                headers: headers.clone(),
                body: body.clone(),
            },
            Outcome::Closed => Self::Closed,
            Outcome::Stuck => Self::Stuck,
            Outcome::Failed(reason) => Self::Failed(reason.clone()),
        }
    }
}

impl From<&Became> for Outcome {
    fn from(became: &Became) -> Self {
        match became {
            Became::Forwarded { request, response } => Self::Forwarded {
                request: request.into(),
                response: response.into(),
            },
            Became::LocalResponse {
                status,
                headers,
                body,
            } => Self::LocalResponse {
                status: *status,
                headers: headers.clone(),
                body: body.clone(),
            },
            Became::Closed => Self::Closed,
            Became::Stuck => Self::Stuck,
            Became::Failed(reason) => Self::Failed(reason.clone()),
        }
    }
}

impl From<&Sent> for Parts {
    fn from(sent: &Sent) -> Self {
        Self {
            headers: sent.headers.clone(),
            body: sent.body.clone(),
            trailers: sent.trailers.clone(),
        }
    }
}

impl From<&Parts> for Sent {
    fn from(parts: &Parts) -> Self {
        Self {
            headers: parts.headers.clone(),
            body: parts.body.clone(),
            trailers: parts.trailers.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use host_core::abi::Callback;

    fn tape(contexts: &[u32]) -> Tape {
        let mut tape = Tape::new();
        for context in contexts {
            tape.callback(Callback::Log, &[*context]);
        }
        tape
    }

    #[test]
    fn outcomes_and_tape_come_back_from_the_file() {
        let outcomes = [
            Outcome::Closed,
            Outcome::LocalResponse {
                status: 403,
                headers: vec![("a".into(), "b".into())],
                body: vec![0, 255],
            },
            Outcome::Forwarded {
                request: Sent::default(),
                response: Sent::default(),
            },
        ];
        let written = Reference::new("engine/mode", &tape(&[1, 2]), "aa", &outcomes);
        let folder = tempfile::tempdir().expect("a folder");
        let base = folder.path().join("workload");
        written.write(&base).expect("written");
        let read = Reference::read(&base).expect("read");
        assert_eq!(read, written);
        for (index, outcome) in outcomes.iter().enumerate() {
            assert_eq!(read.outcome(index).as_ref(), Some(outcome));
        }
        assert_eq!(read.outcome(3), None);
    }

    #[test]
    fn a_difference_names_the_entry_and_both_sides() {
        let reference = Reference::new("engine/mode", &tape(&[1, 2]), "aa", &[]);
        assert_eq!(reference.difference(&tape(&[1, 2]), "aa"), None);
        let text = reference.difference(&tape(&[1, 3]), "bb").expect("differs");
        assert!(
            text.contains("entry 1")
                && text.contains("proxy_on_log(3) here, proxy_on_log(2) on engine/mode"),
            "{text}"
        );
        let text = reference.difference(&tape(&[1]), "bb").expect("differs");
        assert!(text.contains("nothing more here"), "{text}");
    }
}
