//! The filter: the rules are read once and shared by every stream.

use std::rc::Rc;

use proxy_wasm::traits::{Context, HttpContext, RootContext};
use proxy_wasm::types::{Action, ContextType, LogLevel, MapType};

use crate::condition::without_query;
use crate::configuration::Configuration;
use crate::headers::{Headers, HostHeaders};
use crate::rule;

/// The plugin: the rules of its configuration.
#[derive(Default)]
pub struct HeaderRewrite {
    configuration: Rc<Configuration>,
}

impl Context for HeaderRewrite {}

impl RootContext for HeaderRewrite {
    fn on_configure(&mut self, _plugin_configuration_size: usize) -> bool {
        let bytes = self.get_plugin_configuration().unwrap_or_default();
        match Configuration::parse(&bytes) {
            Ok(configuration) => {
                if configuration.logs_at(log::Level::Trace) {
                    proxy_wasm::set_log_level(LogLevel::Trace);
                }
                self.configuration = Rc::new(configuration);
                true
            }
            Err(error) => {
                log::error!("plugin configuration refused: {error}");
                false
            }
        }
    }

    fn create_http_context(&self, _context_id: u32) -> Option<Box<dyn HttpContext>> {
        Some(Box::new(Stream {
            configuration: Rc::clone(&self.configuration),
            path: Vec::new(),
        }))
    }

    fn get_type(&self) -> Option<ContextType> {
        Some(ContextType::HttpContext)
    }
}

struct Stream {
    configuration: Rc<Configuration>,
    /// The request's path, kept because rules on the response may ask for it
    /// when the request's headers are out of reach. Empty when no rule asks.
    path: Vec<u8>,
}

impl Context for Stream {}

impl HttpContext for Stream {
    fn on_http_request_headers(&mut self, _num_headers: usize, _end_of_stream: bool) -> Action {
        let mut headers = HostHeaders(MapType::HttpRequestHeaders);
        if self.configuration.asks_for_path {
            let target = headers.value(":path").unwrap_or_default();
            self.path = without_query(&target).to_vec();
        }
        rule::apply(
            &self.configuration.request,
            "request",
            &mut headers,
            &self.path,
        );
        Action::Continue
    }

    fn on_http_response_headers(&mut self, _num_headers: usize, _end_of_stream: bool) -> Action {
        let mut headers = HostHeaders(MapType::HttpResponseHeaders);
        rule::apply(
            &self.configuration.response,
            "response",
            &mut headers,
            &self.path,
        );
        Action::Continue
    }
}
