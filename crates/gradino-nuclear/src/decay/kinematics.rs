//! Two-body decay of a moving nucleus, exact and relativistic.

use gradino_core::{FourVector, Real};

/// Direction of an emission in the rest frame of the parent.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Direction {
    /// Cosine of the polar angle.
    pub cos_theta: f64,
    /// Sine of the polar angle.
    pub sin_theta: f64,
    /// Cosine of the azimuth.
    pub cos_phi: f64,
    /// Sine of the azimuth.
    pub sin_phi: f64,
}

impl Direction {
    /// Isotropic, from two uniform numbers.
    pub fn isotropic(u: f64, v: f64) -> Self {
        let cos_theta = 2.0 * u - 1.0;
        let (sin_phi, cos_phi) = (std::f64::consts::TAU * v).sin_cos();
        Direction { cos_theta, sin_theta: (1.0 - cos_theta * cos_theta).max(0.0).sqrt(), cos_phi, sin_phi }
    }
}

/// parent (mass `parent_mass`) -> emitted (`mass`) + residue (`residue_mass`); laboratory four-momenta.
///
/// In the rest frame p^2 = (M - m - M')(M + m + M')(M + m - M')(M - m + M') / (4 M^2); the first factor,
/// the energy release, keeps its digits near threshold. Masses in MeV.
#[inline]
pub fn two_body_decay<D: Real>(
    parent: FourVector<D>,
    parent_mass: D,
    mass: f64,
    residue_mass: D,
    direction: &Direction,
) -> (FourVector<D>, FourVector<D>) {
    let release = (parent_mass - residue_mass) - mass;
    if release.re() <= 0.0 {
        // At threshold to the last bit: both at rest in the frame of the parent.
        let at_rest = FourVector::new(D::from(mass), D::zero(), D::zero(), D::zero());
        let emitted = at_rest.boosted(parent, parent_mass);
        return (emitted, parent - emitted);
    }
    let momentum_sq = release
        * (parent_mass + residue_mass + mass)
        * (parent_mass - residue_mass + mass)
        * (parent_mass + residue_mass - mass)
        / (parent_mass.sq() * 4.0);
    let momentum = momentum_sq.sqrt();
    let transverse = momentum * direction.sin_theta;
    let energy = if mass > 0.0 { (momentum_sq + mass * mass).sqrt() } else { momentum };
    let emitted = FourVector::new(
        energy,
        transverse * direction.cos_phi,
        transverse * direction.sin_phi,
        momentum * direction.cos_theta,
    )
    .boosted(parent, parent_mass);
    (emitted, parent - emitted)
}

#[cfg(test)]
mod tests {
    use super::*;
    use gradino_core::Dual;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn decays_conserve_energy_and_momentum_and_keep_the_masses(
            excitation in 8.0..40.0f64, u in 0.0..1.0f64, v in 0.0..1.0f64, px in -100.0..100.0f64
        ) {
            let (residue_mass, neutron) = (36_284.75, 939.565_420_52);
            let mass = residue_mass + neutron - 7.8 + excitation;
            let parent = FourVector::new((mass * mass + px * px + 25.0).sqrt(), px, 3.0, -4.0);
            let direction = Direction::isotropic(u, v);
            let (n, k) = two_body_decay(parent, mass, neutron, residue_mass, &direction);
            let sum = n + k;
            prop_assert!((sum.e - parent.e).abs() < 1e-9 && (sum.x - parent.x).abs() < 1e-9);
            prop_assert!((n.mass_sq() / (neutron * neutron) - 1.0).abs() < 1e-9);
            prop_assert!((k.mass_sq() / (residue_mass * residue_mass) - 1.0).abs() < 1e-9);
        }

        #[test]
        fn the_photon_energy_moves_with_the_excitation(excitation in 0.5..10.0f64, u in 0.0..1.0f64) {
            let photon = |e: Dual<f64, 1>| {
                let mass = e + 37_215.0;
                let parent = FourVector::new((mass.sq() + 400.0).sqrt(), Dual::from(0.0), Dual::from(0.0), Dual::from(20.0));
                two_body_decay(parent, mass, 0.0, Dual::from(37_215.0), &Direction::isotropic(u, 0.3)).0.e
            };
            let h = 1e-4;
            let slope = (photon(Dual::from(excitation + h)).re - photon(Dual::from(excitation - h)).re) / (2.0 * h);
            let exact = photon(Dual::variable(excitation, 0)).eps[0];
            prop_assert!((slope - exact).abs() < 1e-6);
        }
    }
}
