//! The Hauser-Feshbach sums (hauser1952), written once for every scalar.
//!
//! Gamma_a = N_a / (2 pi rho_i), N_a = sum_f T_a(f) + int dE' sum_{J' pi'} T_a rho(E', J', pi').
//! The functions here give the pieces of N from transmission coefficients and level densities,
//! whether these come from tables or are computed directly.

use super::couplings::{self, MAX_MULTIPOLARITY, MAX_TWO_J, ParticleCouplings, SPINS};
use gradino_core::{Dual, Parity, Real};

/// Number of photon transmissions in a row: E and M of each multipolarity.
pub(crate) const RADIATIONS: usize = 2 * MAX_MULTIPOLARITY;

/// N of a transition to one discrete level by a fragment: the sum of T over the open partial waves.
#[inline]
pub(crate) fn discrete_particle<D: Real>(mask: u64, transmission: &[D]) -> D {
    let mut sum = D::zero();
    let mut rest = mask;
    while rest != 0 {
        sum += transmission[rest.trailing_zeros() as usize];
        rest &= rest - 1;
    }
    sum
}

/// N of a photon transition to one discrete level: the sum of T over E and M multipolarities.
#[inline]
pub(crate) fn discrete_gamma<D: Real>(
    two_ji: u16,
    two_jf: u16,
    change: Parity,
    row: &[D; RADIATIONS],
    l_max: usize,
) -> D {
    let mut sum = D::zero();
    for l in couplings::multipolarities(two_ji, two_jf, l_max) {
        sum += row[couplings::radiation_index(l, change)];
    }
    sum
}

/// Spin distribution of the levels of one nucleus at one energy, summed so that any range of
/// spins costs two look-ups.
#[derive(Clone, Debug)]
pub(crate) struct SpinSums<D> {
    below: [D; SPINS + 2],
}

impl<D: Real> SpinSums<D> {
    /// For the spin cut-off sigma^2; `odd` tells whether the nucleus has half-integer spin.
    ///
    /// The fractions are those of [`spin_fraction`](crate::structure::level_density::spin_fraction):
    /// with m = 2J + 1, m exp(-m^2 / (8 sigma^2)) / (2 sigma^2). From m to m + 2 the exponential falls by
    /// exp(-(m + 1) / (2 sigma^2)), and that factor by exp(-1 / sigma^2).
    pub(crate) fn new(spin_cutoff_sq: D, odd: bool) -> Self {
        let first = u16::from(odd);
        let m = f64::from(first) + 1.0;
        let inverse = spin_cutoff_sq.recip();
        let mut decay = (inverse * (-m * m / 8.0)).exp();
        let mut fall = (inverse * (-(m + 1.0) / 2.0)).exp();
        let steeper = (-inverse).exp();
        let mut below = [D::zero(); SPINS + 2];
        let mut sum = D::zero();
        for two_j in (first..=MAX_TWO_J).step_by(2) {
            sum += decay * inverse * (0.5 * (f64::from(two_j) + 1.0));
            below[usize::from(two_j) + 1] = sum;
            decay *= fall;
            fall *= steeper;
        }
        SpinSums { below }
    }

    /// Sum over two_jf from |two_ji - two_j| to two_ji + two_j in steps of 2.
    #[inline]
    pub(crate) fn coupled(&self, two_ji: u16, two_j: u16) -> D {
        let low = usize::from(two_ji.abs_diff(two_j));
        let high = usize::from((two_ji + two_j).min(MAX_TWO_J - (MAX_TWO_J + two_ji + two_j) % 2));
        if low > high {
            return D::zero();
        }
        let start = if low >= 1 { self.below[low - 1] } else { D::zero() };
        self.below[high + 1] - start
    }

    /// The fraction of one spin.
    #[inline]
    pub(crate) fn single(&self, two_j: u16) -> D {
        let i = usize::from(two_j);
        if i >= 1 { self.below[i + 1] - self.below[i - 1] } else { self.below[1] }
    }
}

impl SpinSums<Dual<f64, 1>> {
    /// Values and derivatives.
    pub(crate) fn split(&self) -> [SpinSums<f64>; 2] {
        [SpinSums { below: self.below.map(|d| d.re) }, SpinSums { below: self.below.map(|d| d.eps[0]) }]
    }
}

/// dN/dE' of a fragment to the continuum: sum over (l, j), J' of T rho(E', J') for one parity each.
#[inline]
pub(crate) fn continuum_particle<D: Real>(
    channels: &[(u32, u16)],
    l_max: u32,
    two_ji: u16,
    transmission: &[D],
    density: D,
    spins: &SpinSums<D>,
) -> D {
    let mut sum = D::zero();
    for (&(l, two_j), &t) in channels.iter().zip(transmission) {
        if l <= l_max {
            sum += t * spins.coupled(two_ji, two_j);
        }
    }
    sum * density * 0.5
}

/// dN/dE' of photons to the continuum: sum over L, E and M, J' of T rho(E', J') for one parity each.
#[inline]
pub(crate) fn continuum_gamma<D: Real>(
    two_ji: u16,
    row: &[D; RADIATIONS],
    density: D,
    spins: &SpinSums<D>,
    l_max: usize,
) -> D {
    let mut sum = D::zero();
    for l in 1..=l_max {
        let pair = row[2 * (l - 1)] + row[2 * (l - 1) + 1];
        sum += pair * coupled_gamma(spins, two_ji, l);
    }
    sum * density * 0.5
}

/// Sum of the spin distribution over the final spins that multipolarity `l` reaches.
#[inline]
pub(crate) fn coupled_gamma<D: Real>(spins: &SpinSums<D>, two_ji: u16, l: usize) -> D {
    spins.coupled(two_ji, 2 * l as u16)
}

/// What the sums need to know about a fragment.
#[derive(Debug)]
pub(crate) struct ParticleRules {
    /// (l, twice j) in table order.
    pub(crate) channels: Vec<(u32, u16)>,
    /// Their selection rules.
    pub(crate) couplings: ParticleCouplings,
}

impl ParticleRules {
    /// For the channels of a transmission table.
    pub(crate) fn new(channels: &[(u32, u32)]) -> Self {
        let channels: Vec<_> = channels.iter().map(|&(l, two_j)| (l, two_j as u16)).collect();
        ParticleRules { couplings: ParticleCouplings::new(&channels), channels }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::structure::level_density::spin_fraction;

    #[test]
    fn spin_sums_equal_plain_sums() {
        for odd in [false, true] {
            let sums = SpinSums::new(7.3f64, odd);
            for two_ji in (u16::from(odd)..12).step_by(2) {
                for two_j in (0..12u16).step_by(2) {
                    let mut expected = 0.0;
                    let mut two_jf = two_ji.abs_diff(two_j);
                    while two_jf <= two_ji + two_j {
                        expected += spin_fraction(7.3, two_jf);
                        two_jf += 2;
                    }
                    assert!((sums.coupled(two_ji, two_j) - expected).abs() < 1e-14);
                }
                assert!((sums.single(two_ji) - spin_fraction(7.3, two_ji)).abs() < 1e-15);
            }
        }
    }
}
