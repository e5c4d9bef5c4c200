//! Proposals about numbers.

use super::Proposal;

pub(super) const SIGN_EXTENSION: Proposal = Proposal {
    name: "sign-extension",
    title: "sign-extension operators",
    body: "(func $probe (param i32) (result i32)
        (i32.add
            (i32.extend8_s (local.get 0))
            (i32.wrap_i64 (i64.shr_s
                (i64.extend32_s (i64.extend_i32_u (local.get 0)))
                (i64.const 4)))))",
    // -128 + 8, and -16 + -1.
    asks: &[(0x80, 0xffff_ff88), (0xffff_fff0, 0xffff_ffef)],
};

pub(super) const SATURATING_FLOAT_TO_INT: Proposal = Proposal {
    name: "saturating-float-to-int",
    title: "saturating float-to-integer conversions",
    body: "(func $probe (param i32) (result i32)
        (i32.trunc_sat_f32_s
            (f32.div (f32.convert_i32_s (local.get 0)) (f32.const 0))))",
    // Not a number, infinity and its negative.
    asks: &[(0, 0), (5, 0x7fff_ffff), (0xffff_fffb, 0x8000_0000)],
};

pub(super) const SIMD: Proposal = Proposal {
    name: "simd",
    title: "fixed-width SIMD",
    body: "(func $probe (param i32) (result i32) (local $lanes v128)
        (local.set $lanes
            (i32x4.add (i32x4.splat (local.get 0)) (v128.const i32x4 1 2 3 4)))
        (i32.add
            (i32x4.extract_lane 3 (i32x4.mul (local.get $lanes) (local.get $lanes)))
            (i32.add
                (i8x16.bitmask (i32x4.gt_s (local.get $lanes) (v128.const i32x4 0 0 0 12)))
                (i8x16.extract_lane_u 1 (i8x16.popcnt
                    (i8x16.shuffle 0 4 8 12 0 4 8 12 0 4 8 12 0 4 8 12
                        (local.get $lanes) (local.get $lanes)))))))",
    // 14 * 14, every byte of every lane, and the two bits of 12.
    asks: &[(10, 196 + 0xffff + 2)],
};

pub(super) const RELAXED_SIMD: Proposal = Proposal {
    name: "relaxed-simd",
    title: "relaxed SIMD",
    // The arguments are such that every permitted way of rounding gives the same.
    body: "(func $probe (param i32) (result i32)
        (i32x4.extract_lane 2 (i32x4.relaxed_trunc_f32x4_s
            (f32x4.relaxed_madd
                (f32x4.convert_i32x4_s (i32x4.splat (local.get 0)))
                (f32x4.splat (f32.const 3))
                (f32x4.splat (f32.const 4))))))",
    asks: &[(10, 34), (0xffff_fffe, 0xffff_fffe)],
};

pub(super) const WIDE_ARITHMETIC: Proposal = Proposal {
    name: "wide-arithmetic",
    title: "128-bit arithmetic",
    body: "(func $probe (param i32) (result i32) (local $high i64)
        (i64.mul_wide_u (i64.const -1) (i64.extend_i32_u (local.get 0)))
        local.set $high
        drop
        (i32.wrap_i64 (local.get $high)))",
    // The upper half of (2^64 - 1) times the argument.
    asks: &[(6, 5), (1, 0)],
};
