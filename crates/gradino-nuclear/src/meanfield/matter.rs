//! Infinite symmetric nuclear matter of a Skyrme force.

use crate::meanfield::force::Skyrme;
use crate::meanfield::functional::{Functional, HBAR2_2M, Local};
use gradino_core::{Dual, Real};
use std::f64::consts::PI;

/// Densities between which the matter is looked for [1/fm^3].
const DENSITIES: [f64; 2] = [0.05, 0.4];
/// Points between them.
const POINTS: usize = 70;
/// Newton's steps to the saturation density.
const NEWTON_STEPS: usize = 20;

/// Symmetric nuclear matter at its saturation density.
#[derive(Clone, Copy, Debug)]
pub struct NuclearMatter {
    /// Saturation density [1/fm^3].
    pub density: f64,
    /// Energy per nucleon [MeV].
    pub energy: f64,
    /// Incompressibility K = 9 rho^2 d^2(E/A)/drho^2 [MeV].
    pub incompressibility: f64,
    /// Symmetry energy (1/2) d^2(E/A)/dI^2, I = (N - Z)/A [MeV].
    pub symmetry_energy: f64,
    /// Effective mass m*/m.
    pub effective_mass: f64,
}

/// A number with derivatives with respect to density and asymmetry up to the second.
type Second2 = Dual<Dual<f64, 2>, 2>;

impl NuclearMatter {
    /// Of a force, if it saturates between 0.05 and 0.4 nucleons/fm^3.
    pub fn of(force: &Skyrme<f64>) -> Option<Self> {
        let at = |i: usize| DENSITIES[0] + (DENSITIES[1] - DENSITIES[0]) * i as f64 / POINTS as f64;
        let slope = |rho: f64| expansion(force, rho).re.eps[0];
        let i = (0..POINTS).find(|&i| slope(at(i)) < 0.0 && slope(at(i + 1)) >= 0.0)?;
        let mut rho = 0.5 * (at(i) + at(i + 1));
        for _ in 0..NEWTON_STEPS {
            rho -= slope(rho) / expansion(force, rho).eps[0].eps[0];
        }
        let e = expansion(force, rho);
        Some(NuclearMatter {
            density: rho,
            energy: e.re.re,
            incompressibility: 9.0 * rho * rho * e.eps[0].eps[0],
            symmetry_energy: 0.5 * e.eps[1].eps[1],
            effective_mass: HBAR2_2M / functional(*force).derivatives(&matter(rho, 0.0)).tau[0],
        })
    }

    /// Energy per nucleon of symmetric matter of a given density [MeV].
    pub fn energy_at(force: &Skyrme<f64>, density: f64) -> f64 {
        functional(*force).energy_density(&matter(density, 0.0)).total() / density
    }
}

/// Energy per nucleon at density `rho` and asymmetry 0, with its derivatives with respect to both.
fn expansion(force: &Skyrme<f64>, rho: f64) -> Second2 {
    let density = Second2::variable(Dual::variable(rho, 0), 0);
    let asymmetry = Second2::variable(Dual::variable(0.0, 1), 1);
    functional(force.map(Second2::from)).energy_density(&matter(density, asymmetry)).total() / density
}

/// The functional of a force without Coulomb energy and recoil.
fn functional<D: Real>(force: Skyrme<D>) -> Functional<D> {
    Functional { force, b_free: [HBAR2_2M; 2], coulomb: false, exchange: false }
}

/// The densities of matter of density `rho` and asymmetry I: rho_q = rho (1 +- I)/2,
/// tau_q = (3/5) (3 pi^2)^(2/3) rho_q^(5/3).
fn matter<D: Real>(rho: D, asymmetry: D) -> Local<D> {
    let share = [asymmetry + 1.0, -asymmetry + 1.0].map(|x| rho * x * 0.5);
    let fermi = 0.6 * (3.0 * PI * PI).powf(2.0 / 3.0);
    let none = [D::zero(); 2];
    Local { rho: share, drho: none, tau: share.map(|x| x.powf(5.0 / 3.0) * fermi), j: none }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::meanfield::force::SkyrmeForce;

    fn force(name: &str) -> Skyrme<f64> {
        Skyrme::new(&SkyrmeForce::named(name).expect("built in").parameters.values())
    }

    #[test]
    fn nuclear_matter_is_that_of_the_papers_of_the_forces() {
        // rho, E/A, K, symmetry energy, m*/m: table of dutra2012 for SIII, SkM* and SLy4.
        for (name, [rho, energy, k, symmetry, mass]) in [
            ("SIII", [0.1453, -15.85, 355.37, 28.16, 0.763]),
            ("SkM*", [0.1603, -15.77, 216.61, 30.03, 0.789]),
            ("SLy4", [0.1595, -15.97, 229.91, 32.00, 0.694]),
        ] {
            let m = NuclearMatter::of(&force(name)).expect("it saturates");
            assert!((m.density - rho).abs() < 2e-4, "{name}: {m:?}");
            assert!((m.energy - energy).abs() < 0.02, "{name}: {m:?}");
            assert!((m.incompressibility - k).abs() < 0.5, "{name}: {m:?}");
            assert!((m.symmetry_energy - symmetry).abs() < 0.05, "{name}: {m:?}");
            assert!((m.effective_mass - mass).abs() < 2e-3, "{name}: {m:?}");
        }
    }

    #[test]
    fn three_body_terms_of_waroquier1983_saturate_at_16_mev() {
        let m = NuclearMatter::of(&force("SkE2")).expect("it saturates");
        assert!((NuclearMatter::energy_at(&force("SkE2"), 0.16) + 16.0).abs() < 0.05, "{m:?}");
        assert!((m.effective_mass - 0.72).abs() < 0.01, "{m:?}");
    }

    #[test]
    fn a_force_without_attraction_has_no_matter() {
        let mut repulsive = force("SLy4");
        repulsive.t[0] = 0.0;
        assert!(NuclearMatter::of(&repulsive).is_none());
    }
}
