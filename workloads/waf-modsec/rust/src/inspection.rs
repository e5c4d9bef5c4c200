//! One transaction in the engine, phase by phase.

use std::rc::Rc;

use zentinel_modsec::engine::phase::Phase;
use zentinel_modsec::engine::ruleset::RuleEngineMode;
use zentinel_modsec::Transaction;

use crate::seclang::RuleSet;
use crate::verdict::Verdict;

/// What a phase decided, or why the engine could not run it.
pub type Decision = Result<Option<Verdict>, String>;

pub struct Inspection {
    rules: Rc<RuleSet>,
    transaction: Transaction,
}

/// Who asks, as far as the proxy says.
#[derive(Debug, Default)]
pub struct Client<'a> {
    pub address: &'a str,
    pub port: u16,
    /// Such as `HTTP/1.1`.
    pub protocol: &'a str,
}

impl Inspection {
    pub fn new(rules: &Rc<RuleSet>) -> Self {
        Self {
            transaction: rules.engine.new_transaction(),
            rules: rules.clone(),
        }
    }

    /// Phase 1. Values that are no UTF-8 are examined with replacement
    /// characters: the engine knows text only.
    pub fn request_headers<N, V>(&mut self, headers: &[(N, V)], client: &Client) -> Decision
    where
        N: AsRef<str>,
        V: AsRef<[u8]>,
    {
        let find = |wanted: &str| {
            let mut named = headers.iter().filter(|(name, _)| name.as_ref() == wanted);
            named
                .next()
                .map(|(_, value)| String::from_utf8_lossy(value.as_ref()))
        };
        let [method, path, authority] = [":method", ":path", ":authority"].map(find);
        let transaction = &mut self.transaction;
        transaction.set_client_addr(client.address, client.port);
        let outcome = transaction.process_uri(
            &path.unwrap_or_default(),
            &method.unwrap_or_default(),
            client.protocol,
        );
        outcome.map_err(|error| error.to_string())?;
        if let Some(authority) = authority.filter(|_| find("host").is_none()) {
            transaction.set_server_name(&authority);
            let outcome = transaction.add_request_header("host", &authority);
            outcome.map_err(|error| error.to_string())?;
        }
        for (name, value) in headers {
            let name = name.as_ref();
            if !name.starts_with(':') {
                let value = String::from_utf8_lossy(value.as_ref());
                let outcome = transaction.add_request_header(name, &value);
                outcome.map_err(|error| error.to_string())?;
            }
        }
        let outcome = transaction.process_request_headers();
        self.decision(outcome)
    }

    /// Phase 2, once the whole body is here; empty for a request without one.
    pub fn request_body(&mut self, body: &[u8]) -> Decision {
        let transaction = &mut self.transaction;
        let outcome = transaction
            .append_request_body(body)
            .and_then(|()| transaction.process_request_body());
        self.decision(outcome)
    }

    /// Phase 3.
    pub fn response_headers<N, V>(&mut self, headers: &[(N, V)]) -> Decision
    where
        N: AsRef<str>,
        V: AsRef<[u8]>,
    {
        for (name, value) in headers {
            let name = name.as_ref();
            if !name.starts_with(':') {
                let value = String::from_utf8_lossy(value.as_ref());
                let outcome = self.transaction.add_response_header(name, &value);
                outcome.map_err(|error| error.to_string())?;
            }
        }
        let outcome = self.transaction.process_response_headers();
        self.decision(outcome)
    }

    /// Phase 4, once the whole body is here; empty for one that is not examined.
    pub fn response_body(&mut self, body: &[u8]) -> Decision {
        let transaction = &mut self.transaction;
        let outcome = transaction
            .append_response_body(body)
            .and_then(|()| transaction.process_response_body());
        self.decision(outcome)
    }

    /// Phase 5, which decides nothing any more. Answers the denying rules that
    /// matched while the engine was told only to detect.
    pub fn logging(&mut self) -> Vec<&str> {
        let ruleset = self.rules.engine.ruleset();
        if !ruleset.rules_for_phase(Phase::Logging).is_empty() {
            // The transaction is over: there is nobody left to tell.
            let _ = self.transaction.process_logging();
        }
        if ruleset.engine_mode() != RuleEngineMode::DetectionOnly {
            return Vec::new();
        }
        let origins = &self.rules.origins;
        let denies = |id: &&String| origins.get(*id).is_some_and(|origin| origin.denies);
        let matched = self.transaction.matched_rules().iter();
        matched.filter(denies).map(String::as_str).collect()
    }

    fn decision(&self, outcome: zentinel_modsec::Result<()>) -> Decision {
        outcome.map_err(|error| error.to_string())?;
        let Some(intervention) = self.transaction.intervention() else {
            return Ok(None);
        };
        let rule = intervention.rule_ids.first().cloned().unwrap_or_default();
        let origin = self.rules.origins.get(&rule);
        let redirects = intervention.url.is_some();
        // The engine answers every denial with 403, whatever the rule says.
        let status = origin.map_or(intervention.status, |origin| match redirects {
            true if !(300..400).contains(&origin.status) => intervention.status,
            _ => origin.status,
        });
        Ok(Some(Verdict {
            status,
            message: origin.map_or_else(String::new, |origin| origin.message.clone()),
            phase: intervention.phase as u8,
            place: origin.map(|origin| origin.place.clone()),
            location: intervention.url.clone(),
            rule,
        }))
    }
}
