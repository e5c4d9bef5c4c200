//! header-rewrite with its default rules in Rust, on the bare ABI.

mod host;
mod rules;

use std::cell::RefCell;
use std::collections::HashMap;

use host::{log_debug, Headers};
use rules::{Condition, Operation, Rule, Test};

thread_local! {
    /// The request's path of every stream: rules on the response may ask for it when the
    /// request's headers are out of reach.
    static PATHS: RefCell<HashMap<u32, Vec<u8>>> = RefCell::default();
}

impl Test {
    fn passes(&self, value: &[u8]) -> bool {
        match self {
            Self::Present => true,
            Self::Equals(text) => value == text.as_bytes(),
            Self::Prefix(text) => value.starts_with(text.as_bytes()),
            Self::Contains(text) => value
                .windows(text.len())
                .any(|part| part == text.as_bytes()),
        }
    }
}

impl Condition {
    fn holds(&self, headers: Headers, path: &[u8]) -> bool {
        match self {
            Self::Always => true,
            Self::Path(test) => test.passes(path),
            Self::Header(name, test) => headers.get(name).is_some_and(|value| test.passes(&value)),
        }
    }
}

impl Operation {
    fn run(&self, headers: Headers, message: &str) {
        match self {
            Self::Log => write_to_log(headers, message),
            Self::Add(name, value) => headers.add(name, value),
            Self::Set(name, value) => headers.set(name, value.as_bytes()),
            Self::Remove(name) => headers.remove(name),
            Self::Append(name, value) => {
                let mut whole = headers.get(name).unwrap_or_default();
                if !whole.is_empty() {
                    whole.extend_from_slice(b", ");
                }
                whole.extend_from_slice(value.as_bytes());
                headers.set(name, &whole);
            }
        }
    }
}

fn write_to_log(headers: Headers, message: &str) {
    let mut line = Vec::new();
    headers.each(|name, value| {
        line.clear();
        for part in [message.as_bytes(), b" ", name, b": ", value] {
            line.extend_from_slice(part);
        }
        log_debug(&line);
    });
}

fn apply(rules: &[Rule], headers: Headers, message: &str, path: &[u8]) {
    for Rule(operation, condition) in rules {
        if condition.holds(headers, path) {
            operation.run(headers, message);
        }
    }
}

#[no_mangle]
pub extern "C" fn proxy_abi_version_0_2_1() {}

#[no_mangle]
pub extern "C" fn proxy_on_vm_start(_root: u32, _size: usize) -> u32 {
    1
}

#[no_mangle]
pub extern "C" fn proxy_on_configure(_root: u32, _size: usize) -> u32 {
    1
}

#[no_mangle]
pub extern "C" fn proxy_on_context_create(_id: u32, _root: u32) {}

#[no_mangle]
pub extern "C" fn proxy_on_request_headers(id: u32, _count: usize, _end_of_stream: u32) -> u32 {
    let mut path = Headers::Request.get(":path").unwrap_or_default();
    let end = path.iter().position(|byte| *byte == b'?');
    path.truncate(end.unwrap_or(path.len()));
    apply(rules::REQUEST, Headers::Request, "request", &path);
    PATHS.with_borrow_mut(|paths| paths.insert(id, path));
    0
}

#[no_mangle]
pub extern "C" fn proxy_on_response_headers(id: u32, _count: usize, _end_of_stream: u32) -> u32 {
    PATHS.with_borrow(|paths| {
        let path = paths.get(&id).map(Vec::as_slice).unwrap_or_default();
        apply(rules::RESPONSE, Headers::Response, "response", path);
    });
    0
}

#[no_mangle]
pub extern "C" fn proxy_on_done(_id: u32) -> u32 {
    1
}

#[no_mangle]
pub extern "C" fn proxy_on_log(_id: u32) {}

#[no_mangle]
pub extern "C" fn proxy_on_delete(id: u32) {
    PATHS.with_borrow_mut(|paths| paths.remove(&id));
}
