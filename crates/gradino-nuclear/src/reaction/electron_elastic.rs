//! Elastic scattering of neutrinos off atomic electrons, tree level (thooft1971).

use super::kinematics::maximum_recoil;
use gradino_core::constants::{CM2_PER_INVERSE_MEV2, ELECTRON_MASS, GF, SIN2_THETA_W};
use gradino_core::particle::pdg;
use gradino_core::real::implicit_root;
use gradino_core::{CrossSection, Parameter, Params, Real};
use std::f64::consts::PI;

/// Name of the parameter sin^2(theta_W).
pub const WEAK_ANGLE: &str = "weak.sin2_theta_w";

/// The parameter `weak.sin2_theta_w`.
pub fn parameters() -> Vec<Parameter> {
    let meaning = "sine squared of the weak mixing angle (MS-bar at the Z mass)";
    vec![Parameter::new(WEAK_ANGLE, SIN2_THETA_W, "", "gardiner2021", meaning).bounded(0.0, 1.0)]
}

/// nu + e- -> nu + e-, the electrons of an atom at rest and free.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ElectronElastic {
    /// Number of electrons of the atom.
    pub electrons: u8,
    /// PDG number of the neutrino.
    pub neutrino: i32,
}

impl ElectronElastic {
    /// The parameters of the process.
    pub fn parameters(&self) -> Vec<Parameter> {
        parameters()
    }

    /// Couplings for the parameters `theta`: g_L = sin^2 + 1/2 for nu_e and sin^2 - 1/2 for the other
    /// flavours, g_R = sin^2, the two exchanged for antineutrinos (thooft1971).
    pub fn prepare<D: Real>(&self, theta: &Params<D>) -> PreparedElectronElastic<D> {
        let s2 = theta[WEAK_ANGLE];
        let left = if self.neutrino.abs() == pdg::NU_E { s2 + 0.5 } else { s2 - 0.5 };
        let (left, right) = if self.neutrino > 0 { (left, s2) } else { (s2, left) };
        PreparedElectronElastic { left, right, electrons: f64::from(self.electrons) }
    }
}

/// The process, ready for use.
#[derive(Clone, Copy, Debug)]
pub struct PreparedElectronElastic<D> {
    left: D,
    right: D,
    electrons: f64,
}

/// 2 G_F^2 m_e / pi [cm^2 / MeV].
const COUPLING: f64 = 2.0 * GF * GF * ELECTRON_MASS / PI * CM2_PER_INVERSE_MEV2;

impl<D: Real> PreparedElectronElastic<D> {
    /// Cross section per recoil energy [cm^2/MeV] per atom at recoil energy `recoil` [MeV], zero beyond
    /// the largest recoil: (2 G_F^2 m_e / pi) [g_L^2 + g_R^2 (1 - T/E)^2 - g_L g_R m_e T / E^2] (thooft1971).
    pub fn differential(&self, energy: D, recoil: D) -> D {
        if recoil.re() < 0.0 || recoil.re() > maximum_recoil(energy.re(), ELECTRON_MASS) {
            return D::zero();
        }
        self.shape(energy, recoil / energy) * (COUPLING * self.electrons)
    }

    /// Total cross section [cm^2] per atom.
    pub fn total_at(&self, energy: D) -> D {
        if energy.re() <= 0.0 {
            return D::zero();
        }
        let fraction = maximum_recoil(energy, D::from(ELECTRON_MASS)) / energy;
        self.integral(energy, fraction) * energy * (COUPLING * self.electrons)
    }

    /// Recoil energy [MeV] of the electron at the uniform number `u`: the root of the cubic CDF, by
    /// Newton steps kept within a bracket. In a dual number it moves by implicit differentiation.
    pub fn sample_recoil(&self, energy: D, u: f64) -> D {
        let top = maximum_recoil(energy, D::from(ELECTRON_MASS)) / energy;
        let wanted = self.integral(energy, top) * u;
        let values = PreparedElectronElastic {
            left: self.left.re(),
            right: self.right.re(),
            electrons: self.electrons,
        };
        let root = values.invert(energy.re(), top.re(), wanted.re());
        let residual = self.integral(energy, D::from(root)) - wanted;
        let slope = values.shape(energy.re(), root);
        implicit_root(root, residual, slope) * energy
    }

    /// The square bracket of the differential cross section at y = T / E.
    fn shape(&self, energy: D, y: D) -> D {
        let mass_term = self.left * self.right * y * ELECTRON_MASS / energy;
        self.left.sq() + self.right.sq() * (D::one() - y).sq() - mass_term
    }

    /// Integral of the square bracket over y from 0.
    fn integral(&self, energy: D, y: D) -> D {
        let mass_term = self.left * self.right * y * (ELECTRON_MASS * 0.5) / energy;
        // (1 - (1 - y)^3) / 3 without cancellation.
        let cubic = D::one() - y + y.sq() / 3.0;
        y * (self.left.sq() + self.right.sq() * cubic - mass_term)
    }
}

impl PreparedElectronElastic<f64> {
    /// y in [0, top] where the integral has the value `wanted`.
    fn invert(&self, energy: f64, top: f64, wanted: f64) -> f64 {
        let (mut low, mut high) = (0.0, top);
        let mut y = top * wanted / self.integral(energy, top);
        for _ in 0..60 {
            let off = self.integral(energy, y) - wanted;
            if off > 0.0 {
                high = y
            } else {
                low = y
            }
            let newton = y - off / self.shape(energy, y);
            let next = if newton >= low && newton <= high { newton } else { 0.5 * (low + high) };
            let step = (next - y).abs();
            y = next;
            if step <= 1e-14 * top {
                break;
            }
        }
        y
    }
}

impl CrossSection for PreparedElectronElastic<f64> {
    fn total<D: Real>(&self, energy: D) -> D {
        let lifted = PreparedElectronElastic {
            left: D::from(self.left),
            right: D::from(self.right),
            electrons: self.electrons,
        };
        lifted.total_at(energy)
    }
    fn threshold(&self) -> f64 {
        0.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use gradino_core::{Dual, ParamSet};
    use proptest::prelude::*;

    const ALL: [i32; 6] = [12, -12, 14, -14, 16, -16];

    fn prepared(neutrino: i32) -> PreparedElectronElastic<f64> {
        let process = ElectronElastic { electrons: 1, neutrino };
        process.prepare(&ParamSet::new(process.parameters()).values())
    }

    #[test]
    fn total_cross_sections_have_their_high_energy_limits() {
        // sigma / E -> (2 G_F^2 m_e / pi) (g_L^2 + g_R^2 / 3): 9.5e-45 cm^2/MeV for nu_e.
        let slope = prepared(12).total_at(1e5) / 1e5;
        assert!((slope / 9.53e-45 - 1.0).abs() < 0.005, "{slope}");
        let other = prepared(14).total_at(1e5) / 1e5;
        assert!((other / slope - 0.163).abs() < 0.003, "{}", other / slope);
        assert_eq!(prepared(14).total_at(10.0), prepared(16).total_at(10.0));
    }

    #[test]
    fn total_is_the_integral_of_the_differential_cross_section() {
        for flavour in ALL {
            let p = prepared(flavour);
            for energy in [0.1, 5.0, 40.0] {
                let top = maximum_recoil(energy, ELECTRON_MASS);
                let n = 2000;
                let cell = |i: i32| p.differential(energy, (f64::from(i) + 0.5) / f64::from(n) * top);
                let sum: f64 = (0..n).map(cell).sum::<f64>() * top / f64::from(n);
                assert!((sum / p.total_at(energy) - 1.0).abs() < 1e-6, "{flavour} at {energy}");
                assert_eq!(p.differential(energy, top * 1.001), 0.0);
            }
        }
    }

    #[test]
    fn total_moves_with_the_weak_angle_as_finite_differences_say() {
        for neutrino in ALL {
            let process = ElectronElastic { electrons: 18, neutrino };
            let params = ParamSet::new(process.parameters());
            let dual = process.prepare(&params.chunk::<1>(0)).total_at(Dual::from(12.0));
            let at = |x: f64| {
                let mut moved = params.clone();
                moved.set(WEAK_ANGLE, x).expect("within bounds");
                process.prepare(&moved.values()).total_at(12.0)
            };
            let difference = (at(SIN2_THETA_W + 1e-5) - at(SIN2_THETA_W - 1e-5)) / 2e-5;
            assert!((dual.eps[0] - difference).abs() < 1e-8 * dual.re, "{neutrino}");
        }
    }

    proptest! {
        #[test]
        fn sampled_recoil_inverts_its_cdf_and_moves_as_finite_differences_say(
            which in 0..6usize, energy in 0.2..60.0f64, u in 0.01..0.99f64
        ) {
            let p = prepared(ALL[which]);
            let recoil = p.sample_recoil(energy, u);
            let top = maximum_recoil(energy, ELECTRON_MASS);
            let cdf = p.integral(energy, recoil / energy) / p.integral(energy, top / energy);
            prop_assert!((cdf - u).abs() < 1e-12);
            let h = 1e-5;
            let at = |s2: f64, e: f64| {
                let process = ElectronElastic { electrons: 1, neutrino: ALL[which] };
                let set = ParamSet::new(vec![Parameter::new(WEAK_ANGLE, s2, "", "", "")]);
                process.prepare(&set.values()).sample_recoil(e, u)
            };
            let process = ElectronElastic { electrons: 1, neutrino: ALL[which] };
            let theta = ParamSet::new(parameters()).chunk::<2>(0);
            let dual = process.prepare(&theta).sample_recoil(Dual::variable(energy, 1), u);
            let by_angle = (at(SIN2_THETA_W + h, energy) - at(SIN2_THETA_W - h, energy)) / (2.0 * h);
            let by_energy = (at(SIN2_THETA_W, energy + h) - at(SIN2_THETA_W, energy - h)) / (2.0 * h);
            prop_assert!((dual.eps[0] - by_angle).abs() < 1e-5 * energy.max(1.0), "{by_angle}");
            prop_assert!((dual.eps[1] - by_energy).abs() < 1e-5, "{by_energy}");
        }
    }
}
