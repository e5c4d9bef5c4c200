//! Linear memory that host calls can see as one slice. tinywasm's own lets the embedder
//! only copy in and out; any memory is called through a trait, so that this one costs the
//! interpreter no more.

use std::sync::{Arc, PoisonError};

use tinywasm::types::MemoryType;
use tinywasm::{Error, LinearMemory, MemoryBackend, Trap};

use crate::place::{Place, Places};

/// Memories of at most `limit` bytes, whose places are noted in `places`.
pub(crate) fn backend(limit: u64, places: &Places) -> MemoryBackend {
    let places = Arc::clone(places);
    MemoryBackend::custom(move |ty: MemoryType| {
        let initial = ty.initial_size();
        if initial > limit {
            return Err(Error::Other(format!(
                "the module wants {initial} bytes of memory at least, and the limit is {limit}"
            )));
        }
        let place = Arc::new(Place::default());
        let memory = Memory::new(initial as usize, limit, Arc::clone(&place))?;
        places
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(place);
        Ok(memory)
    })
}

/// A contiguous memory.
struct Memory {
    base: *mut u8,
    length: usize,
    limit: u64,
    place: Arc<Place>,
}

#[allow(unsafe_code)]
impl Memory {
    fn new(length: usize, limit: u64, place: Arc<Place>) -> Result<Self, Trap> {
        let mut memory = Self {
            base: std::ptr::null_mut(),
            length: 0,
            limit,
            place,
        };
        memory.adopt(Vec::new());
        memory.grow_to(length)?;
        Ok(memory)
    }

    /// Takes `bytes` for its own, and forgets what it had.
    fn adopt(&mut self, bytes: Vec<u8>) {
        let bytes = bytes.into_boxed_slice();
        self.length = bytes.len();
        self.base = Box::into_raw(bytes).cast();
        self.place.set(self.base, self.length);
    }

    /// Gives its bytes away.
    fn release(&mut self) -> Vec<u8> {
        if self.base.is_null() {
            return Vec::new();
        }
        let bytes = std::ptr::slice_from_raw_parts_mut(self.base, self.length);
        self.base = std::ptr::null_mut();
        self.length = 0;
        // SAFETY: made by `Box::into_raw` in `adopt`, and given away once, by the lines
        // above; nobody holds a reference into it, since the interpreter runs now.
        unsafe { Box::from_raw(bytes) }.into_vec()
    }

    /// The `length` bytes at `address`.
    #[inline(always)]
    fn range(&self, address: usize, length: usize) -> Option<*mut u8> {
        let fits = length <= self.length && address <= self.length - length;
        // SAFETY: inside the allocation, or one past its end.
        fits.then(|| unsafe { self.base.add(address) })
    }

    #[inline(always)]
    fn load<const N: usize>(&self, address: usize) -> Result<[u8; N], Trap> {
        match self.range(address, N) {
            // SAFETY: `range` checked `N` bytes; an array of bytes has no alignment.
            Some(place) => Ok(unsafe { place.cast::<[u8; N]>().read() }),
            None => Err(self.outside(address, N)),
        }
    }

    #[inline(always)]
    fn store<const N: usize>(&mut self, address: usize, bytes: &[u8]) -> Result<(), Trap> {
        let bytes: [u8; N] = bytes.try_into().map_err(|_| Trap::Other("width"))?;
        match self.range(address, N) {
            Some(place) => {
                // SAFETY: as in `load`.
                unsafe { place.cast::<[u8; N]>().write(bytes) };
                Ok(())
            }
            None => Err(self.outside(address, N)),
        }
    }

    #[cold]
    fn outside(&self, offset: usize, len: usize) -> Trap {
        Trap::MemoryOutOfBounds {
            offset,
            len,
            max: self.length,
        }
    }

    fn slice(&self) -> &[u8] {
        if self.base.is_null() {
            return &[];
        }
        // SAFETY: the allocation; the result lives no longer than this call of the
        // interpreter's, during which no host call has the bytes.
        unsafe { std::slice::from_raw_parts(self.base, self.length) }
    }

    fn slice_mut(&mut self) -> &mut [u8] {
        if self.base.is_null() {
            return &mut [];
        }
        // SAFETY: as for `slice`.
        unsafe { std::slice::from_raw_parts_mut(self.base, self.length) }
    }
}

impl Drop for Memory {
    fn drop(&mut self) {
        drop(self.release());
    }
}

/// Reads and writes of one width.
macro_rules! widths {
    ($($read:ident, $write:ident: $bytes:literal;)*) => {
        $(
            #[inline(always)]
            fn $read(&self, addr: usize) -> Result<[u8; $bytes], Trap> {
                self.load(addr)
            }

            #[inline(always)]
            fn $write(&mut self, addr: usize, bytes: &[u8]) -> Result<(), Trap> {
                self.store::<$bytes>(addr, bytes)
            }
        )*
    };
}

impl LinearMemory for Memory {
    #[inline(always)]
    fn len(&self) -> usize {
        self.length
    }

    fn grow_to(&mut self, new_len: usize) -> Result<(), Trap> {
        if new_len as u64 > self.limit || new_len < self.length {
            return Err(Trap::OutOfMemory);
        }
        let mut bytes = self.release();
        // A vector that cannot grow stays as it was.
        let reserved = bytes.try_reserve_exact(new_len - bytes.len());
        if reserved.is_ok() {
            bytes.resize(new_len, 0);
        }
        self.adopt(bytes);
        reserved.map_err(|_| Trap::OutOfMemory)
    }

    fn read(&self, addr: usize, dst: &mut [u8]) -> usize {
        let rest = self.slice().get(addr..).unwrap_or_default();
        let length = dst.len().min(rest.len());
        dst[..length].copy_from_slice(&rest[..length]);
        length
    }

    fn write(&mut self, addr: usize, src: &[u8]) -> usize {
        let rest = self.slice_mut().get_mut(addr..).unwrap_or_default();
        let length = src.len().min(rest.len());
        rest[..length].copy_from_slice(&src[..length]);
        length
    }

    fn write_all(&mut self, addr: usize, src: &[u8]) -> Option<()> {
        let end = addr.checked_add(src.len())?;
        self.slice_mut().get_mut(addr..end)?.copy_from_slice(src);
        Some(())
    }

    fn read_exact(&self, addr: usize, dst: &mut [u8]) -> Option<()> {
        let end = addr.checked_add(dst.len())?;
        dst.copy_from_slice(self.slice().get(addr..end)?);
        Some(())
    }

    fn fill(&mut self, addr: usize, len: usize, val: u8) -> Option<()> {
        let end = addr.checked_add(len)?;
        self.slice_mut().get_mut(addr..end)?.fill(val);
        Some(())
    }

    fn copy_within(&mut self, dst: usize, src: usize, len: usize) -> Option<()> {
        let (from, to) = (src.checked_add(len)?, dst.checked_add(len)?);
        if from > self.length || to > self.length {
            return None;
        }
        self.slice_mut().copy_within(src..from, dst);
        Some(())
    }

    widths! {
        read_8, write_8: 1;
        read_16, write_16: 2;
        read_32, write_32: 4;
        read_64, write_64: 8;
        read_128, write_128: 16;
    }
}
