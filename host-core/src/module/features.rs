//! Which WebAssembly proposals a module needs.

use std::fmt;

use wasmparser::{Validator, WasmFeatures};

/// A proposal beyond WebAssembly 1.0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Feature {
    name: &'static str,
}

/// The proposals in an order in which those that build on others come first.
const FEATURES: &[(&str, WasmFeatures)] = &[
    ("gc", WasmFeatures::GC),
    ("function-references", WasmFeatures::FUNCTION_REFERENCES),
    ("legacy-exceptions", WasmFeatures::LEGACY_EXCEPTIONS),
    ("exceptions", WasmFeatures::EXCEPTIONS),
    ("threads", WasmFeatures::THREADS),
    ("memory64", WasmFeatures::MEMORY64),
    ("multi-memory", WasmFeatures::MULTI_MEMORY),
    ("custom-page-sizes", WasmFeatures::CUSTOM_PAGE_SIZES),
    ("wide-arithmetic", WasmFeatures::WIDE_ARITHMETIC),
    ("compact-imports", WasmFeatures::COMPACT_IMPORTS),
    ("tail-call", WasmFeatures::TAIL_CALL),
    ("extended-const", WasmFeatures::EXTENDED_CONST),
    ("relaxed-simd", WasmFeatures::RELAXED_SIMD),
    ("simd", WasmFeatures::SIMD),
    (
        "reference-types",
        WasmFeatures::REFERENCE_TYPES.difference(WasmFeatures::CALL_INDIRECT_OVERLONG),
    ),
    (
        "call-indirect-overlong",
        WasmFeatures::CALL_INDIRECT_OVERLONG,
    ),
    (
        "bulk-memory",
        WasmFeatures::BULK_MEMORY.difference(WasmFeatures::BULK_MEMORY_OPT),
    ),
    ("bulk-memory-opt", WasmFeatures::BULK_MEMORY_OPT),
    ("multi-value", WasmFeatures::MULTI_VALUE),
    ("sign-extension", WasmFeatures::SIGN_EXTENSION),
    (
        "saturating-float-to-int",
        WasmFeatures::SATURATING_FLOAT_TO_INT,
    ),
    ("mutable-globals", WasmFeatures::MUTABLE_GLOBAL),
];

/// Proposals that were split: the whole and the part that compilers use on their own.
const PARTS: [(&str, &str); 2] = [
    ("reference-types", "call-indirect-overlong"),
    ("bulk-memory", "bulk-memory-opt"),
];

/// The features with which a module is validated: all that some engine has.
pub(super) fn all() -> WasmFeatures {
    FEATURES
        .iter()
        .fold(WasmFeatures::MVP, |all, (_, feature)| all.union(*feature))
}

/// The proposals that a valid module really uses, newest first: those without which it is
/// not valid. Validates the module about a dozen times.
pub fn features_of(wasm: &[u8]) -> Vec<Feature> {
    let mut needed = Vec::new();
    let mut rest = all();
    narrow(wasm, FEATURES, &mut rest, &mut needed);
    for (whole, part) in PARTS {
        if needed.iter().any(|feature| feature.name == whole) {
            needed.retain(|feature| feature.name != part);
        }
    }
    needed
}

/// Takes out of `rest` whatever of `group` the module can do without. Whole groups are
/// tried first, since most modules need few proposals.
fn narrow(
    wasm: &[u8],
    group: &[(&'static str, WasmFeatures)],
    rest: &mut WasmFeatures,
    needed: &mut Vec<Feature>,
) {
    let without = group
        .iter()
        .fold(*rest, |rest, (_, feature)| rest.difference(*feature));
    if Validator::new_with_features(without)
        .validate_all(wasm)
        .is_ok()
    {
        *rest = without;
    } else if let [(name, _)] = group {
        needed.push(Feature { name });
    } else {
        let (newer, older) = group.split_at(group.len() / 2);
        narrow(wasm, newer, rest, needed);
        narrow(wasm, older, rest, needed);
    }
}

impl Feature {
    /// The proposal's name, e.g. `simd`.
    pub fn name(self) -> &'static str {
        self.name
    }
}

impl fmt::Display for Feature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}
