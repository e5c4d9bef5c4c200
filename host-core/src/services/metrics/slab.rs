//! A list that grows at its end while others read it without a lock.

use std::sync::OnceLock;

/// Places in the first chunk; each further chunk has twice as many as the one before.
const FIRST: usize = 64;
const CHUNKS: usize = 11;

/// A list of which nothing is ever moved or removed.
#[derive(Debug)]
pub(super) struct Slab<T> {
    chunks: [OnceLock<Box<[OnceLock<T>]>>; CHUNKS],
}

impl<T> Default for Slab<T> {
    fn default() -> Self {
        Self {
            chunks: [const { OnceLock::new() }; CHUNKS],
        }
    }
}

impl<T> Slab<T> {
    /// Places that there are.
    pub(super) const CAPACITY: usize = FIRST * ((1 << CHUNKS) - 1);

    /// Fills place `index`; answers whether it was there and empty.
    pub(super) fn set(&self, index: usize, value: T) -> bool {
        let Some((chunk, at)) = place(index) else {
            return false;
        };
        let room = || (0..FIRST << chunk).map(|_| OnceLock::new()).collect();
        let chunk = self.chunks[chunk].get_or_init(room);
        chunk[at].set(value).is_ok()
    }

    #[inline]
    pub(super) fn get(&self, index: usize) -> Option<&T> {
        let (chunk, at) = place(index)?;
        self.chunks[chunk].get()?.get(at)?.get()
    }

    /// The places from the first to the last that is filled without a gap.
    pub(super) fn iter(&self) -> impl Iterator<Item = &T> {
        (0..Self::CAPACITY).map_while(|index| self.get(index))
    }
}

/// Chunk and place in it. Chunk `c` begins at `FIRST * (2^c - 1)`.
#[inline]
fn place(index: usize) -> Option<(usize, usize)> {
    if index >= FIRST * ((1 << CHUNKS) - 1) {
        return None;
    }
    let chunk = (index / FIRST + 1).ilog2() as usize;
    Some((chunk, index - FIRST * ((1 << chunk) - 1)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_index_has_a_place_of_its_own() {
        let slab = Slab::default();
        for index in 0..5_000 {
            assert!(slab.get(index).is_none());
            assert!(slab.set(index, index) && !slab.set(index, 0));
        }
        assert!(slab.iter().copied().eq(0..5_000));
    }

    #[test]
    fn the_last_place_exists_and_none_is_beyond_it() {
        let slab = Slab::default();
        assert!(slab.set(Slab::<u8>::CAPACITY - 1, 1));
        assert_eq!(slab.get(Slab::<u8>::CAPACITY - 1), Some(&1));
        assert!(!slab.set(Slab::<u8>::CAPACITY, 1) && slab.get(usize::MAX).is_none());
    }
}
