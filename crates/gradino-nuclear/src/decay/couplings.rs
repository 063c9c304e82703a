//! Selection rules: which (l, j) of a fragment, and which multipolarities of a photon, connect two
//! nuclear states. Angular momentum and parity only, no energies.

use gradino_core::Parity;

/// Largest twice-spin of a nuclear state that is followed.
pub const MAX_TWO_J: u16 = 40;
/// Number of values of twice the spin.
pub(crate) const SPINS: usize = MAX_TWO_J as usize + 1;
/// Largest multipolarity of photons.
pub const MAX_MULTIPOLARITY: usize = 5;

/// Partial waves of a fragment that couple two spins and parities, as bit masks over its channels.
#[derive(Debug)]
pub(crate) struct ParticleCouplings {
    masks: Vec<u64>,
}

impl ParticleCouplings {
    /// `channels` are (l, twice j) in table order; the fragment has positive intrinsic parity.
    pub(crate) fn new(channels: &[(u32, u16)]) -> Self {
        debug_assert!(channels.len() <= u64::BITS as usize);
        let mut masks = vec![0u64; SPINS * SPINS * 2];
        for two_ji in 0..SPINS as u16 {
            for two_jf in 0..SPINS as u16 {
                for (index, &(l, two_j)) in channels.iter().enumerate() {
                    let triangle = two_ji.abs_diff(two_jf) <= two_j
                        && two_j <= two_ji + two_jf
                        && (two_ji + two_jf + two_j) % 2 == 0;
                    if triangle {
                        let change = Parity::of_orbital(l);
                        masks[Self::position(two_ji, two_jf, change)] |= 1 << index;
                    }
                }
            }
        }
        ParticleCouplings { masks }
    }

    fn position(two_ji: u16, two_jf: u16, change: Parity) -> usize {
        (usize::from(two_ji) * SPINS + usize::from(two_jf)) * 2 + change.index()
    }

    /// Channels that lead from (two_ji) to (two_jf) with parity change `change`.
    #[inline]
    pub(crate) fn mask(&self, two_ji: u16, two_jf: u16, change: Parity) -> u64 {
        if two_jf > MAX_TWO_J || two_ji > MAX_TWO_J {
            return 0;
        }
        self.masks[Self::position(two_ji, two_jf, change)]
    }
}

/// Multipolarities that connect two spins: max(1, |Ji - Jf|) to Ji + Jf, at most `l_max`.
#[inline]
pub(crate) fn multipolarities(two_ji: u16, two_jf: u16, l_max: usize) -> std::ops::RangeInclusive<usize> {
    if (two_ji + two_jf) % 2 == 1 || two_ji + two_jf == 0 {
        #[allow(clippy::reversed_empty_ranges)]
        return 1..=0;
    }
    let low = usize::from(two_ji.abs_diff(two_jf) / 2).max(1);
    let high = usize::from((two_ji + two_jf) / 2);
    low..=high.min(l_max)
}

/// Index of a transition in a row of photon transmissions: E1, M1, E2, M2, ...
///
/// Electric radiation of multipolarity L changes parity by (-1)^L, magnetic by (-1)^(L+1).
#[inline]
pub(crate) fn radiation_index(l: usize, change: Parity) -> usize {
    let electric = change == Parity::of_orbital(l as u32);
    2 * (l - 1) + usize::from(!electric)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn s_wave_neutrons_join_spins_that_differ_by_one_half() {
        let couplings = ParticleCouplings::new(&[(0, 1), (1, 1), (1, 3)]);
        assert_eq!(couplings.mask(2, 1, Parity::Plus), 0b001);
        assert_eq!(couplings.mask(2, 3, Parity::Plus), 0b001);
        assert_eq!(couplings.mask(2, 3, Parity::Minus), 0b110);
        assert_eq!(couplings.mask(2, 7, Parity::Minus), 0);
        assert_eq!(couplings.mask(2, 5, Parity::Minus), 0b100);
        assert_eq!(couplings.mask(2, 2, Parity::Plus), 0, "half-integer spin must change");
    }

    #[test]
    fn photons_carry_at_least_one_unit_and_zero_to_zero_is_forbidden() {
        assert_eq!(multipolarities(2, 2, 5), 1..=2);
        assert_eq!(multipolarities(4, 8, 5), 2..=5);
        assert!(multipolarities(0, 0, 5).is_empty());
        assert_eq!(radiation_index(1, Parity::Minus), 0, "E1 changes parity");
        assert_eq!(radiation_index(1, Parity::Plus), 1, "M1 keeps it");
        assert_eq!(radiation_index(2, Parity::Plus), 2, "E2 keeps it");
    }
}
