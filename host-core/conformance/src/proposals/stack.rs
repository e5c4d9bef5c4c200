//! Proposals about calls, blocks and what crosses them.

use super::Proposal;

pub(super) const MULTI_VALUE: Proposal = Proposal {
    name: "multi-value",
    title: "several results, block parameters",
    body: "(func $swap (param i32 i32) (result i32 i32) (local.get 1) (local.get 0))
        (func $probe (param i32) (result i32)
            (call $swap (local.get 0) (i32.const 10))
            (block (param i32 i32) (result i32) i32.sub))",
    asks: &[(3, 7)],
};

pub(super) const TAIL_CALL: Proposal = Proposal {
    name: "tail-call",
    title: "tail calls",
    // So deep that calls which keep their frames would use up any stack.
    body: "(type $step (func (param i32 i32) (result i32)))
        (table 1 funcref) (elem (i32.const 0) $direct)
        (func $direct (type $step)
            (if (i32.eqz (local.get 0)) (then (return (local.get 1))))
            (return_call $indirect
                (i32.sub (local.get 0) (i32.const 1))
                (i32.add (local.get 1) (i32.const 2))))
        (func $indirect (type $step)
            (return_call_indirect (type $step)
                (local.get 0) (local.get 1) (i32.const 0)))
        (func $probe (param i32) (result i32)
            (return_call $direct (local.get 0) (i32.const 1)))",
    asks: &[(0, 1), (1_000_000, 2_000_001)],
};

pub(super) const LEGACY_EXCEPTIONS: Proposal = Proposal {
    name: "legacy-exceptions",
    title: "exceptions, in the form that was given up (try and catch)",
    body: "(tag $odd (param i32))
        (func $check (param i32) (result i32)
            (if (i32.and (local.get 0) (i32.const 1))
                (then (throw $odd (i32.add (local.get 0) (i32.const 100)))))
            (local.get 0))
        (func $probe (param i32) (result i32)
            try (result i32)
                (call $check (local.get 0))
            catch $odd
            end)",
    asks: &[(4, 4), (7, 107), (8, 8)],
};

pub(super) const EXCEPTIONS: Proposal = Proposal {
    name: "exceptions",
    title: "exceptions, in the final form (exnref and try_table)",
    body: "(tag $odd (param i32))
        (func $check (param i32) (result i32)
            (if (i32.and (local.get 0) (i32.const 1))
                (then (throw $odd (i32.add (local.get 0) (i32.const 100)))))
            (local.get 0))
        (func $again (param i32) (result i32)
            (block $caught (result exnref)
                (return (try_table (result i32) (catch_all_ref $caught)
                    (call $check (local.get 0)))))
            throw_ref)
        (func $probe (param i32) (result i32)
            (block $caught (result i32)
                (try_table (result i32) (catch $odd $caught)
                    (call $again (local.get 0)))))",
    asks: &[(4, 4), (7, 107), (8, 8)],
};
