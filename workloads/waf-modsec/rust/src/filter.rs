//! The filter: one root with the rules, one context for each transaction.

use std::rc::Rc;
use std::str;

use proxy_wasm::traits::{Context, HttpContext, RootContext};
use proxy_wasm::types::{Action, ContextType};

use crate::complaints;
use crate::inspection::{Client, Decision, Inspection};
use crate::seclang::RuleSet;
use crate::settings::{Beyond, Bodies};
use crate::verdict::Verdict;

/// The most refusals that are logged one by one.
const MOST_REFUSALS: usize = 20;
const PAYLOAD_TOO_LARGE: u32 = 413;
const BAD_GATEWAY: u32 = 502;
const INTERNAL_ERROR: u32 = 500;

/// The plugin. Its configuration is SecLang, the language of ModSecurity's rules.
#[derive(Default)]
pub struct Waf {
    rules: Option<Rc<RuleSet>>,
}

impl Context for Waf {}

impl RootContext for Waf {
    fn on_configure(&mut self, _plugin_configuration_size: usize) -> bool {
        let configuration = self.get_plugin_configuration().unwrap_or_default();
        match load(&configuration) {
            Ok(rules) => {
                for left_out in &rules.left_out {
                    log::warn!("left out: {left_out}");
                }
                let (left_out, reduced) = rules.left_out_and_reduced();
                let count = rules.count;
                log::info!(
                    "{count} rules loaded, {left_out} directives left out, {reduced} reduced"
                );
                self.rules = Some(Rc::new(rules));
                true
            }
            Err(reasons) => {
                for reason in reasons.iter().take(MOST_REFUSALS) {
                    log::error!("plugin configuration refused: {reason}");
                }
                if let Some(more) = reasons
                    .len()
                    .checked_sub(MOST_REFUSALS)
                    .filter(|more| *more > 0)
                {
                    log::error!("plugin configuration refused: {more} more reasons");
                }
                false
            }
        }
    }

    fn create_http_context(&self, _context_id: u32) -> Option<Box<dyn HttpContext>> {
        let rules = self.rules.clone()?;
        Some(Box::new(Transaction {
            inspection: Inspection::new(&rules),
            rules,
            request: Half::Due,
            response: Half::Due,
        }))
    }

    fn get_type(&self) -> Option<ContextType> {
        Some(ContextType::HttpContext)
    }
}

fn load(configuration: &[u8]) -> Result<RuleSet, Vec<String>> {
    let text = str::from_utf8(configuration).map_err(|error| {
        let before = &configuration[..error.valid_up_to()];
        let line = before.iter().filter(|byte| **byte == b'\n').count() + 1;
        vec![format!("configuration:{line}: not UTF-8 text")]
    })?;
    if text.trim().is_empty() {
        return Err(vec![
            "configuration:1: it is empty; give SecLang rules".into()
        ]);
    }
    let refusals =
        |list: Vec<crate::seclang::Refusal>| list.iter().map(ToString::to_string).collect();
    RuleSet::load(text).map_err(refusals)
}

/// How far the examination of a request or a response is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Half {
    /// Its headers have not come.
    Due,
    /// Its body is being held.
    Held,
    /// It was examined, or there will be nothing to examine.
    Done,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    Request,
    Response,
}

struct Transaction {
    rules: Rc<RuleSet>,
    inspection: Inspection,
    request: Half,
    response: Half,
}

impl Context for Transaction {}

impl HttpContext for Transaction {
    fn on_http_request_headers(&mut self, _num_headers: usize, end_of_stream: bool) -> Action {
        let headers = self.get_http_request_headers_bytes();
        let address = self
            .get_property(vec!["source", "address"])
            .unwrap_or_default();
        let protocol = self.get_property(vec!["request", "protocol"]);
        let (address, port) = peer(str::from_utf8(&address).unwrap_or_default());
        let client = Client {
            address,
            port,
            // What a proxy speaks that does not say.
            protocol: protocol
                .as_deref()
                .and_then(|protocol| str::from_utf8(protocol).ok())
                .unwrap_or("HTTP/1.1"),
        };
        let decision = self.inspection.request_headers(&headers, &client);
        if let Some(action) = self.answered(decision) {
            return action;
        }
        if end_of_stream || !self.rules.settings.request.examined {
            return self.examine(Side::Request, &[]);
        }
        self.request = Half::Held;
        Action::Pause
    }

    fn on_http_request_body(&mut self, body_size: usize, end_of_stream: bool) -> Action {
        self.on_body(Side::Request, body_size, end_of_stream)
    }

    fn on_http_request_trailers(&mut self, _num_trailers: usize) -> Action {
        self.on_body(Side::Request, usize::MAX, true)
    }

    fn on_http_response_headers(&mut self, _num_headers: usize, end_of_stream: bool) -> Action {
        // The answer to a request that was denied comes by here in some proxies.
        if self.response == Half::Done {
            return Action::Continue;
        }
        let headers = self.get_http_response_headers_bytes();
        let decision = self.inspection.response_headers(&headers);
        if let Some(action) = self.answered(decision) {
            return action;
        }
        let value = |wanted: &str| {
            let mut named = headers.iter().filter(|(name, _)| name == wanted);
            named
                .next()
                .and_then(|(_, value)| str::from_utf8(value).ok())
        };
        let [kind, coding] =
            ["content-type", "content-encoding"].map(|name| value(name).unwrap_or_default());
        if end_of_stream || !self.rules.settings.examines_response(kind, coding) {
            return self.examine(Side::Response, &[]);
        }
        self.response = Half::Held;
        Action::Pause
    }

    fn on_http_response_body(&mut self, body_size: usize, end_of_stream: bool) -> Action {
        self.on_body(Side::Response, body_size, end_of_stream)
    }

    fn on_http_response_trailers(&mut self, _num_trailers: usize) -> Action {
        self.on_body(Side::Response, usize::MAX, true)
    }

    fn on_log(&mut self) {
        for rule in self.inspection.logging() {
            log::warn!("rule {rule} would have blocked");
        }
    }
}

impl Transaction {
    /// Holds a body until all of it is here or its limit is passed.
    fn on_body(&mut self, side: Side, size: usize, end_of_stream: bool) -> Action {
        if *self.half(side) != Half::Held {
            return Action::Continue;
        }
        let Bodies { limit, beyond, .. } = *self.bodies(side);
        if size <= limit && !end_of_stream {
            return Action::Pause;
        }
        // One more than the limit tells whether there is more.
        let body = match side {
            Side::Request => self.get_http_request_body(0, limit.saturating_add(1)),
            Side::Response => self.get_http_response_body(0, limit.saturating_add(1)),
        };
        let mut body = body.unwrap_or_default();
        if body.len() > limit {
            if beyond == Beyond::Reject {
                return self.refuse(side, limit);
            }
            body.truncate(limit);
        }
        self.examine(side, &body)
    }

    /// Runs the rules on a body that is as complete as it will be.
    fn examine(&mut self, side: Side, body: &[u8]) -> Action {
        *self.half(side) = Half::Done;
        let decision = match side {
            Side::Request => self.inspection.request_body(body),
            Side::Response => self.inspection.response_body(body),
        };
        self.answered(decision).unwrap_or(Action::Continue)
    }

    /// Answers in the upstream's place when the rules say so.
    fn answered(&mut self, decision: Decision) -> Option<Action> {
        for complaint in complaints::taken() {
            log::warn!("{complaint}");
        }
        match decision {
            Ok(None) => return None,
            Ok(Some(verdict)) => self.deny(&verdict),
            Err(error) => {
                log::error!("the rules could not be run: {error}");
                self.answer(INTERNAL_ERROR, vec![], b"The rules could not be run.\n");
            }
        }
        Some(Action::Pause)
    }

    fn deny(&mut self, verdict: &Verdict) {
        log::warn!("{verdict}");
        let mut headers = vec![("x-waf-rule", verdict.rule.as_str())];
        headers.extend(
            verdict
                .location
                .as_deref()
                .map(|location| ("location", location)),
        );
        self.answer(
            u32::from(verdict.status),
            headers,
            verdict.body().as_bytes(),
        );
    }

    fn refuse(&mut self, side: Side, limit: usize) -> Action {
        let (status, which) = match side {
            Side::Request => (PAYLOAD_TOO_LARGE, "request"),
            Side::Response => (BAD_GATEWAY, "response"),
        };
        log::warn!("blocked with {status}: the {which}'s body has more than {limit} bytes");
        self.answer(status, vec![], b"The body is too large.\n");
        Action::Pause
    }

    fn answer(&mut self, status: u32, mut headers: Vec<(&str, &str)>, body: &[u8]) {
        self.request = Half::Done;
        self.response = Half::Done;
        headers.insert(0, ("content-type", "text/plain"));
        self.send_http_response(status, headers, Some(body));
    }

    fn half(&mut self, side: Side) -> &mut Half {
        match side {
            Side::Request => &mut self.request,
            Side::Response => &mut self.response,
        }
    }

    fn bodies(&self, side: Side) -> &Bodies {
        match side {
            Side::Request => &self.rules.settings.request,
            Side::Response => &self.rules.settings.response,
        }
    }
}

/// Address and port of `192.0.2.1:80` or `[2001:db8::1]:80`.
fn peer(address: &str) -> (&str, u16) {
    match address
        .rsplit_once(':')
        .map(|(host, port)| (host, port.parse()))
    {
        Some((host, Ok(port))) => (host.trim_start_matches('[').trim_end_matches(']'), port),
        _ => (address, 0),
    }
}
