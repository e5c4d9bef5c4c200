//! The filter: one root, one context for each request.

use proxy_wasm::traits::{Context, HttpContext, RootContext};
use proxy_wasm::types::{Action, ContextType};

use crate::prime::{is_prime, parse_token};

const FORBIDDEN: u32 = 403;
const BODY: &[u8] = b"Access forbidden.\n";

/// The plugin. It has no configuration: whatever it is given is ignored.
pub struct PrimeCheck;

impl Context for PrimeCheck {}

impl RootContext for PrimeCheck {
    fn create_http_context(&self, _context_id: u32) -> Option<Box<dyn HttpContext>> {
        Some(Box::new(Request))
    }

    fn get_type(&self) -> Option<ContextType> {
        Some(ContextType::HttpContext)
    }
}

struct Request;

impl Context for Request {}

impl HttpContext for Request {
    fn on_http_request_headers(&mut self, _num_headers: usize, _end_of_stream: bool) -> Action {
        // As bytes: a header value need not be UTF-8.
        let token = self.get_http_request_header_bytes("token");
        let number = token.and_then(|token| parse_token(&token));
        if number.is_some_and(is_prime) {
            return Action::Continue;
        }
        self.send_http_response(FORBIDDEN, vec![("powered-by", "proxy-wasm")], Some(BODY));
        Action::Pause
    }
}
