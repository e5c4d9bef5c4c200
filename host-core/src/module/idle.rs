//! Functions that have nothing to do. Linkers wrap what a module exports into calls of its
//! constructors and destructors, of which most modules have none, so an empty function may be
//! one that calls empty ones.

use wasmparser::{FunctionBody, Operator};

/// Operators of a function that is looked at.
const MOST: usize = 32;
/// Calls within calls, which in a guest's stack are as good as nothing.
const DEEPEST: usize = 4;

/// What the functions of a module do, as far as it may be nothing.
#[derive(Debug, Default)]
pub(super) struct Idleness {
    /// Whom each function calls that does nothing itself, by index in the whole module; `None`
    /// for one that does something.
    functions: Vec<Option<Vec<u32>>>,
}

impl Idleness {
    /// Takes note of the next function that the module defines.
    pub(super) fn add(&mut self, body: &FunctionBody<'_>) -> Result<(), wasmparser::Error> {
        let mut calls = Some(Vec::new());
        for (count, operator) in body.get_operators_reader()?.into_iter().enumerate() {
            match (operator?, &mut calls) {
                (Operator::Call { function_index }, Some(calls)) if count < MOST => {
                    calls.push(function_index);
                }
                (
                    Operator::LocalGet { .. }
                    | Operator::I32Const { .. }
                    | Operator::Drop
                    | Operator::Nop
                    | Operator::End,
                    _,
                ) if count < MOST => {}
                _ => {
                    calls = None;
                    break;
                }
            }
        }
        self.functions.push(calls);
        Ok(())
    }

    /// Whether a function has nothing to do, apart from what it answers; `imported` is how many
    /// functions the module imports, any of which may do something.
    pub(super) fn is_idle(&self, index: u32, imported: usize) -> bool {
        self.is_idle_within(index, imported, DEEPEST)
    }

    fn is_idle_within(&self, index: u32, imported: usize, depth: usize) -> bool {
        let defined = (index as usize).checked_sub(imported);
        let calls = defined.and_then(|index| self.functions.get(index)?.as_ref());
        depth > 0
            && calls.is_some_and(|calls| {
                let idle = |call: &u32| self.is_idle_within(*call, imported, depth - 1);
                calls.iter().all(idle)
            })
    }
}

#[cfg(test)]
mod tests {
    use crate::ModuleFacts;
    use crate::abi::Callback;

    /// Whether `proxy_on_context_create` with this body is idle.
    fn idle(body: &str) -> bool {
        let text = format!(
            r#"(module
                (import "env" "proxy_done" (func $host (result i32)))
                (memory (export "memory") 1)
                (global $count (mut i32) (i32.const 0))
                (func $nothing)
                (func $answers (param i32) (result i32) (i32.const 7))
                (func $wrapped (call $nothing) (call $nothing))
                (func $forever (call $forever))
                (func (export "proxy_abi_version_0_2_1"))
                (func (export "proxy_on_memory_allocate") (param i32) (result i32) (i32.const 0))
                (func (export "proxy_on_context_create") (param i32 i32) {body})
                (func (export "proxy_on_done") (param i32) (result i32) (i32.const 1)))"#
        );
        let wasm = wat::parse_str(text).expect("valid text");
        let facts = ModuleFacts::read(&wasm).expect("a plugin");
        assert!(facts.callbacks.contains(Callback::ContextCreate));
        assert!(!facts.idle.contains(Callback::Done), "it answers");
        facts.idle.contains(Callback::ContextCreate)
    }

    #[test]
    fn functions_that_do_nothing_are_idle_and_so_are_those_that_call_them() {
        assert!(idle(""));
        assert!(idle("(call $nothing)"));
        assert!(idle("(drop (call $answers (local.get 0))) (call $wrapped)"));
    }

    #[test]
    fn whatever_may_be_noticed_is_not_idle() {
        assert!(!idle("(drop (call $host))"));
        assert!(!idle("(global.set $count (i32.const 1))"));
        assert!(!idle("(i32.store (i32.const 0) (i32.const 1))"));
        assert!(!idle("(loop (br 0))"));
        assert!(!idle("unreachable"));
        assert!(!idle("(call $forever)"));
        assert!(!idle(&"nop ".repeat(super::MOST)));
    }
}
