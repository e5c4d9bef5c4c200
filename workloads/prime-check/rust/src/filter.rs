//! The filter: one root, one context for each request.

use proxy_wasm::traits::{Context, HttpContext, RootContext};
use proxy_wasm::types::{Action, ContextType};

use crate::prime::{is_prime, parse_token};

const FORBIDDEN: u32 = 403;
const BODY: &[u8] = b"Access forbidden.\n";

/// The plugin. It has no settings: its configuration is empty or `{}`.
pub struct PrimeCheck;

impl Context for PrimeCheck {}

impl RootContext for PrimeCheck {
    fn on_configure(&mut self, _plugin_configuration_size: usize) -> bool {
        let configuration = self.get_plugin_configuration().unwrap_or_default();
        let accepted = is_empty_object(&configuration);
        if !accepted {
            log::error!(
                "plugin configuration refused: there are no settings; give {{}} or nothing"
            );
        }
        accepted
    }

    fn create_http_context(&self, _context_id: u32) -> Option<Box<dyn HttpContext>> {
        Some(Box::new(Request))
    }

    fn get_type(&self) -> Option<ContextType> {
        Some(ContextType::HttpContext)
    }
}

/// Whether a configuration says nothing: no bytes, or a JSON object without fields.
fn is_empty_object(configuration: &[u8]) -> bool {
    let is_blank = |text: &[u8]| text.iter().all(u8::is_ascii_whitespace);
    let text = configuration.trim_ascii();
    let inside = text
        .strip_prefix(b"{")
        .and_then(|rest| rest.strip_suffix(b"}"));
    text.is_empty() || inside.is_some_and(is_blank)
}

/// Whether a request with this token may pass. Bytes, since a header value need
/// not be UTF-8.
pub fn passes(token: Option<Vec<u8>>) -> bool {
    let number = token.and_then(|token| parse_token(&token));
    number.is_some_and(is_prime)
}

struct Request;

impl Context for Request {}

impl HttpContext for Request {
    fn on_http_request_headers(&mut self, _num_headers: usize, _end_of_stream: bool) -> Action {
        if passes(self.get_http_request_header_bytes("token")) {
            return Action::Continue;
        }
        self.send_http_response(FORBIDDEN, vec![("powered-by", "proxy-wasm")], Some(BODY));
        Action::Pause
    }
}

#[cfg(test)]
mod tests {
    use super::is_empty_object;

    #[test]
    fn takes_no_settings() {
        for empty in [&b""[..], b"{}", b" \n{ \t}\n"] {
            assert!(is_empty_object(empty), "{empty:?}");
        }
        for other in [
            &b"{\"primes\":[2]}"[..],
            b"{",
            b"}",
            b"[]",
            b"null",
            b"{}{}",
            b"\xff",
        ] {
            assert!(!is_empty_object(other), "{other:?}");
        }
    }
}
