//! What a host call sees of the guest that called it.
//!
//! Host calls are generic over [`Guest`], so each engine gets its own copy, with the
//! engine's memory access inlined and nothing boxed.

use crate::Host;
use crate::abi::Status;

/// An access outside the guest's memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("address and length lie outside the guest's memory")]
pub struct OutOfBounds;

/// The guest's memory for the length of one borrow.
///
/// Addresses and sizes are `usize`: 32 bits wide in a WebAssembly guest, native width in
/// the native twin. Every method checks its range; none may panic for any input.
pub trait GuestMemory {
    /// The `length` bytes at `address`.
    fn read(&self, address: usize, length: usize) -> Result<&[u8], OutOfBounds>;

    /// The `length` bytes at `address`, to write to.
    fn write(&mut self, address: usize, length: usize) -> Result<&mut [u8], OutOfBounds>;

    /// Stores a pointer or size, as wide as the guest's.
    fn store_size(&mut self, address: usize, value: usize) -> Result<(), OutOfBounds>;

    /// Loads a pointer or size, as wide as the guest's.
    fn load_size(&self, address: usize) -> Result<usize, OutOfBounds>;

    /// Bytes that a pointer or size takes in the guest: 4 or 8.
    fn size_width(&self) -> usize;

    /// Stores a little-endian `u32`.
    #[inline]
    fn store_u32(&mut self, address: usize, value: u32) -> Result<(), OutOfBounds> {
        self.write(address, 4)?
            .copy_from_slice(&value.to_le_bytes());
        Ok(())
    }

    /// Loads a little-endian `u32`.
    #[inline]
    fn load_u32(&self, address: usize) -> Result<u32, OutOfBounds> {
        let bytes = self.read(address, 4)?.first_chunk().ok_or(OutOfBounds)?;
        Ok(u32::from_le_bytes(*bytes))
    }

    /// Stores a little-endian `u64`.
    #[inline]
    fn store_u64(&mut self, address: usize, value: u64) -> Result<(), OutOfBounds> {
        self.write(address, 8)?
            .copy_from_slice(&value.to_le_bytes());
        Ok(())
    }
}

/// The linear memory of a 32-bit WebAssembly guest.
#[derive(Debug)]
pub struct LinearMemory<'a>(pub &'a mut [u8]);

impl GuestMemory for LinearMemory<'_> {
    #[inline]
    fn read(&self, address: usize, length: usize) -> Result<&[u8], OutOfBounds> {
        let end = address.checked_add(length).ok_or(OutOfBounds)?;
        self.0.get(address..end).ok_or(OutOfBounds)
    }

    #[inline]
    fn write(&mut self, address: usize, length: usize) -> Result<&mut [u8], OutOfBounds> {
        let end = address.checked_add(length).ok_or(OutOfBounds)?;
        self.0.get_mut(address..end).ok_or(OutOfBounds)
    }

    #[inline]
    fn store_size(&mut self, address: usize, value: usize) -> Result<(), OutOfBounds> {
        let value = u32::try_from(value).map_err(|_| OutOfBounds)?;
        self.store_u32(address, value)
    }

    #[inline]
    fn load_size(&self, address: usize) -> Result<usize, OutOfBounds> {
        let bytes = self.read(address, 4)?.first_chunk().ok_or(OutOfBounds)?;
        Ok(u32::from_le_bytes(*bytes) as usize)
    }

    #[inline]
    fn size_width(&self) -> usize {
        4
    }
}

/// The caller of a host call: its memory, its allocator and the host's state.
pub trait Guest {
    /// The engine's own error, passed through host calls untouched.
    type Trap;

    /// A borrow of the guest's memory.
    type Memory<'a>: GuestMemory
    where
        Self: 'a;

    /// The host's state of this VM.
    fn host(&mut self) -> &mut Host;

    /// Memory and host state at once.
    ///
    /// Memory may have moved since the last borrow: a guest's allocator can grow it.
    fn split(&mut self) -> (Self::Memory<'_>, &mut Host);

    /// Calls the guest's allocator (`proxy_on_memory_allocate`, else `malloc`) for `size`
    /// bytes. Answers address 0 when the guest exports none.
    ///
    /// # Errors
    /// Whatever the engine reports when the allocator traps.
    fn allocate(&mut self, size: usize) -> Result<usize, Self::Trap>;

    /// The error that ends this VM because the guest called `proc_exit(code)`. The engine
    /// must turn it into [`crate::TrapKind::Exit`] where it leaves the guest.
    fn exit(&mut self, code: u32) -> Self::Trap;
}

/// Why a host call did not succeed: a status for the guest, or the end of the guest.
#[derive(Debug)]
pub enum Failure<T> {
    /// Answered to the guest.
    Status(Status),
    /// Unwinds the guest.
    Trap(T),
}

impl<T> From<Status> for Failure<T> {
    #[inline]
    fn from(status: Status) -> Self {
        Self::Status(status)
    }
}

impl<T> From<OutOfBounds> for Failure<T> {
    #[inline]
    fn from(_: OutOfBounds) -> Self {
        Self::Status(Status::InvalidMemoryAccess)
    }
}
