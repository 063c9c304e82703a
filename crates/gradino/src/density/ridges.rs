//! Two nucleons knocked out together: a toy in six dimensions with sharp ridges.

use gradino_core::constants::MUON_MASS;
use gradino_core::{Axis, Condition, Density, Result, Space};
use std::f64::consts::TAU;

/// Nucleon mass [MeV], the mean of proton and neutron of workman2022.
const NUCLEON_MASS: f64 = 938.919;
/// Energies [MeV] that take a proton with a neutron, and two neutrons, out of carbon (wang2021).
const SEPARATION: [f64; 2] = [27.41, 31.84];
/// Mass of the dipole form factors [MeV], M_V^2 = 0.71 GeV^2 (bradford2006).
const DIPOLE_MASS: f64 = 842.6;
/// Mass and width of the Delta [MeV], workman2022; strength of its ridge: a choice.
const DELTA: [f64; 3] = [1232.0, 117.0, 6.0];
/// Width of the momentum of a pair [MeV] of either kind. Narrower than that of pairs in nuclei, about 150 MeV: the
/// ridge shall be sharp.
const PAIR_WIDTH: [f64; 2] = [60.0, 80.0];
/// Scale of the relative momentum within a pair [MeV]; a choice.
const RELATIVE: f64 = 250.0;

/// nu_mu + 12C -> mu + N + N + 10X: not a model to trust, but one on which samplers have a hard time.
///
/// The density is d6 sigma / (d share d cos theta_l d Omega_1 d Omega_2) up to a constant, with omega = S + share
/// (E_nu - m_mu - S), nucleons of the same energy, and their directions seen from q, in the plane of the leptons at
/// phi = 0. With the momentum of the pair before, P = p_1 + p_2 - q, its relative momentum k = (p_1 - p_2 - q) / 2,
/// and the invariant mass W of the Delta it is k' p^2 G(Q^2)^2 (1 - v cos theta_l) (1 + B / (1 + (2 (W - M) /
/// Gamma)^2)) exp(-P^2 / (2 s^2)) / (1 + k^2 / k_0^2)^2: a ridge of three dimensions in the four of the directions,
/// and one across (omega, theta_l).
pub struct Ridges {
    space: Space,
}

impl Default for Ridges {
    fn default() -> Self {
        let axes = vec![
            Axis::interval("omega_share", "", 0.0, 1.0),
            Axis::interval("cos_theta_l", "", -1.0, 1.0),
            Axis::interval("cos_theta_1", "", -1.0, 1.0),
            Axis::circle("phi_1", "rad", 0.0, TAU),
            Axis::interval("cos_theta_2", "", -1.0, 1.0),
            Axis::circle("phi_2", "rad", 0.0, TAU),
        ];
        let conditions =
            vec![Condition::range("E_nu", "MeV", 400.0, 1200.0), Condition::category("pair", &["pn", "nn"])];
        Ridges { space: Space { axes, conditions } }
    }
}

impl Ridges {
    /// The density at one point, under one energy [MeV] and kind of pair.
    fn at(energy: f64, pair: usize, point: &[f64]) -> f64 {
        let range = energy - MUON_MASS - SEPARATION[pair];
        let kinetic = point[0] * range;
        let omega = SEPARATION[pair] + kinetic;
        let muon = (energy - omega).max(MUON_MASS);
        let momentum = (muon * muon - MUON_MASS * MUON_MASS).sqrt();
        let q2 = energy * energy + momentum * momentum - 2.0 * energy * momentum * point[1];
        let hadrons = hadrons(pair, kinetic, q2, &point[2..]);
        let dipole = (1.0 + (q2 - omega * omega) / (DIPOLE_MASS * DIPOLE_MASS)).powi(-4);
        let leptons = 1.0 - momentum / muon * point[1];
        range * momentum * dipole * leptons * resonance(omega, q2) * hadrons / (energy * energy)
    }
}

/// p^2, the ridge of the pair's momentum, and the fall with the relative one; directions are cos theta_1, phi_1,
/// cos theta_2, phi_2.
fn hadrons(pair: usize, kinetic: f64, q2: f64, directions: &[f64]) -> f64 {
    let each = 0.5 * kinetic;
    let p2 = each * (each + 2.0 * NUCLEON_MASS);
    let [c1, c2] = [directions[0], directions[2]];
    let sines = ((1.0 - c1 * c1) * (1.0 - c2 * c2)).max(0.0).sqrt();
    let cosine = c1 * c2 + sines * (directions[1] - directions[3]).cos();
    let along = (p2 * q2).sqrt();
    let total = 2.0 * p2 * (1.0 + cosine) + q2 - 2.0 * along * (c1 + c2);
    let relative = 0.25 * (2.0 * p2 * (1.0 - cosine) + q2 - 2.0 * along * (c1 - c2));
    let ridge = (-0.5 * total / (PAIR_WIDTH[pair] * PAIR_WIDTH[pair])).exp();
    p2 * ridge / (1.0 + relative.max(0.0) / (RELATIVE * RELATIVE)).powi(2)
}

/// The ridge of the Delta at W^2 = M^2 + 2 M omega - Q^2, over a background of 1.
fn resonance(omega: f64, q2: f64) -> f64 {
    let square = NUCLEON_MASS * NUCLEON_MASS + 2.0 * NUCLEON_MASS * omega + omega * omega - q2;
    let [mass, width, strength] = DELTA;
    let off = 2.0 * (square.max(0.0).sqrt() - mass) / width;
    1.0 + strength / (1.0 + off * off)
}

impl Density for Ridges {
    fn space(&self) -> &Space {
        &self.space
    }

    fn evaluate(&self, conditions: &[f64], points: &[f64], values: &mut [f64]) -> Result<()> {
        let rows = conditions.chunks_exact(2).zip(points.chunks_exact(6));
        values.iter_mut().zip(rows).for_each(|(f, (c, x))| *f = Ridges::at(c[0], c[1] as usize, x));
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn momenta(kinetic: f64, q: f64, d: &[f64]) -> [[f64; 3]; 3] {
        let p = (0.5 * kinetic * (0.5 * kinetic + 2.0 * NUCLEON_MASS)).sqrt();
        let vector = |cos: f64, phi: f64| {
            let sin = (1.0 - cos * cos).sqrt();
            [p * sin * phi.cos(), p * sin * phi.sin(), p * cos]
        };
        [vector(d[0], d[1]), vector(d[2], d[3]), [0.0, 0.0, q]]
    }

    #[test]
    fn the_ridge_lies_where_the_vectors_of_the_pair_add_up_to_the_momentum_transfer() {
        let directions = [0.3, 1.0, 0.6, 4.5];
        let (kinetic, q) = (200.0, 550.0);
        let [p1, p2, q3] = momenta(kinetic, q, &directions);
        let square = |v: [f64; 3]| v.iter().map(|x| x * x).sum::<f64>();
        let total = square([0, 1, 2].map(|i| p1[i] + p2[i] - q3[i]));
        let relative = square([0, 1, 2].map(|i| 0.5 * (p1[i] - p2[i] - q3[i])));
        let exact = square(p1) * (-0.5 * total / 3600.0).exp() / (1.0 + relative / 62500.0).powi(2);
        let found = hadrons(0, kinetic, q * q, &directions);
        assert!((found / exact - 1.0).abs() < 1e-12, "{found} {exact}");
    }

    #[test]
    fn corners_have_values_and_angles_are_periodic() {
        let ridges = Ridges::default();
        let mut values = [0.0; 3];
        let conditions = [400.0, 0.0, 1200.0, 1.0, 800.0, 0.0];
        let points = [
            [0.0, -1.0, -1.0, 0.0, 1.0, TAU],
            [1.0, 1.0, 1.0, TAU, 1.0, 0.0],
            [0.4, 0.8, 0.7, 1.0, 0.7, 4.0],
        ];
        ridges.evaluate_checked(&conditions, points.as_flattened(), &mut values).expect("a density");
        assert!(values[2] > 0.0);
        let at = |phi: f64| Ridges::at(800.0, 0, &[0.4, 0.8, 0.7, phi, 0.7, 4.0]);
        assert!((at(0.0) / at(TAU) - 1.0).abs() < 1e-12);
    }
}
