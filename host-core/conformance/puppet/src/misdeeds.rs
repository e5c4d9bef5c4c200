//! What a proxy must survive. In the native twin these end the process.

/// Ends the VM.
pub fn trap() -> ! {
    #[cfg(target_arch = "wasm32")]
    core::arch::wasm32::unreachable();
    #[cfg(not(target_arch = "wasm32"))]
    std::process::abort()
}

/// Never ends.
pub fn spin() {
    let mut turns = 0_u64;
    while turns != u64::MAX {
        turns = core::hint::black_box(turns + 1);
    }
}

/// Uses up the stack.
#[allow(unconditional_recursion)]
pub fn recurse(depth: u64) -> u64 {
    let block = core::hint::black_box([depth; 16]);
    recurse(depth + 1).wrapping_add(block[3])
}

/// Writes to an address.
pub fn poke(address: usize) {
    // SAFETY: none; the host must contain it.
    unsafe { (address as *mut u8).write_volatile(1) };
}

/// Asks for linear memory; answers whether it was given.
pub fn grow(pages: usize) -> bool {
    #[cfg(target_arch = "wasm32")]
    return core::arch::wasm32::memory_grow::<0>(pages) != usize::MAX;
    #[cfg(not(target_arch = "wasm32"))]
    return pages == 0;
}

/// Bytes of linear memory.
pub fn memory_size() -> usize {
    #[cfg(target_arch = "wasm32")]
    return core::arch::wasm32::memory_size::<0>() * 65_536;
    #[cfg(not(target_arch = "wasm32"))]
    return 0;
}
