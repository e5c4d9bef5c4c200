//! What runs of a proxy beside its program.

use sha2::{Digest as _, Sha256};

use crate::config::mosn_copy;
use crate::find::{hexadecimal, module, module_of, sha256};
use crate::{Filter, ProxyKind};

/// A file that runs beside a proxy's program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// Its name.
    pub name: String,
    /// SHA-256 of its bytes, in lower-case hexadecimal.
    pub sha256: String,
}

/// What a filter runs in beside the program: the proxy's module, or the plugin where the proxy
/// gets another file than the one that was given. Files that cannot be read are left out; such a
/// filter does not start either.
pub fn parts(kind: ProxyKind, filter: &Filter) -> Vec<Part> {
    let mut parts = Vec::new();
    if let Some(name) = module_of(kind, filter.kind())
        && let Some(sha256) = module(kind, name).and_then(|path| sha256(&path).ok())
    {
        parts.push(Part {
            name: name.to_owned(),
            sha256,
        });
    }
    if let (ProxyKind::Mosn, Filter::Wasm(plugin)) = (kind, filter)
        && let Ok(bytes) = std::fs::read(&plugin.module)
    {
        parts.push(Part {
            name: "its copy of the plugin".to_owned(),
            sha256: hexadecimal(&Sha256::digest(mosn_copy(bytes))),
        });
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Plugin;

    #[test]
    fn the_copy_that_mosn_gets_has_a_hash_of_its_own() {
        let file = tempfile::NamedTempFile::new().expect("a file");
        std::fs::write(file.path(), "..proxy_abi_version_0_2_1..").expect("written");
        let plugin = Filter::Wasm(Plugin {
            module: file.path().to_path_buf(),
            root_id: String::new(),
            configuration: String::new(),
            runtime: String::new(),
            isolation: "thread".to_owned(),
        });
        let parts_of = |kind| parts(kind, &plugin);
        let copy = hexadecimal(&Sha256::digest("..proxy_abi_version_0_1_0.."));
        assert_eq!(parts_of(ProxyKind::Mosn)[0].sha256, copy);
        assert_eq!(parts_of(ProxyKind::Envoy), []);
        assert_eq!(parts(ProxyKind::Mosn, &Filter::None), []);
    }
}
