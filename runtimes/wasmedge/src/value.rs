//! Values, types and results as WasmEdge's C interface lays them out, 0.14 to 0.17.

/// `WasmEdge_ValType`: what it holds is the library's own business.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Kind([u8; 8]);

/// `WasmEdge_Value`: 16 bytes of value, then its type.
#[repr(C, align(16))]
#[derive(Clone, Copy, Debug, Default)]
pub struct Value {
    /// An integer, zero-extended.
    pub low: u64,
    high: u64,
    kind: Kind,
}

impl Value {
    /// An integer of the type `kind`.
    #[inline]
    pub const fn new(number: u64, kind: Kind) -> Self {
        Self {
            low: number,
            high: 0,
            kind,
        }
    }
}

/// `WasmEdge_Result`: the category in the top byte, the code below.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub struct Outcome(u32);

impl Outcome {
    /// Success.
    pub const SUCCESS: Self = Self(0);
    /// What a host function answers to end the guest: a number of the category of users.
    pub const ENDED: Self = Self(0x0100_0001);

    /// Whether all went well.
    #[inline]
    pub const fn is_success(self) -> bool {
        self.0 == 0
    }

    /// The library's number for what went wrong.
    pub const fn code(self) -> u32 {
        self.0
    }
}

const _: () = assert!(size_of::<Value>() == 32 && align_of::<Value>() == 16);
