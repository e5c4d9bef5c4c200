//! Proposals about memories and globals.

use super::Proposal;

pub(super) const MUTABLE_GLOBALS: Proposal = Proposal {
    name: "mutable-globals",
    title: "export of mutable globals",
    body: r#"(global $sum (export "sum") (mut i32) (i32.const 40))
        (func $probe (param i32) (result i32)
            (global.set $sum (i32.add (global.get $sum) (local.get 0)))
            (global.get $sum))"#,
    asks: &[(2, 42), (3, 45)],
};

pub(super) const EXTENDED_CONST: Proposal = Proposal {
    name: "extended-const",
    title: "arithmetic in constant expressions",
    body: r#"(global $base i32 (i32.add (i32.const 40) (i32.mul (i32.const 2) (i32.const 3))))
        (data (i32.sub (i32.const 100) (i32.const 36)) "\05")
        (func $probe (param i32) (result i32)
            (i32.add (global.get $base)
                (i32.add (local.get 0) (i32.load8_u (i32.const 64)))))"#,
    asks: &[(1, 52)],
};

pub(super) const BULK_MEMORY_OPT: Proposal = Proposal {
    name: "bulk-memory-opt",
    title: "memory.copy and memory.fill, the part of bulk memory that compilers use",
    // The copy overlaps itself.
    body: "(func $probe (param i32) (result i32)
        (memory.fill (i32.const 64) (local.get 0) (i32.const 8))
        (i32.store8 (i32.const 64) (i32.const 1))
        (memory.copy (i32.const 66) (i32.const 64) (i32.const 8))
        (i32.load (i32.const 64)))",
    asks: &[(0xab, 0xab01_ab01)],
};

pub(super) const BULK_MEMORY: Proposal = Proposal {
    name: "bulk-memory",
    title: "bulk memory: passive segments, table.copy",
    body: r#"(data $bytes "\01\02\03\04") (data $dropped "x")
        (table 4 funcref) (elem $functions func $seven)
        (type $constant (func (result i32)))
        (func $seven (type $constant) i32.const 7)
        (func $probe (param i32) (result i32)
            (memory.init $bytes (i32.const 64) (i32.const 1) (i32.const 3))
            (data.drop $dropped)
            (table.init $functions (i32.const 1) (i32.const 0) (i32.const 1))
            (table.copy (i32.const 3) (i32.const 1) (i32.const 1))
            (i32.add (local.get 0)
                (i32.add (i32.load (i32.const 64))
                    (call_indirect (type $constant) (i32.const 3)))))"#,
    asks: &[(0, 0x0004_0309), (1, 0x0004_030a)],
};

pub(super) const THREADS: Proposal = Proposal {
    name: "threads",
    title: "atomic memory operations",
    // On the filter's own memory: shared memories are no matter for Proxy-Wasm.
    body: "(func $probe (param i32) (result i32)
        (i32.atomic.store (i32.const 64) (local.get 0))
        (drop (i32.atomic.rmw.add (i32.const 64) (i32.const 10)))
        (atomic.fence)
        (drop (i32.atomic.rmw.cmpxchg (i32.const 64)
            (i32.add (local.get 0) (i32.const 10)) (i32.const 99)))
        (i32.add (memory.atomic.notify (i32.const 64) (i32.const 1))
            (i32.atomic.load (i32.const 64))))",
    asks: &[(5, 99), (0xffff_fff0, 99)],
};

pub(super) const MULTI_MEMORY: Proposal = Proposal {
    name: "multi-memory",
    title: "several memories",
    body: r#"(memory $second 2)
        (func $probe (param i32) (result i32)
            (i32.store $second (i32.const 64) (local.get 0))
            (i32.store (i32.const 64) (i32.const 1000))
            (i32.add
                (i32.add (i32.load $second (i32.const 64)) (i32.load (i32.const 64)))
                (memory.size $second)))"#,
    asks: &[(5, 1007)],
};

pub(super) const MEMORY64: Proposal = Proposal {
    name: "memory64",
    title: "memories with 64-bit addresses",
    body: "(memory $own i64 1)
        (func $probe (param i32) (result i32)
            (drop (memory.grow (i64.const 1)))
            (i32.store offset=65536 (i64.const 64) (local.get 0))
            (i32.add (i32.load (i64.const 65600))
                (i32.mul (i32.const 1000) (i32.wrap_i64 (memory.size)))))",
    asks: &[(5, 2005)],
};

pub(super) const CUSTOM_PAGE_SIZES: Proposal = Proposal {
    name: "custom-page-sizes",
    title: "pages of one byte",
    body: "(memory $own 0 (pagesize 1))
        (func $probe (param i32) (result i32)
            (drop (memory.grow (local.get 0)))
            (i32.store8 (i32.sub (local.get 0) (i32.const 1)) (i32.const 7))
            (i32.add (memory.size)
                (i32.load8_u (i32.sub (local.get 0) (i32.const 1)))))",
    asks: &[(3, 10)],
};
