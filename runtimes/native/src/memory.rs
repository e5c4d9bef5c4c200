//! The process's own memory as a guest's memory.

use std::marker::PhantomData;

use host_core::{GuestMemory, OutOfBounds};

/// Memory as the native guest sees it. Null is refused; any other address is trusted, as
/// the guest runs in this process without a sandbox.
pub(crate) struct NativeMemory<'a>(pub(crate) PhantomData<&'a mut ()>);

/// A pointer to `length` bytes, or nothing that could ever be one.
#[inline]
fn pointer(address: usize, length: usize) -> Result<*mut u8, OutOfBounds> {
    let fits = isize::try_from(length).is_ok() && address.checked_add(length).is_some();
    if address == 0 || !fits {
        return Err(OutOfBounds);
    }
    Ok(std::ptr::with_exposed_provenance_mut(address))
}

impl GuestMemory for NativeMemory<'_> {
    #[inline]
    fn read(&self, address: usize, length: usize) -> Result<&[u8], OutOfBounds> {
        if length == 0 {
            return Ok(&[]);
        }
        let pointer = pointer(address, length)?;
        // SAFETY: not null and within the address space; that the guest owns these bytes
        // is its promise. It does not run while this borrow lives.
        Ok(unsafe { std::slice::from_raw_parts(pointer, length) })
    }

    #[inline]
    fn write(&mut self, address: usize, length: usize) -> Result<&mut [u8], OutOfBounds> {
        if length == 0 {
            return Ok(&mut []);
        }
        let pointer = pointer(address, length)?;
        // SAFETY: as for `read`; and the exclusive borrow of this view keeps other slices
        // made by it away.
        Ok(unsafe { std::slice::from_raw_parts_mut(pointer, length) })
    }

    #[inline]
    fn store_size(&mut self, address: usize, value: usize) -> Result<(), OutOfBounds> {
        self.write(address, size_of::<usize>())?
            .copy_from_slice(&value.to_ne_bytes());
        Ok(())
    }

    #[inline]
    fn load_size(&self, address: usize) -> Result<usize, OutOfBounds> {
        let bytes = self.read(address, size_of::<usize>())?;
        bytes
            .first_chunk()
            .map(|bytes| usize::from_ne_bytes(*bytes))
            .ok_or(OutOfBounds)
    }

    #[inline]
    fn size_width(&self) -> usize {
        size_of::<usize>()
    }

    #[inline]
    fn store_u32(&mut self, address: usize, value: u32) -> Result<(), OutOfBounds> {
        self.write(address, 4)?
            .copy_from_slice(&value.to_ne_bytes());
        Ok(())
    }

    #[inline]
    fn load_u32(&self, address: usize) -> Result<u32, OutOfBounds> {
        let bytes = self.read(address, 4)?.first_chunk().ok_or(OutOfBounds)?;
        Ok(u32::from_ne_bytes(*bytes))
    }

    #[inline]
    fn store_u64(&mut self, address: usize, value: u64) -> Result<(), OutOfBounds> {
        self.write(address, 8)?
            .copy_from_slice(&value.to_ne_bytes());
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn null_and_wrapping_ranges_are_refused_and_empty_ones_are_not() {
        let mut memory = NativeMemory(PhantomData);
        assert_eq!(memory.read(0, 1), Err(OutOfBounds));
        assert_eq!(memory.write(0, 1), Err(OutOfBounds));
        assert_eq!(memory.read(usize::MAX, 2), Err(OutOfBounds));
        assert_eq!(memory.read(1, usize::MAX / 2 + 1), Err(OutOfBounds));
        assert_eq!(memory.read(0, 0), Ok(&[][..]));
    }

    #[test]
    fn sizes_are_as_wide_as_pointers_and_need_no_alignment() {
        let mut bytes = [0_u8; 16];
        let address = bytes.as_mut_ptr().expose_provenance() + 1;
        let mut memory = NativeMemory(PhantomData);
        memory
            .store_size(address, usize::MAX - 5)
            .expect("our own bytes");
        assert_eq!(memory.load_size(address), Ok(usize::MAX - 5));
        assert_eq!(bytes[0], 0);
    }
}
