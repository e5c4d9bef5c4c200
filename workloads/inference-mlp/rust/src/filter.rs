//! The filter: the class steers the request.

use std::cell::RefCell;
use std::rc::Rc;

use proxy_wasm::traits::{Context, HttpContext, RootContext};
use proxy_wasm::types::{Action, ContextType};

use crate::features;
#[cfg(feature = "wasi-nn")]
use crate::host::Network;
#[cfg(not(feature = "wasi-nn"))]
use crate::network::Network;

const FORBIDDEN: u32 = 403;
const BODY: &[u8] = b"Automated clients, please use the API.\n";
/// Where other filters and access logs find the log-probabilities of person and program, as
/// two 32-bit floating-point numbers.
const PROPERTY: [&str; 2] = ["request_classifier", "log_probabilities"];

/// The plugin. Its configuration is the network.
#[derive(Default)]
pub struct Classifier {
    network: Option<Rc<RefCell<Network>>>,
}

impl Context for Classifier {}

impl RootContext for Classifier {
    fn on_configure(&mut self, _plugin_configuration_size: usize) -> bool {
        let configuration = self.get_plugin_configuration().unwrap_or_default();
        match Network::new(&configuration) {
            Ok(network) => {
                self.network = Some(Rc::new(RefCell::new(network)));
                true
            }
            Err(reason) => {
                log::error!("plugin configuration refused: {reason}");
                false
            }
        }
    }

    fn create_http_context(&self, _context_id: u32) -> Option<Box<dyn HttpContext>> {
        let network = Rc::clone(self.network.as_ref()?);
        Some(Box::new(Request { network }))
    }

    fn get_type(&self) -> Option<ContextType> {
        Some(ContextType::HttpContext)
    }
}

struct Request {
    network: Rc<RefCell<Network>>,
}

impl Context for Request {}

impl HttpContext for Request {
    fn on_http_request_headers(&mut self, _num_headers: usize, _end_of_stream: bool) -> Action {
        let headers = self.get_http_request_headers_bytes();
        let pairs = headers
            .iter()
            .map(|(name, value)| (name.as_bytes(), &value[..]));
        let features = features::of(pairs);
        let [person, program] = match self.network.borrow_mut().log_probabilities(&features) {
            Ok(answer) => answer,
            Err(reason) => {
                log::error!("not classified: {reason}");
                self.add_http_request_header("x-client-class", "unknown");
                return Action::Continue;
            }
        };
        let mut bytes = [0; 8];
        bytes[..4].copy_from_slice(&person.to_le_bytes());
        bytes[4..].copy_from_slice(&program.to_le_bytes());
        self.set_property(PROPERTY.to_vec(), Some(&bytes));
        if program > person {
            self.send_http_response(FORBIDDEN, vec![("x-client-class", "program")], Some(BODY));
            return Action::Pause;
        }
        self.add_http_request_header("x-client-class", "person");
        Action::Continue
    }
}
