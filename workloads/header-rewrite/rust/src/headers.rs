//! One message's headers, as rules see them: in the host, or in a test.

use proxy_wasm::hostcalls;
use proxy_wasm::types::MapType;

/// Headers of one message. Names are lower case, values any bytes.
pub trait Headers {
    /// The value, several of the same name joined with `", "`.
    fn value(&self, name: &str) -> Option<Vec<u8>>;
    /// Every header, in order.
    fn all(&self) -> Vec<(String, Vec<u8>)>;
    /// One more header, whether the name is there already or not.
    fn add(&mut self, name: &str, value: &str);
    /// Exactly one header of this name.
    fn set(&mut self, name: &str, value: &[u8]);
    /// No header of this name.
    fn remove(&mut self, name: &str);
}

/// A header map of the host. A host that refuses a change (it may, out of
/// phase) leaves the headers as they were: a rewrite is not worth a failed stream.
pub struct HostHeaders(pub MapType);

impl Headers for HostHeaders {
    fn value(&self, name: &str) -> Option<Vec<u8>> {
        hostcalls::get_map_value_bytes(self.0, name).unwrap_or_default()
    }

    fn all(&self) -> Vec<(String, Vec<u8>)> {
        hostcalls::get_map_bytes(self.0).unwrap_or_default()
    }

    fn add(&mut self, name: &str, value: &str) {
        let _ = hostcalls::add_map_value(self.0, name, value);
    }

    fn set(&mut self, name: &str, value: &[u8]) {
        let _ = hostcalls::set_map_value_bytes(self.0, name, Some(value));
    }

    fn remove(&mut self, name: &str) {
        let _ = hostcalls::remove_map_value(self.0, name);
    }
}

/// Headers in a list, which is what a host's map amounts to.
#[cfg(test)]
pub mod list {
    use super::Headers;

    pub struct List(pub Vec<(String, Vec<u8>)>);

    impl List {
        pub fn new(headers: &[(&str, &str)]) -> Self {
            let owned =
                |(name, value): &(&str, &str)| (name.to_string(), value.as_bytes().to_vec());
            Self(headers.iter().map(owned).collect())
        }

        pub fn pairs(&self) -> Vec<(&str, &str)> {
            let text = |value| std::str::from_utf8(value).unwrap();
            self.0
                .iter()
                .map(|(name, value)| (name.as_str(), text(value)))
                .collect()
        }
    }

    impl Headers for List {
        fn value(&self, name: &str) -> Option<Vec<u8>> {
            let values: Vec<&[u8]> = self
                .0
                .iter()
                .filter(|(key, _)| key == name)
                .map(|(_, value)| value.as_slice())
                .collect();
            (!values.is_empty()).then(|| values.join(&b", "[..]))
        }

        fn all(&self) -> Vec<(String, Vec<u8>)> {
            self.0.clone()
        }

        fn add(&mut self, name: &str, value: &str) {
            self.0.push((name.to_string(), value.as_bytes().to_vec()));
        }

        fn set(&mut self, name: &str, value: &[u8]) {
            self.remove(name);
            self.0.push((name.to_string(), value.to_vec()));
        }

        fn remove(&mut self, name: &str) {
            self.0.retain(|(key, _)| key != name);
        }
    }
}
