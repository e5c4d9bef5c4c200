//! What perf saw: stacks, and functions by the share of samples they were on top of.

use std::collections::BTreeMap;

use serde::Serialize;

use super::breakdown::Kind;
use super::flame::frame;

/// Frames kept of a stack, from its top.
const DEEPEST: usize = 100;

/// A function by the samples in which it was on top.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct Function {
    /// Whose it is.
    pub(crate) kind: Kind,
    /// Its name.
    pub(crate) name: String,
    /// Share of all samples.
    pub(crate) share: f64,
}

/// Stacks and functions.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Samples {
    pub(super) count: u64,
    pub(super) folded: Vec<String>,
    pub(super) functions: Vec<Function>,
}

/// How frames are told apart.
pub(super) struct Naming<'a> {
    /// Name of this program's file.
    pub(super) program: &'a str,
    /// Whether the guest is a shared library of its own.
    pub(super) native: bool,
}

/// Reads what `perf script -F comm,ip,sym,dso` prints.
pub(super) fn read(text: &str, naming: &Naming<'_>) -> Samples {
    let mut stacks: BTreeMap<String, u64> = BTreeMap::new();
    let mut tops: BTreeMap<(Kind, String), u64> = BTreeMap::new();
    let mut count = 0;
    for sample in text.split("\n\n") {
        let frames: Vec<(Kind, String)> = sample
            .lines()
            .filter_map(|line| read_frame(line, naming))
            .take(DEEPEST)
            .collect();
        let Some(top) = frames.first() else {
            continue;
        };
        count += 1;
        *tops.entry(top.clone()).or_default() += 1;
        let names: Vec<String> = frames
            .iter()
            .rev()
            .map(|(kind, name)| match kind {
                Kind::Guest => format!("{name}_[j]"),
                _ => name.clone(),
            })
            .collect();
        *stacks.entry(names.join(";")).or_default() += 1;
    }
    let mut functions: Vec<Function> = tops
        .into_iter()
        .map(|((kind, name), samples)| Function {
            kind,
            name,
            share: samples as f64 / f64::from(u32::try_from(count.max(1)).unwrap_or(u32::MAX)),
        })
        .collect();
    functions.sort_by(|a, b| b.share.total_cmp(&a.share));
    Samples {
        count,
        folded: stacks
            .into_iter()
            .map(|(stack, samples)| format!("{stack} {samples}"))
            .collect(),
        functions,
    }
}

/// `  7f12ab symbol+0x1 (/path/to/object)`.
fn read_frame(line: &str, naming: &Naming<'_>) -> Option<(Kind, String)> {
    let line = line.strip_prefix(['\t', ' '])?.trim();
    let (address, rest) = line.split_once(' ')?;
    if !address.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    let (symbol, object) = rest.rsplit_once(" (")?;
    let object = object.trim_end_matches(')');
    let kind = kind(symbol, object, naming);
    Some((kind, frame(&name(symbol, kind))))
}

fn kind(symbol: &str, object: &str, naming: &Naming<'_>) -> Kind {
    let file = object.rsplit('/').next().unwrap_or(object);
    let generated = file.starts_with("perf-") && file.ends_with(".map");
    if generated || object.contains("[JIT]") {
        let trampoline = ["trampoline", "array_to_wasm", "wasm_to_", "libcall"];
        return match trampoline.iter().any(|word| symbol.contains(word)) {
            true => Kind::Engine,
            false => Kind::Guest,
        };
    }
    if file == naming.program {
        let engines = [
            "wasmtime",
            "wasmer",
            "wasmi",
            "tinywasm",
            "cranelift",
            "pulley",
        ];
        return match () {
            () if symbol.contains("host_core::hostcalls") => Kind::HostCall,
            () if engines.iter().any(|engine| symbol.contains(engine)) => Kind::Engine,
            () => Kind::Host,
        };
    }
    let twin = file.starts_with("native-twin-");
    let system = object.starts_with('[') || file.starts_with("lib") || file.starts_with("ld-");
    match naming.native && (twin || !system) {
        true => Kind::Guest,
        false => Kind::Host,
    }
}

/// The function's name: wasmtime puts module and number before it.
fn name(symbol: &str, kind: Kind) -> String {
    let name = match (kind, symbol.split_once("]::function[")) {
        (Kind::Guest, Some((_, rest))) => match rest.split_once("]::") {
            Some((_, name)) => name.to_owned(),
            None => format!("function {}", rest.trim_end_matches(']')),
        },
        _ => symbol.to_owned(),
    };
    // Rust's own suffix that tells copies of a crate apart.
    match name.rsplit_once("::h") {
        Some((name, hash)) if hash.len() == 16 && hash.bytes().all(|b| b.is_ascii_hexdigit()) => {
            name.to_owned()
        }
        _ => name,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "pwbench 
\t    7f01 wasm[0]::function[17]::prime::is_prime (/tmp/perf-77.map)
\t    7f02 wasm[0]::function[3] (/tmp/perf-77.map)
\t    5501 core::ops::function::FnOnce::call_once::h0123456789abcdef (/opt/pwbench)

pwbench 
\t    5502 host_core::hostcalls::headers::proxy_get_header_map_value (/opt/pwbench)
\t    7f03 wasm[0]::array_to_wasm_trampoline[4] (/tmp/perf-77.map)

pwbench 
\tffffffff81 clear_page_erms ([kernel.kallsyms])

";

    fn naming(native: bool) -> Naming<'static> {
        Naming {
            program: "pwbench",
            native,
        }
    }

    #[test]
    fn guest_functions_are_named_and_told_from_the_rest() {
        let samples = read(TEXT, &naming(false));
        assert_eq!(samples.count, 3);
        let of = |name: &str| {
            let found = samples.functions.iter().find(|one| one.name.contains(name));
            found.map(|one| one.kind)
        };
        assert_eq!(of("prime::is_prime"), Some(Kind::Guest));
        assert_eq!(of("proxy_get_header_map_value"), Some(Kind::HostCall));
        assert_eq!(of("clear_page"), Some(Kind::Host));
        assert!(
            samples.folded.iter().any(|stack| {
                stack
                    == "core::ops::function::FnOnce::call_once;function 3_[j];prime::is_prime_[j] 1"
            }),
            "{:?}",
            samples.folded
        );
    }

    #[test]
    fn a_twins_functions_are_those_of_its_library() {
        let text = "pwbench \n\t 7f01 prime_check::is_prime (/tmp/.tmpAb/twin.so)\n\n";
        assert_eq!(read(text, &naming(true)).functions[0].kind, Kind::Guest);
        assert_eq!(read(text, &naming(false)).functions[0].kind, Kind::Host);
    }

    #[test]
    fn anything_else_is_no_sample() {
        assert_eq!(read("", &naming(false)), Samples::default());
        assert_eq!(
            read("hello\n\n  world\n\n zz yy (x)\n", &naming(false)).count,
            0
        );
    }
}
