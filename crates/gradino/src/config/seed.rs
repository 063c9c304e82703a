//! Seeds where none is given.

use std::hash::{BuildHasher, Hasher};

/// Bits of a drawn seed: few enough to be read aloud and to be exact in every JSON reader.
const SEED_BITS: u32 = 48;

/// Draws a seed from the randomness of the operating system.
pub(super) fn draw_seed() -> u64 {
    // The keys of a hash map are random; hashing nothing with them gives random bits.
    std::collections::hash_map::RandomState::new().build_hasher().finish() >> (64 - SEED_BITS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn drawn_seeds_differ_and_fit_a_toml_integer() {
        let seeds = [draw_seed(), draw_seed(), draw_seed()];
        assert!(seeds.iter().all(|s| *s < 1 << SEED_BITS));
        assert!(seeds[0] != seeds[1] || seeds[1] != seeds[2]);
    }
}
