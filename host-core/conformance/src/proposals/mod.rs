//! WebAssembly proposals, each with a tiny filter that uses it and computes a value.
//!
//! Whether an engine has a proposal is found out and not remembered: the filter goes the way
//! of every plugin, through the facts, [`host_core::Engine::compile`] and a callback, and its
//! answers are compared with those that the proposal's text prescribes.

mod attempt;
mod memories;
mod numbers;
mod references;
mod stack;

pub use attempt::{Attempt, attempt};

use memories::{
    BULK_MEMORY, BULK_MEMORY_OPT, CUSTOM_PAGE_SIZES, EXTENDED_CONST, MEMORY64, MULTI_MEMORY,
    MUTABLE_GLOBALS, THREADS,
};
use numbers::{RELAXED_SIMD, SATURATING_FLOAT_TO_INT, SIGN_EXTENSION, SIMD, WIDE_ARITHMETIC};
use references::{EXTERNREF, FUNCTION_REFERENCES, GC, REFERENCE_TYPES};
use stack::{EXCEPTIONS, LEGACY_EXCEPTIONS, MULTI_VALUE, TAIL_CALL};

/// A proposal beyond WebAssembly 1.0 and how to find out whether a runtime has it.
#[derive(Clone, Copy, Debug)]
pub struct Proposal {
    /// Name as [`host_core::features_of`] gives it, e.g. `simd`; or of a part that engines
    /// have or lack on its own.
    pub name: &'static str,
    /// What it brings, for people.
    pub title: &'static str,
    /// The filter's text but for what all filters have: a function `$probe` from an `i32` to
    /// an `i32`, and what it uses.
    body: &'static str,
    /// Arguments, asked in this order in one VM, with the answers expected.
    asks: &'static [(u32, u32)],
}

/// Every proposal that a plugin can use, oldest first.
pub const PROPOSALS: &[Proposal] = &[
    MUTABLE_GLOBALS,
    SIGN_EXTENSION,
    SATURATING_FLOAT_TO_INT,
    MULTI_VALUE,
    BULK_MEMORY_OPT,
    BULK_MEMORY,
    REFERENCE_TYPES,
    EXTERNREF,
    SIMD,
    EXTENDED_CONST,
    TAIL_CALL,
    RELAXED_SIMD,
    THREADS,
    MULTI_MEMORY,
    MEMORY64,
    FUNCTION_REFERENCES,
    GC,
    LEGACY_EXCEPTIONS,
    EXCEPTIONS,
    CUSTOM_PAGE_SIZES,
    WIDE_ARITHMETIC,
];

impl Proposal {
    /// The proposal of this name.
    pub fn find(name: &str) -> Option<&'static Proposal> {
        PROPOSALS.iter().find(|proposal| proposal.name == name)
    }

    /// The filter as a WebAssembly binary.
    ///
    /// # Panics
    /// When its text is wrong, which is this crate's own mistake.
    pub fn module(&self) -> Vec<u8> {
        // A memory of another kind must not stand beside one of the usual kind: that would
        // ask for several memories too.
        let memory = match self.body.contains("(memory $own") {
            true => "",
            false => r#"(memory (export "memory") 1)"#,
        };
        let text = format!(
            r#"(module {memory} {}
                (func (export "proxy_abi_version_0_2_1"))
                (func (export "proxy_on_memory_allocate") (param i32) (result i32) i32.const 1024)
                (func (export "proxy_on_done") (param i32) (result i32)
                    (call $probe (local.get 0))))"#,
            self.body
        );
        match wat::parse_str(&text) {
            Ok(bytes) => bytes,
            Err(error) => panic!("the filter for {} is wrong: {error}\n{text}", self.name),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use host_core::{Feature, ModuleFacts, features_of};

    use super::*;

    #[test]
    fn every_filter_is_valid_and_needs_its_proposal_and_what_that_builds_on() {
        for proposal in PROPOSALS {
            let module = proposal.module();
            ModuleFacts::read(&module).unwrap_or_else(|error| panic!("{}: {error}", proposal.name));
            let needed: Vec<_> = features_of(&module)
                .into_iter()
                .map(Feature::name)
                .collect();
            let allowed: &[&str] = match proposal.name {
                "externref" => &["reference-types"],
                "relaxed-simd" => &["relaxed-simd", "simd"],
                "function-references" => &["function-references", "reference-types"],
                "gc" => &["gc", "function-references", "reference-types"],
                "exceptions" => &["exceptions", "reference-types"],
                "legacy-exceptions" => &["legacy-exceptions", "exceptions"],
                name => &[name],
            };
            assert!(
                needed.contains(&allowed[0]),
                "{}: {needed:?}",
                proposal.name
            );
            for name in needed {
                assert!(allowed.contains(&name), "{} needs {name}", proposal.name);
            }
        }
    }

    #[test]
    fn names_are_unique_and_every_filter_is_asked_something() {
        let names: BTreeSet<_> = PROPOSALS.iter().map(|proposal| proposal.name).collect();
        assert_eq!(names.len(), PROPOSALS.len());
        assert!(PROPOSALS.iter().all(|proposal| !proposal.asks.is_empty()));
    }
}
