//! Proposals about references.

use super::Proposal;

pub(super) const REFERENCE_TYPES: Proposal = Proposal {
    name: "reference-types",
    title: "function references as values, several tables",
    body: "(table $first 2 funcref) (table $second 1 funcref)
        (type $constant (func (result i32)))
        (elem (table $second) (i32.const 0) func $seven)
        (func $seven (type $constant) i32.const 7)
        (func $probe (param i32) (result i32)
            (drop (table.grow $first (ref.null func) (local.get 0)))
            (table.set $first (i32.const 1) (table.get $second (i32.const 0)))
            (i32.add
                (i32.mul (i32.const 1000) (ref.is_null (table.get $first (i32.const 0))))
                (i32.add (table.size $first)
                    (call_indirect $first (type $constant) (i32.const 1)))))",
    asks: &[(3, 1012)],
};

/// Compilers of plugins have no use for it; engines without a garbage collector leave it out.
pub(super) const EXTERNREF: Proposal = Proposal {
    name: "externref",
    title: "the host's references, the other half of reference types",
    body: "(table $own 2 externref)
        (func $probe (param i32) (result i32)
            (drop (table.grow $own (ref.null extern) (local.get 0)))
            (i32.add
                (i32.mul (i32.const 1000) (ref.is_null (table.get $own (i32.const 0))))
                (table.size $own)))",
    asks: &[(3, 1005)],
};

pub(super) const FUNCTION_REFERENCES: Proposal = Proposal {
    name: "function-references",
    title: "typed function references",
    body: r#"(type $unary (func (param i32) (result i32)))
        (func $double (export "double") (type $unary) (i32.mul (local.get 0) (i32.const 2)))
        (func $through (param $f (ref null $unary)) (param i32) (result i32)
            (call_ref $unary (local.get 1) (ref.as_non_null (local.get $f))))
        (func $probe (param i32) (result i32)
            (call $through (ref.func $double) (local.get 0)))"#,
    asks: &[(21, 42)],
};

pub(super) const GC: Proposal = Proposal {
    name: "gc",
    title: "garbage-collected structures and arrays",
    // Enough of them that something must be collected or the heap must hold them all.
    body: "(type $pair (struct (field i32) (field (mut i32))))
        (type $row (array (mut i32)))
        (func $probe (param i32) (result i32)
            (local $pair (ref null $pair)) (local $row (ref null $row)) (local $left i32)
            (local.set $left (i32.const 10000))
            (loop $more
                (local.set $pair (struct.new $pair (local.get 0) (i32.const 1)))
                (local.set $left (i32.sub (local.get $left) (i32.const 1)))
                (br_if $more (local.get $left)))
            (struct.set $pair 1 (local.get $pair) (i32.const 5))
            (local.set $row (array.new $row (struct.get $pair 0 (local.get $pair)) (i32.const 3)))
            (array.set $row (local.get $row) (i32.const 1) (struct.get $pair 1 (local.get $pair)))
            (i32.add
                (i32.add
                    (array.get $row (local.get $row) (i32.const 1))
                    (array.get $row (local.get $row) (i32.const 2)))
                (i32.add
                    (array.len (local.get $row))
                    (i31.get_s (ref.i31 (i32.const -1))))))",
    // 5 + the argument + 3 - 1.
    asks: &[(100, 107)],
};
