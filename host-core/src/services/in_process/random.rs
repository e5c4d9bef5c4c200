//! Random bytes that are the same in every run.

use std::sync::atomic::{AtomicU64, Ordering};

/// SplitMix64 (Steele, Lea, Flood: Fast splittable pseudorandom number generators, 2014).
/// Its state is a counter, so threads can share it without a lock.
#[derive(Debug)]
pub(super) struct Random(AtomicU64);

const STEP: u64 = 0x9e37_79b9_7f4a_7c15;

impl Random {
    pub(super) fn new(seed: u64) -> Self {
        Self(AtomicU64::new(seed))
    }

    pub(super) fn fill(&self, bytes: &mut [u8]) {
        let words = bytes.len().div_ceil(8) as u64;
        let mut state = self
            .0
            .fetch_add(STEP.wrapping_mul(words), Ordering::Relaxed);
        for chunk in bytes.chunks_mut(8) {
            state = state.wrapping_add(STEP);
            chunk.copy_from_slice(&mix(state).to_le_bytes()[..chunk.len()]);
        }
    }
}

fn mix(state: u64) -> u64 {
    let word = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    word ^ (word >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_words_are_those_of_the_reference_generator() {
        let mut bytes = [0; 16];
        Random::new(1_234_567).fill(&mut bytes);
        let words = bytes
            .as_chunks()
            .0
            .iter()
            .map(|word| u64::from_le_bytes(*word));
        assert!(words.eq([6_457_827_717_110_365_317, 3_203_168_211_198_807_973]));
    }
}
