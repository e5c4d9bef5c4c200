//! Imports that the host does not provide, and what they look like.

use super::functions::{describe, env_names, provided};
use super::outline::{RawImport, RawKind};

/// What is wrong with an import; `None` when the host provides it.
pub(super) fn complaint(import: &RawImport) -> Option<String> {
    let (module, name) = (&import.module, &import.name);
    match (&import.kind, provided(module, name)) {
        (RawKind::Function(found), Some(function)) if function.has_type(found) => None,
        (RawKind::Function(found), Some(function)) => Some(format!(
            "{module}.{name}: the module wants {}, the host has {function}",
            describe(found.params(), found.results()),
        )),
        (RawKind::Function(_), None) => Some(format!("{module}.{name}: {}", guess(module, name))),
        (RawKind::Memory, _) => Some(format!("{module}.{name}: a memory")),
        (RawKind::Other(kind), _) => Some(format!(
            "{module}.{name}: a {kind}; link the module so that it imports functions only"
        )),
    }
}

fn guess(module: &str, name: &str) -> String {
    let fixed = match (module, name) {
        ("env", name) if name.starts_with("_proxy_") => {
            "a name of 2019, before ABI 0.1.0; build the module with a current SDK"
        }
        ("env", name) if name.starts_with("proxy_") => {
            return match nearest(name) {
                Some(near) => format!("no function of ABI 0.1.0 to 0.2.1, did you mean {near}?"),
                None => {
                    "no function of ABI 0.1.0 to 0.2.1, perhaps one proxy's own extension".into()
                }
            };
        }
        ("env", name) if name.starts_with("invoke_") || name.starts_with("emscripten_") => {
            "JavaScript glue of emscripten; link with -sSTANDALONE_WASM and without exceptions"
        }
        ("env", _) => {
            "an undefined symbol; link the library that has it, and without --allow-undefined"
        }
        (crate::nn::MODULE, _) => {
            "no function of wasi-nn's witx interface, perhaps one runtime's own extension"
        }
        ("wasi_nn", _) => {
            "wasi-nn under a name of one runtime's own; import it from wasi_ephemeral_nn"
        }
        ("wasi_snapshot_preview1" | "wasi_unstable", _) => {
            "no function of WASI preview 1 that a filter could use"
        }
        ("gojs" | "go", _) => "Go's browser port; build with GOOS=wasip1",
        (module, _) if module.starts_with("__wbindgen") || module == "wbg" => {
            "JavaScript glue of wasm-bindgen; leave out dependencies made for browsers"
        }
        (module, _) if module.starts_with("wasi:") || module.contains('/') => {
            "a component's interface; build a core module for wasm32-wasip1"
        }
        (module, _) if module.len() <= 2 && name.len() <= 2 => {
            "JavaScript glue with shortened names; link with -sSTANDALONE_WASM"
        }
        _ => "an unknown import module; Proxy-Wasm has env and wasi_snapshot_preview1",
    };
    fixed.to_owned()
}

/// The known name that differs in one or two places, if there is one.
fn nearest(name: &str) -> Option<&'static str> {
    let near = env_names()
        .map(|known| (distance(name, known), known))
        .min()?;
    (near.0 <= 2).then_some(near.1)
}

/// Levenshtein's distance.
fn distance(left: &str, right: &str) -> usize {
    let right = right.as_bytes();
    let mut row: Vec<usize> = (0..=right.len()).collect();
    for (index, byte) in left.bytes().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], index + 1);
        for (column, other) in right.iter().enumerate() {
            let replaced = diagonal + usize::from(byte != *other);
            diagonal = row[column + 1];
            row[column + 1] = replaced.min(diagonal + 1).min(row[column] + 1);
        }
    }
    row[right.len()]
}
